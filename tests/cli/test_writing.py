from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from reta.cli.writing import format_of, write_document, writer_of
from reta.errors import DataError

FRAMES = [
    pl.DataFrame({"a": ["1,5", "x;y"], "p": [0.5, float("nan")]}),
    pl.DataFrame({"a": ["", None], "p": [1e22, 1 / 3]}),
]


def written(kind, **details):
    file = io.BytesIO()
    assert writer_of(kind, **details)(iter(FRAMES), file) == 4
    return file.getvalue()


def test_csv_has_one_header_and_quotes_where_needed():
    assert written("csv").decode() == 'a,p\n"1,5",0.5\nx;y,NaN\n,1e+22\n,0.3333333333333333\n'


def test_csv_in_the_dialect_of_the_rows():
    assert (
        written("csv", delimiter=";", decimal=",").decode() == 'a;p\n1,5;0,5\n"x;y";NaN\n;1e+22\n;0,3333333333333333\n'
    )


def test_ndjson():
    lines = list(map(json.loads, written("ndjson").splitlines()))
    assert lines == [{"a": "1,5", "p": 0.5}, {"a": "x;y", "p": None}, {"a": "", "p": 1e22}, {"a": None, "p": 1 / 3}]


def test_parquet_holds_every_frame():
    assert pl.read_parquet(io.BytesIO(written("parquet"))).equals(pl.concat(FRAMES), null_equal=True)


def test_an_error_on_the_way_comes_out_as_it_is():
    def failing():
        yield FRAMES[0]
        raise LookupError("row 3")

    with pytest.raises(LookupError, match="row 3"):
        writer_of("parquet")(failing(), io.BytesIO())


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_date_of_no_calendar_is_one_line(kind):
    """As damaged files hold them; to write one, Polars panics."""
    days = pl.Series("day", [2**31 - 1], dtype=pl.Int32).cast(pl.Date)
    with pytest.raises(DataError, match=r"a column of the rows cannot be written \([^\n]*\): the source is damaged"):
        writer_of(kind)(iter([pl.DataFrame([days])]), io.BytesIO())


@pytest.mark.parametrize("frames", [[], FRAMES])
def test_a_document(frames):
    file = io.BytesIO()
    write_document(iter(frames), file, tail=lambda rows: {"n_rows": rows}, name="predictions")
    document = json.loads(file.getvalue())
    assert document["n_rows"] == len(document["predictions"]) == sum(frame.height for frame in frames)


@pytest.mark.parametrize(
    ("path", "asked", "kind"),
    [
        (None, None, "csv"),
        (None, "parquet", "parquet"),
        ("a.PARQUET", None, "parquet"),
        ("a.tsv", None, "csv"),
        ("a.x", "ndjson", "ndjson"),
    ],
)
def test_the_format_is_asked_for_or_named(path, asked, kind):
    assert format_of(None if path is None else Path(path), asked) == kind
