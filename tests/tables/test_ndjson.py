from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import polars as pl
import pytest

from reta.errors import DataError, FileError
from reta.tables import ReadOptions, open_table

if TYPE_CHECKING:
    from pathlib import Path

MORE_THAN_THE_SAMPLE = 1001


def read(path: Path, columns: list[str], **options: object) -> pl.DataFrame:
    return pl.concat(open_table(path, ReadOptions(**options)).batches(columns))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crops.ndjson"


def test_keys_that_lines_lack_are_missing(path: Path) -> None:
    path.write_text('{"a": 1, "b": "x"}\n\n{"b": "y"}\n{"a": 2.5}\n')
    assert read(path, ["a"], missing="drop")["a"].to_list() == [1.0, 2.5]
    with pytest.raises(DataError, match=r"`a` 1 \(first: line 3\)"):
        read(path, ["a"])


def test_a_fraction_after_a_thousand_whole_numbers_is_one(path: Path) -> None:
    path.write_text('{"a": 1}\n' * MORE_THAN_THE_SAMPLE + '{"a": 1.5}\n')
    assert read(path, ["a"])["a"][-1] == 1.5


def test_text_after_a_thousand_numbers_is_named_with_its_line(path: Path) -> None:
    path.write_text('{"a": 1.5}\n' * MORE_THAN_THE_SAMPLE + '{"a": "n/a"}\n')
    with pytest.raises(DataError, match=r"`a` holds 'n/a' in .*crops.ndjson, line 1002: not a number"):
        read(path, ["a"])
    assert read(path, ["a"], bad_rows="drop").height == MORE_THAN_THE_SAMPLE
    assert read(path, ["a"], missing_values=("n/a",), missing="drop").height == MORE_THAN_THE_SAMPLE


def test_text_among_the_first_numbers_is_named_with_its_line(path: Path) -> None:
    path.write_text('{"a": 1.5}\n{"a": "n/a"}\n{"a": 2}\n')
    assert open_table(path).columns[0].kind == "number"
    with pytest.raises(DataError, match=r"`a` holds 'n/a' in .*crops.ndjson, line 2"):
        read(path, ["a"])


def test_wide_integers_are_said(path: Path) -> None:
    path.write_text('{"id": 1}\n{"id": 9007199254740993}\n')
    table = open_table(path)
    list(table.batches(["id"]))
    assert "`id` holds 9007199254740993" in table.notes[0].text


def test_rows_come_back_in_their_own_types(path: Path) -> None:
    path.write_text('{"a": 1, "b": true}\n' * MORE_THAN_THE_SAMPLE + '{"a": 1, "b": true, "late": "x"}\n{"a": 2.5}\n')
    pairs = list(open_table(path).paired_batches(["a"]))
    assert pairs[0].original.schema == {"a": pl.Float64, "b": pl.Boolean, "late": pl.String}
    assert pairs[0].original.rows()[-2:] == [(1.0, True, "x"), (2.5, None, None)]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a": 1, "b":', r"line 3: '\{\"a\": 1, \"b\":' is not a JSON object \(.*\)\. Write one object a line"),
        ("temp,rain", "line 3: 'temp,rain' is not a JSON object"),
        ('{"a": NaN}', r"line 3: .* \(JSON has no NaN: write null\)"),
        ('{"a": 1e400}', "`a` holds '1e400' in .*crops.ndjson, line 3: too large for float64"),
    ],
)
def test_a_line_that_is_no_object_is_named(path: Path, line: str, message: str) -> None:
    path.write_text('{"a": 1}\n{"a": 2}\n' + line + "\n")
    with pytest.raises(DataError, match=message):
        read(path, ["a"])
    path.write_text('{"a": 1}\n' * 2 + line + "\n" + '{"a": 1}\n' * 3000)
    with pytest.raises(DataError, match=message):
        read(path, ["a"])


def test_a_list_of_objects_is_told_from_lines(path: Path) -> None:
    path.write_text('[{"a": 1, "b": 2}, {"a": 2, "b": 3}]\n')
    with pytest.raises(DataError, match=r"line 1: a JSON list\. Write one object a line, for example with: jq -c"):
        open_table(path)


def test_nothing_but_blank_lines(path: Path) -> None:
    path.write_text("\n\n")
    with pytest.raises(DataError, match=r"crops.ndjson has no rows"):
        open_table(path)


def test_repeated_keys_are_an_error(path: Path) -> None:
    path.write_text('{"a": 1, "b": 2, "a": 3}\n')
    with pytest.raises(DataError, match=r"crops.ndjson, line 1: the key `a` comes twice"):
        open_table(path)


def test_parts_and_compressed_files(tmp_path: Path) -> None:
    (tmp_path / "part-1.ndjson").write_text('{"a": 1, "b": 2}\n')
    (tmp_path / "part-2.ndjson").write_text('{"b": 4.5, "a": 3}\n')
    assert read(tmp_path / "part-*.ndjson", ["a", "b"]).rows() == [(1.0, 2.0), (3.0, 4.5)]
    (tmp_path / "crops.ndjson.gz").write_bytes(gzip.compress(b'{"a": 1}\n{"a": "x"}\n{"a": 3}\n'))
    with pytest.raises(DataError, match=r"`a` holds 'x' in .*, line 2"):
        read(tmp_path / "crops.ndjson.gz", ["a"])
    (tmp_path / "bad.ndjson.gz").write_bytes(gzip.compress(b'{"a": 1}\n{"a"\n'))
    with pytest.raises(DataError, match=r"line 2: .* is not a JSON object"):
        read(tmp_path / "bad.ndjson.gz", ["a"])
    (tmp_path / "cut.ndjson.gz").write_bytes(gzip.compress(b'{"a": 1}\n' * 5000)[:-20])
    with pytest.raises(FileError, match=r"cut.ndjson.gz is incomplete: its gzip data break off after"):
        read(tmp_path / "cut.ndjson.gz", ["a"])
