"""Every kind of bad input, through the command line: what it says, how it exits, and that nothing is left behind.

The numbers are those of the list of bad inputs that reta promises to deal with, one test or more for each.
"""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = [(1.5, 2.0, 3.1), (2.25, 1.0, 4.9), (3.0, 5.5, 6.2), (4.75, 4.0, 9.4), (5.5, 7.0, 11.8), (7.0, 6.5, 14.1)]
HEADER = "a,b,y"
GOOD = "\n".join([HEADER, *(",".join(map(str, row)) for row in ROWS)]) + "\n"
COEF_TOLERANCE = 1e-9  # exact fits and independent solutions agree to rounding; this leaves room for the condition


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        return self.out + self.err


@pytest.fixture
def reta(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run reta in a folder of its own; every failure must be one line, and leave no new file."""
    from reta.cli.main import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> Ran:
        before = set(tmp_path.rglob("*"))
        capsys.readouterr()
        code = main(list(arguments))
        captured = capsys.readouterr()
        ran = Ran(code, captured.out, captured.err)
        assert "Traceback" not in ran.told
        if code:
            errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
            assert len(errors) == 1, ran.err
            assert ran.err.endswith(errors[0] + "\n"), ran.err
            assert set(tmp_path.rglob("*")) == before
        return ran

    return run


def fit(reta: Callable[..., Ran], content: str | bytes, *options: str, name: str = "crops.csv") -> Ran:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return reta("fit", name, "--targets", "y", *options)


def with_row(row: str, at: int = 3) -> str:
    lines = GOOD.splitlines()
    return "\n".join([*lines[:at], row, *lines[at:]]) + "\n"


def coefficients(reta: Callable[..., Ran], content: str | bytes, *options: str) -> dict[str, float]:
    import json

    ran = fit(reta, content, *options, "--json")
    assert ran.code == 0, ran.err
    return {row["term"]: row["estimate"] for row in json.loads(ran.out)["coefficients"]}


def plain() -> dict[str, float]:
    A = np.array([[1.0, a, b] for a, b, _ in ROWS])
    found = np.linalg.lstsq(A, np.array([y for *_, y in ROWS]), rcond=None)[0]
    return dict(zip(["intercept", "a", "b"], found.tolist(), strict=True))


def same(found: dict[str, float]) -> None:
    assert found == pytest.approx(plain(), rel=COEF_TOLERANCE, abs=COEF_TOLERANCE)


REFUSED = [
    (1, "", (), 4, r"crops\.csv is empty \(0 bytes\)"),
    (2, "a,b,y\n", (), 3, r"has a header but no rows"),
    (3, GOOD.replace("a,b,y", "a,a,y"), (), 3, r"two columns named `a`, at positions 1 and 2"),
    (4, with_row("1,x,3"), (), 3, r"`b` holds 'x' in crops\.csv, line 4.*--bad-rows drop"),
    (6, with_row("1,,3"), (), 3, r"`b`.*1.*line 4.*--missing drop.*mean"),
    (6, with_row("1,NA,3"), (), 3, r"line 4.*--missing"),
    (6, with_row("1,NaN,3"), (), 3, r"line 4.*--missing"),
    (6, with_row("1,n/a,3"), (), 3, r"`b` holds 'n/a' in crops\.csv, line 4.*--missing-values n/a"),
    (7, with_row("1,inf,3"), (), 3, r"`b` holds 'inf'.*line 4"),
    (7, with_row("1,-Infinity,3"), (), 3, r"'-Infinity'.*line 4"),
    (8, with_row("1,1e400,3"), (), 3, r"`b` holds '1e400'.*line 4.*too large for float64"),
    (10, "a;b;y\n1.234;1;2\n2.345;3;4\n3.456;4;5\n", (), 3, r"--decimal"),
    (11, GOOD.replace("2.0", '"2,000"'), (), 3, r"'2,000'.*line 2.*--thousands ,"),
    (12, with_row("R$ 10,1,3"), (), 3, r"`a` holds 'R\$ 10'.*line 4.*R\$"),
    (12, with_row("10%,1,3"), (), 3, r"'10%'.*line 4.*%"),
    (16, with_row("1,2"), (), 3, r"a row of 2 cells in crops\.csv, line 4: there should be 3"),
    (17, with_row("1,2,3,4"), (), 3, r"a row of 4 cells in crops\.csv, line 4: there should be 3"),
    (18, with_row('1,"2,3'), (), 3, r"quote.*line 4"),
    (19, with_row("1,2\x00,3"), (), 3, r"binary data at byte"),
    (23, with_row("1,0x1F,3"), (), 3, r"'0x1F'.*line 4"),
    (
        25,
        GOOD.replace("1.5,", "2026-01-01,").replace("2.25,", "2026-01-02,").replace("3.0,", "2026-01-03,"),
        (),
        3,
        r"`a`",
    ),
    (27, "region,b,y\nn,1,2\ns,2,3\nn,3,5\n", (), 3, r"2 values in 3 rows.*--exclude region.*--categorical region"),
    (33, GOOD, ("--targets", "yy"), 2, r"`yy`.*did you mean `y`\?"),
    (33, GOOD, ("--features", "a,y"), 2, r"`y` is both a target and a feature"),
    (44, "a,b,y,w\n1,2,3,1\n2,3,5,-1\n4,4,4,1\n", ("--weights", "w"), 3, r"`w` holds -1.*not negative"),
    (44, "a,b,y,w\n1,2,3,0\n2,3,5,0\n4,4,4,0\n", ("--weights", "w"), 3, r"`w` is zero in every row"),
    (44, "a,b,y,w\n1,2,3,1\n2,3,5,NaN\n4,4,4,1\n", ("--weights", "w"), 3, r"`w`.*line 3"),
]


@pytest.mark.parametrize(("row", "content", "options", "code", "message"), REFUSED)
def test_what_is_refused(
    reta: Callable[..., Ran], row: int, content: str, options: tuple[str, ...], code: int, message: str
) -> None:
    import re

    ran = fit(reta, content, *options, "-o", "model.reta.json")
    assert ran.code == code, (row, ran.told)
    assert re.search(message, ran.err), ran.err


def brazilian(text: str) -> str:
    return text.replace(",", ";").replace(".", ",")


THOUSANDS = "a;b;y\n1.234,56;2,5;3\n2.345,5;1,5;4,5\n1.000,25;4;5,25\n3.100,75;2;7\n"

ACCEPTED = [
    (9, brazilian(GOOD), (), r"';'.*decimal comma"),
    (13, b"\xef\xbb\xbf" + GOOD.encode(), (), r""),
    (14, GOOD.encode("utf-16"), (), r"UTF-16"),
    (20, GOOD.replace("\n", "\n\n") + "\n\n", (), r""),
    (21, GOOD.replace(",", " , "), (), r"spaces"),
    (26, GOOD, (), r""),
]


@pytest.mark.parametrize(("row", "content", "options", "note"), ACCEPTED)
def test_what_just_works_and_what_is_said_of_it(
    reta: Callable[..., Ran], row: int, content: str | bytes, options: tuple[str, ...], note: str
) -> None:
    import re

    same(coefficients(reta, content, *options))
    assert re.search(note, fit(reta, content, *options).told), row


def test_5_text_after_many_rows_names_the_very_line(reta: Callable[..., Ran]) -> None:
    body = "1,2,3\n2,1,5\n" * 150_000
    ran = fit(reta, f"{HEADER}\n{body}3,oops,4\n{body}")
    assert ran.code == 3
    assert "`b` holds 'oops' in crops.csv, line 300002" in ran.err


def test_4_bad_rows_are_dropped_and_counted_when_asked(reta: Callable[..., Ran]) -> None:
    content = with_row("1,x,3\n1,2,3,4\n9")
    same(coefficients(reta, content, "--bad-rows", "drop"))
    assert "3 rows" in fit(reta, content, "--bad-rows", "drop").told


def test_6_missing_values_are_dropped_or_filled_when_asked(reta: Callable[..., Ran]) -> None:
    content = with_row("1,,3")
    same(coefficients(reta, content, "--missing", "drop"))
    assert "1 row" in fit(reta, content, "--missing", "drop").told
    filled = coefficients(reta, content, "--missing", "mean")
    mean = sum(b for _, b, _ in ROWS) / len(ROWS)
    assert filled == pytest.approx(coefficients(reta, with_row(f"1,{mean!r},3")), rel=COEF_TOLERANCE)


def test_6_means_need_a_source_that_can_be_read_twice(
    reta: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    ran = reta("fit", "-", "--targets", "y", "--missing", "mean")
    assert ran.code == 2
    assert "can be read once only" in ran.err


def test_6_other_names_for_missing_are_given(reta: Callable[..., Ran]) -> None:
    same(coefficients(reta, with_row("1,n/a,3"), "--missing-values", "n/a", "--missing", "drop"))


def test_9_thousands_and_decimal_marks_are_found_together(reta: Callable[..., Ran]) -> None:
    found = coefficients(reta, THOUSANDS)
    assert found == pytest.approx(
        coefficients(reta, "a,b,y\n1234.56,2.5,3\n2345.5,1.5,4.5\n1000.25,4,5.25\n3100.75,2,7\n")
    )
    assert "thousands" in fit(reta, THOUSANDS).told


def test_10_the_ambiguity_is_settled_by_the_option(reta: Callable[..., Ran]) -> None:
    content = "a;b;y\n1.234;1;2\n2.345;3;4\n3.456;4;5\n5.012;4;7\n"
    as_decimal = coefficients(reta, content, "--decimal", ".")
    as_thousands = coefficients(reta, content, "--decimal", ",", "--thousands", ".")
    assert as_decimal["a"] == pytest.approx(1000 * as_thousands["a"])


def test_11_thousands_are_read_when_named(reta: Callable[..., Ran]) -> None:
    content = 'a,b,y\n"1,000",2,3\n"2,500",1,5\n"3,250",5,6\n"1,125",7,9\n'
    assert coefficients(reta, content, "--thousands", ",") == pytest.approx(
        coefficients(
            reta,
            content.replace('"', "")
            .replace(",000", "000")
            .replace(",500", "500")
            .replace(",250", "250")
            .replace(",125", "125"),
        )
    )


def test_15_latin_1_headers_are_decoded_and_said(reta: Callable[..., Ran]) -> None:
    content = brazilian(GOOD).replace("a;b;y", "umidade média;b;y").encode("latin-1")
    ran = fit(reta, content)
    assert ran.code == 0
    assert "umidade média" in ran.told
    assert "Latin-1" in ran.told or "latin-1" in ran.told or "cp1252" in ran.told


def test_22_a_numeric_first_row_is_warned_of_and_can_be_data(reta: Callable[..., Ran]) -> None:
    body = GOOD.split("\n", 1)[1]
    warned = reta("fit", write("x.csv", body), "--targets", "3.1")
    assert warned.code == 0
    assert "--no-header" in warned.told
    ran = reta("fit", "x.csv", "--no-header", "--targets", "column_3", "--json")
    import json

    found = [row["estimate"] for row in json.loads(ran.out)["coefficients"]]
    assert found == pytest.approx(list(plain().values()), rel=COEF_TOLERANCE)


def test_24_integers_beyond_2_53_are_warned_of(reta: Callable[..., Ran]) -> None:
    ran = fit(reta, with_row("9007199254740993,1,3"))
    assert ran.code == 0
    assert "9007199254740993" in ran.told
    assert "line 4" in ran.told


def test_26_booleans_are_zero_and_one_and_said(reta: Callable[..., Ran]) -> None:
    content = "a,b,y\ntrue,1,2\nfalse,2,5\ntrue,4,4.5\nfalse,3,7.5\n"
    assert "`a`" in fit(reta, content).told
    assert coefficients(reta, content) == pytest.approx(
        coefficients(reta, content.replace("true", "1").replace("false", "0")), rel=COEF_TOLERANCE
    )


def test_27_levels_are_found_in_the_pass_and_capped(reta: Callable[..., Ran]) -> None:
    content = "region,b,y\ns,1,2\nn,2,3\ns,3,5\nw,4,4\nn,1,7\nw,2,8\n"
    found = coefficients(reta, content, "--categorical", "region")
    assert list(found) == ["intercept", "region[s]", "region[w]", "b"]
    many = "code,y\n" + "".join(f"c{i},{i % 7}\n" for i in range(1500))
    ran = fit(reta, many, "--categorical", "code")
    assert ran.code == 3
    assert "`code` has more than 1000 levels" in ran.err


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=["a", "b", "y"], orient="row")


def test_28_a_truncated_parquet_file_has_no_footer(reta: Callable[..., Ran]) -> None:
    frame().write_parquet("whole.parquet")
    write("crops.parquet", Path("whole.parquet").read_bytes()[:-20])
    ran = reta("fit", "crops.parquet", "--targets", "y")
    assert ran.code == 4
    assert "incomplete: no footer" in ran.err


def test_29_corrupt_parquet_bytes_are_found_by_their_checksums(reta: Callable[..., Ran]) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(
        frame().to_arrow(), "crops.parquet", write_page_checksum=True, use_dictionary=False, compression="none"
    )
    assert reta("fit", "crops.parquet", "--targets", "y", "--verify").code == 0
    content = bytearray(Path("crops.parquet").read_bytes())
    at = content.index(np.array([3.0, 4.75]).tobytes())
    content[at] ^= 1
    write("crops.parquet", bytes(content))
    ran = reta("fit", "crops.parquet", "--targets", "y", "--verify")
    assert ran.code == 4
    assert "checksum" in ran.err
    assert reta("fit", write("x.csv", GOOD), "--targets", "y", "--verify").code == 2


def test_30_a_truncated_gzip_writes_no_model(reta: Callable[..., Ran]) -> None:
    whole = gzip.compress((HEADER + "\n" + "1.25,2,3\n2,1,5\n3.5,4,1\n" * 20_000).encode())
    write("crops.csv.gz", whole[: len(whole) // 2])
    ran = reta("fit", "crops.csv.gz", "--targets", "y", "-o", "model.reta.json")
    assert ran.code in (3, 4)
    assert "bytes" in ran.err
    assert not Path("model.reta.json").exists()


def test_31_paths_that_are_no_files(reta: Callable[..., Ran]) -> None:
    write("crops.csv", GOOD)
    Path("folder").mkdir()
    missing = reta("fit", "crop.csv", "--targets", "y")
    assert missing.code == 4
    assert "crops.csv" in missing.err
    folder = reta("fit", "folder", "--targets", "y")
    assert folder.code == 4
    assert "folder/*" in folder.err
    assert reta("fit", "nothing-*.csv", "--targets", "y").code == 4


def test_32_parts_are_matched_by_name_and_the_odd_one_is_named(reta: Callable[..., Ran]) -> None:
    write("part-1.csv", "a,b,y\n1.5,2.0,3.1\n2.25,1.0,4.9\n3.0,5.5,6.2\n")
    write("part-2.csv", "y,a,b\n9.4,4.75,4.0\n11.8,5.5,7.0\n14.1,7.0,6.5\n")
    import json

    ran = reta("fit", "part-*.csv", "--targets", "y", "--json")
    assert ran.code == 0, ran.err
    same({row["term"]: row["estimate"] for row in json.loads(ran.out)["coefficients"]})
    write("part-3.csv", "a,c,y\n1,2,3\n")
    ran = reta("fit", "part-*.csv", "--targets", "y", "--features", "a,b")
    assert ran.code == 3
    assert "part-3.csv" in ran.err


def test_34_a_constant_column_is_not_estimable(reta: Callable[..., Ran]) -> None:
    content = GOOD.replace("a,b,y", "a,b,c,y")
    content = "\n".join(["a,b,c,y", *(f"{a},{b},7,{y}" for a, b, y in ROWS)]) + "\n"
    ran = fit(reta, content)
    assert ran.code == 0
    assert "`c` is 7 in every row" in ran.told
    found = coefficients(reta, content)
    assert found.pop("c") is None
    same(found)


def test_35_a_collinear_column_is_named_with_its_combination(reta: Callable[..., Ran]) -> None:
    content = "\n".join(["a,b,c,y", *(f"{a},{b},{a + b},{y}" for a, b, y in ROWS)]) + "\n"
    assert "`c` = `a` + `b`" in fit(reta, content).told
    found = coefficients(reta, content)
    assert found.pop("c") is None
    same(found)


@pytest.mark.parametrize("n_rows", [1, 2])
def test_36_too_few_rows_have_infinitely_many_solutions(reta: Callable[..., Ran], n_rows: int) -> None:
    import json

    content = "\n".join(GOOD.splitlines()[: 1 + n_rows]) + "\n"
    assert "infinitely many solutions" in fit(reta, content).told
    document = json.loads(fit(reta, content, "--json").out)
    assert all(row["std_error"] is None for row in document["coefficients"])
    assert all(row["r_squared"] is None for row in document["fit"])


def test_37_a_mean_far_from_zero_keeps_its_digits(reta: Callable[..., Ran]) -> None:
    content = "\n".join(["a,b,y", *(f"{1e9 + a:.2f},{b},{y}" for a, b, y in ROWS)]) + "\n"
    found = coefficients(reta, content)
    assert [found["a"], found["b"]] == pytest.approx([plain()["a"], plain()["b"]], rel=1e-7)


def test_38_huge_columns_fit_or_are_named(reta: Callable[..., Ran]) -> None:
    content = "\n".join(["a,b,y", *(f"{a}e200,{b},{y}" for a, b, y in ROWS)]) + "\n"
    ran = fit(reta, content)
    assert ran.code == 5
    assert "`a` overflows" in ran.err


def test_43_a_constant_target_has_no_r_squared(reta: Callable[..., Ran]) -> None:
    import json

    content = "\n".join(["a,b,y", *(f"{a},{b},4" for a, b, _ in ROWS)]) + "\n"
    assert "R² is undefined" in fit(reta, content).told
    assert json.loads(fit(reta, content, "--json").out)["fit"][0]["r_squared"] is None


@pytest.fixture
def model(reta: Callable[..., Ran]) -> str:
    content = "region,a,y\ns,1,2\nn,2,3\ns,3,5.5\nw,4,4\nn,1,7\nw,2,8\n"
    assert fit(reta, content, "--categorical", "region", "-o", "m.reta.json").code == 0
    return "m.reta.json"


PREDICTING = [
    ("x,z\n1,2\n", (), 3, r"lacks `region`, `a`"),
    ("region,A\ns,2\n", (), 3, r"lacks `a`.*did you mean `A`\?"),
    ("region,a\neast,2\n", (), 3, r"`region` holds 'east'.*--unknown baseline"),
    ("region,a\ns,\n", (), 3, r"`a`.*line 2.*--missing"),
    ("region,a\ns,NaN\nn,1\n", (), 3, r"`a`.*line 2"),
]


@pytest.mark.parametrize(("content", "options", "code", "message"), PREDICTING)
def test_39_rows_to_predict_that_cannot_be(
    reta: Callable[..., Ran], model: str, content: str, options: tuple[str, ...], code: int, message: str
) -> None:
    import re

    ran = reta("predict", model, write("new.csv", content), *options)
    assert ran.code == code
    assert re.search(message, ran.err), ran.err


def predicted(ran: Ran) -> list[float]:
    assert ran.code == 0, ran.err
    return pl.read_csv(ran.out.encode())["y"].to_list()


def test_39_columns_are_matched_by_name_and_extra_ones_noted(reta: Callable[..., Ran], model: str) -> None:
    straight = predicted(reta("predict", model, write("new.csv", "region,a\ns,2\nw,3\n")))
    ran = reta("predict", model, write("odd.csv", "id,a,region\n7,2,s\n8,3,w\n"))
    assert predicted(ran) == straight
    assert ran.out.splitlines()[0] == "id,a,region,y"
    assert "`id`" in ran.err


def test_39_unknown_levels_may_count_as_the_baseline(reta: Callable[..., Ran], model: str) -> None:
    baseline = predicted(reta("predict", model, write("new.csv", "region,a\nn,2\n")))
    ran = reta("predict", model, write("odd.csv", "region,a\neast,2\n"), "--unknown", "baseline")
    assert predicted(ran) == baseline
    assert "1 cell" in ran.err


def test_39_missing_features_are_dropped_or_filled_when_asked(reta: Callable[..., Ran], model: str) -> None:
    rows = write("new.csv", "region,a\ns,\nn,1\n")
    assert len(predicted(reta("predict", model, rows, "--missing", "drop"))) == 1
    mean = 13 / 6
    whole = predicted(reta("predict", model, write("whole.csv", f"region,a\ns,{mean!r}\nn,1\n")))
    assert predicted(reta("predict", model, rows, "--missing", "mean")) == pytest.approx(whole)


def test_39_extrapolation_is_warned_of(reta: Callable[..., Ran], model: str) -> None:
    ran = reta("predict", model, write("new.csv", "region,a\ns,2\nn,40\n"))
    assert ran.code == 0
    assert "`a` in 1 of 2 rows (training data: 1 to 4)" in ran.err


def test_41_a_full_disk_leaves_the_old_model(tmp_path: Path) -> None:
    """A limit on file sizes makes the kernel refuse the write, as a full disk does."""
    write(str(tmp_path / "crops.csv"), GOOD)
    old = tmp_path / "m.reta.json"
    old.write_text("old")
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100));"
        "from reta.cli.main import main; sys.exit(main())"
    )
    ran = subprocess.run(
        [sys.executable, "-B", "-c", script, "fit", "crops.csv", "--targets", "y", "-o", "m.reta.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 4, ran.stderr
    assert old.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crops.csv", "m.reta.json"]


def test_41_interrupting_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Ctrl-C while standard input is still open: one line, exit code 130, no file."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reta", "fit", "-", "--targets", "y", "-o", "m.reta.json"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(GOOD)
    process.stdin.flush()
    wait_until_reading(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def wait_until_reading(pid: int) -> None:
    """Wait until the process sleeps in a read of its standard input."""
    while "pipe_read" not in Path(f"/proc/{pid}/wchan").read_text():
        os.sched_yield()
