"""Rows of a text file go out as they came in: line by line where nothing is odd, cell by cell else, the same text."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reta.cli.rows_out import RowsOut

NUMBERS = ["1", "-2.5", "1e1", "007", ".5", "+4", "3.25"]
LABELS = ["Avaré", "", " x ", '"Rio, RJ"', '"two\nlines"', '"say ""so"""', "--", "NA", "12", "O'Neil"]
HEADER = 'id,a,"place, state",b'


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    import polars as pl

    import reta

    random = np.random.default_rng(1)
    X = random.normal(size=(30, 2)) * 20.0
    frame = pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": X @ [1.0, -0.5] + random.normal(size=30)})
    path = tmp_path_factory.mktemp("model") / "m.reta.json"
    reta.fit(frame, targets="y").save(path)
    return str(path)


def both(reta, monkeypatch, *arguments, stdin=""):
    """What the command writes, and what it writes with every row taken apart."""
    lines = reta(*arguments, stdin=stdin)
    with monkeypatch.context() as patched:
        patched.setattr(RowsOut, "takes_lines", lambda self, table: False)
        cells = reta(*arguments, stdin=stdin)
    return lines, cells


def number():
    return st.sampled_from(NUMBERS)


ROW = st.tuples(number(), number(), st.sampled_from(LABELS), number()).map(",".join)
ODD_ROW = st.sampled_from(["", "1,2,3", "1,x,y,2", "1,,y,2", "1,NA,y,2", "1, 2,y,3 ", "1,2,3,4,5", "1,inf,y,2"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(ROW | ODD_ROW, min_size=1, max_size=6),
    line_end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    options=st.sampled_from([[], ["--missing", "drop"], ["--missing", "mean"], ["--interval", "0.9"]]),
    bad_rows=st.sampled_from(["error", "drop"]),
)
def test_the_same_text_whichever_way_it_is_read(reta, monkeypatch, model, rows, line_end, last, options, bad_rows):
    text = line_end.join([HEADER, *rows]) + (line_end if last else "")
    lines, cells = both(reta, monkeypatch, "predict", model, "-", *options, "--bad-rows", bad_rows, stdin=text)
    assert lines == cells


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (b"\xef\xbb\xbfa,t,b\n1,x,2\n", "1,x,2,"),
        ("a;t;b\n1,5;x;2,5\n".encode("latin-1"), "1,5;x;2,5;"),
        ("a\tt\tb\n1\tcaf\u00e9\t2\n".encode("latin-1"), "1\tcaf\u00e9\t2\t"),
        ("a,t,b\n1,x,2\n".encode("utf-16"), "1,x,2,"),
        (gzip.compress(b"a,t,b\n1,x,2\n", mtime=0), "1,x,2,"),
        (b"a,t,b\r1,x,2\r", "1,x,2,"),
        (b"a,t,b,\n1,x,2,\n", "1,x,2,"),
        (b"t,b,a\n x ,2,1\n", " x ,2,1,"),
    ],
)
def test_dialects(reta, monkeypatch, model, tmp_path, text, first):
    (tmp_path / "rows.txt").write_bytes(text)
    lines, cells = both(reta, monkeypatch, "predict", model, "rows.txt", "--quiet")
    assert lines == cells
    assert lines.code == 0
    assert lines.out.splitlines()[1].startswith(first)


def test_several_files_in_one_order_and_in_two(reta, monkeypatch, model, tmp_path):
    (tmp_path / "p1.csv").write_text("a,t,b\n1,x,2\n")
    for other, expected in (("a,t,b\n3,y,4\n", "3,y,4,"), ("t,b,a\ny,4,3\n", "3,y,4,"), ("a,b\n3,4\n", "3,,4,")):
        (tmp_path / "p2.csv").write_text(other)
        lines, cells = both(reta, monkeypatch, "predict", model, "p1.csv", "p2.csv", "--quiet")
        assert lines == cells
        assert lines.out.splitlines()[2].startswith(expected)


def test_one_odd_block_among_clean_ones(reta, monkeypatch, model, tmp_path):
    """Past the first block, some 8 MB: its rows take the other road, and the order of the rows stays."""
    rows = [f"{i},{i % 7}.5,somewhere quite far away from here,{i % 5}" for i in range(250_000)]
    rows[200_000] = "200000,1.5,'\"', 2"
    (tmp_path / "long.csv").write_text("\n".join(["id,a,t,b", *rows, ""]))
    lines, cells = both(reta, monkeypatch, "predict", model, "long.csv", "--quiet")
    assert lines == cells
    written = lines.out.splitlines()
    assert len(written) == 250_001
    assert all(line.startswith(row) for line, row in zip(written[1:], rows, strict=True) if '"' not in row)


def test_an_error_in_a_late_block_names_its_line(reta, model, tmp_path):
    rows = [f"{i % 7}.5,{'x' * 50},{i % 5}" for i in range(200_000)]
    rows[170_000] = "n/a,x,1"
    (tmp_path / "long.csv").write_text("\n".join(["a,t,b", *rows, ""]))
    run = reta("predict", model, "long.csv", "-o", "out.csv")
    assert run.code == 3
    assert "`a` holds 'n/a' in long.csv, line 170002" in run.err.replace(",002", "002")
    assert not (tmp_path / "out.csv").exists()
