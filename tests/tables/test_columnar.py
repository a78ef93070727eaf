from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from reta.errors import DataError, FileError
from reta.tables import ReadOptions, open_table
from reta.tables.columnar import ColumnarTable

if TYPE_CHECKING:
    from pathlib import Path

WRITERS = {".parquet": pl.DataFrame.write_parquet, ".arrow": pl.DataFrame.write_ipc}


@pytest.fixture(params=WRITERS)
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write(frame: pl.DataFrame, path: Path) -> Path:
    WRITERS[path.suffix](frame, path)
    return path


def read(data: object, columns: list[str], **options: object) -> pl.DataFrame:
    return pl.concat(open_table(data, ReadOptions(**options)).batches(columns))


def test_a_file_streams_in_batches_of_the_size_asked_for(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame({"a": range(1000), "b": np.linspace(0, 1, 1000)})
    table = open_table(write(frame, tmp_path / f"crops{suffix}"))
    assert table.n_rows == 1000
    assert table.description == str(tmp_path / f"crops{suffix}")
    batches = list(table.batches(["b", "a"], batch_rows=300))
    assert [batch.height for batch in batches] == [300, 300, 300, 100]
    assert batches[0].columns == ["b", "a"]
    assert pl.concat(batches)["a"].to_list() == list(range(1000))


def test_a_schema_without_rows_is_said(tmp_path: Path, suffix: str) -> None:
    path = write(pl.DataFrame({"a": [1.0]}).clear(), tmp_path / f"crops{suffix}")
    with pytest.raises(DataError, match=r"crops\.\w+ has columns but no rows"):
        read(path, ["a"])


def test_a_file_cut_short_is_incomplete(tmp_path: Path, suffix: str) -> None:
    path = write(pl.DataFrame({"a": np.sin(np.arange(2000.0))}), tmp_path / f"crops{suffix}")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(FileError, match=r"crops\.\w+ is incomplete: no footer after 5,000 bytes"):
        open_table(path)


def test_a_file_of_another_format_is_said(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"crops{suffix}"
    path.write_text("temp,rainfall\n1,2\n" * 20)
    with pytest.raises(FileError, match=r"crops\.\w+ is not an? (Parquet|Arrow IPC) file"):
        open_table(path)


def test_damaged_pages_are_found_by_their_checksums(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    table = pa.table({"a": np.arange(5000.0), "b": np.arange(5000.0)})
    pq.write_table(table, path, write_page_checksum=True, compression="none", use_dictionary=False, row_group_size=1000)
    content = bytearray(path.read_bytes())
    content[pq.read_metadata(path).row_group(3).column(0).data_page_offset + 200] ^= 1
    path.write_bytes(content)
    verified = ReadOptions(verify=True)
    assert pl.concat(open_table(path, verified).batches(["b"])).height == 5000
    assert read(path, ["a"]).height == 5000
    batches = open_table(path, verified).batches(["a"], batch_rows=1000)
    assert [next(batches)["a"][0] for _ in range(3)] == [0.0, 1000.0, 2000.0]
    with pytest.raises(FileError, match=r"crops.parquet is damaged: the checksum of a page of `a` fails"):
        list(batches)


def test_verifying_what_has_no_checksums_is_said(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    pl.DataFrame({"a": [1.0, 2.0]}).write_parquet(path)
    table = open_table(path, ReadOptions(verify=True))
    list(table.batches(["a"]))
    assert [note.text for note in table.notes] == [f"{path} carries no checksums: there is nothing to verify"]


def test_damage_that_polars_stumbles_over_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    pq.write_table(pa.table({"a": [f"label {index % 50}" for index in range(5000)]}), path, compression="zstd")
    content = bytearray(path.read_bytes())
    start = pq.read_metadata(path).row_group(0).column(0).data_page_offset
    content[start + 30 : start + 200] = bytes(170)
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"crops.parquet is damaged: .*Get an intact copy"):
        list(open_table(path).batches(["a"]))


def test_repeated_column_names_are_an_error_with_both_positions(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    pq.write_table(pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["temp", "rain", "temp"]), path)
    with pytest.raises(DataError, match=r"two columns named `temp`, at positions 1 and 3"):
        open_table(path)


def test_parts_are_matched_by_name_and_what_is_odd_is_said(tmp_path: Path, suffix: str) -> None:
    write(pl.DataFrame({"a": [1, 2], "b": [3, 4], "c": [0, 0]}), tmp_path / f"part-1{suffix}")
    write(pl.DataFrame({"b": [5.5], "a": [6], "d": [0]}), tmp_path / f"part-2{suffix}")
    table = open_table(f"{tmp_path}/part-*{suffix}")
    assert table.n_rows == 3
    assert table.description == f"2 files ({tmp_path}/part-*{suffix})"
    assert pl.concat(table.batches(["a", "b"])).rows() == [(1.0, 3.0), (2.0, 4.0), (6.0, 5.5)]
    (note,) = table.notes
    assert note.kind == "warning"
    assert note.text == (
        f"part-2{suffix} differs from part-1{suffix}: without `c`, with `d` besides, columns in another order;"
        " columns are matched by name"
    )


def test_a_part_without_a_needed_column_is_named(tmp_path: Path, suffix: str) -> None:
    write(pl.DataFrame({"a": [1], "b": [3]}), tmp_path / f"part-1{suffix}")
    write(pl.DataFrame({"b": [5], "x": [2]}), tmp_path / f"part-2{suffix}")
    with pytest.raises(
        DataError, match=rf"part-2{suffix} has no column `a`, which part-1{suffix} has; it has `b`, `x`"
    ):
        read(f"{tmp_path}/part-*{suffix}", ["a"])
    assert read(f"{tmp_path}/part-*{suffix}", ["b"])["b"].to_list() == [3.0, 5.0]


def test_a_part_with_text_for_numbers_is_named_with_its_row(tmp_path: Path, suffix: str) -> None:
    write(pl.DataFrame({"a": [1.5, 2.5]}), tmp_path / f"part-1{suffix}")
    write(pl.DataFrame({"a": ["3", "unknown"]}), tmp_path / f"part-2{suffix}")
    with pytest.raises(DataError, match=rf"`a` holds 'unknown' in part-2{suffix}, row 2: not a number"):
        read([tmp_path / f"part-1{suffix}", tmp_path / f"part-2{suffix}"], ["a"])


def test_rows_are_counted_from_each_files_start(tmp_path: Path, suffix: str) -> None:
    for part in (1, 2):
        write(pl.DataFrame({"a": [1.0, None if part == 2 else 2.0]}), tmp_path / f"part-{part}{suffix}")
    with pytest.raises(DataError, match=rf"`a` 1 \(first: part-2{suffix}, row 2\)"):
        read(f"{tmp_path}/part-*{suffix}", ["a"])


def test_enums_of_parts_may_differ(tmp_path: Path, suffix: str) -> None:
    for part, level in enumerate(["north", "south"]):
        region = pl.Series("region", [level], dtype=pl.Enum([level]))
        write(pl.DataFrame({"region": region, "a": [1.0]}), tmp_path / f"part-{part}{suffix}")
    (pair,) = open_table(f"{tmp_path}/part-*{suffix}").paired_batches(["a"])
    assert pair.original["region"].to_list() == ["north", "south"]


def test_an_enum_of_one_file_stays_one(tmp_path: Path, suffix: str) -> None:
    region = pl.Series("region", ["north"], dtype=pl.Enum(["south", "north"]))
    (pair,) = open_table(write(pl.DataFrame({"region": region}), tmp_path / f"crops{suffix}")).paired_batches(
        ["region"]
    )
    assert pair.original["region"].dtype == pl.Enum(["south", "north"])


def test_a_column_that_only_the_first_part_has_is_null_in_the_others_rows(tmp_path: Path, suffix: str) -> None:
    write(pl.DataFrame({"a": [1.0], "label": ["x"]}), tmp_path / f"part-1{suffix}")
    write(pl.DataFrame({"a": [2.0]}), tmp_path / f"part-2{suffix}")
    (pair,) = open_table(f"{tmp_path}/part-*{suffix}").paired_batches(["a"])
    assert pair.original["label"].to_list() == ["x", None]


def test_names_with_pattern_characters_are_read_as_they_are(tmp_path: Path, suffix: str) -> None:
    path = write(pl.DataFrame({"a": [1.0]}), tmp_path / f"crops[1]{suffix}")
    assert read(path, ["a"]).height == 1
    assert read(str(path), ["a"]).height == 1


def test_construction_does_not_read_rows(tmp_path: Path) -> None:
    path = write(pl.DataFrame({"a": np.arange(50_000.0)}), tmp_path / "crops.parquet")
    content = bytearray(path.read_bytes())
    content[1000:-2000] = bytes(len(content) - 3000)
    path.write_bytes(content)
    assert ColumnarTable([path], "parquet", "crops.parquet", ReadOptions()).n_rows == 50_000


@pytest.mark.parametrize("name", ["crops.parquet", "crops.arrow"])
def test_47_decimals_of_76_digits_are_named_where_they_are_needed(tmp_path: Path, name: str) -> None:
    """Of such a column Polars gives no rows from an Arrow file, and no word of it either."""
    wide = pa.array([Decimal("1.25"), Decimal("2.5")], type=pa.decimal256(60, 30))
    table = pa.table({"a": wide, "b": [1.0, 2.0]})
    path = tmp_path / name
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        feather.write_feather(table, path, compression="uncompressed")
    assert read(path, ["b"])["b"].to_list() == [1.0, 2.0]
    with pytest.raises(DataError, match=r"`a` in .*crops.* holds decimals of 60 digits, and Polars reads 38: write"):
        read(path, ["a"])


def test_56_decimals_beyond_2_53_are_warned_of(tmp_path: Path) -> None:
    values = [Decimal(2**53 + 1), Decimal(1)]
    pq.write_table(pa.table({"a": pa.array(values, type=pa.decimal128(20, 0))}), tmp_path / "crops.parquet")
    table = open_table(tmp_path / "crops.parquet")
    list(table.batches(["a"]))
    assert "`a` holds 9007199254740993 in " in table.notes[0].text


def test_rows_that_do_not_come_are_missed(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A panic in one of Polars' threads ends the stream as if all had come; the footer knows better."""
    path = write(pl.DataFrame({"a": np.arange(10.0)}), tmp_path / f"crops{suffix}")
    table = open_table(path)
    monkeypatch.setattr("reta.tables.columnar.collected", lambda *_: iter([pl.DataFrame({"a": np.arange(4.0)})]))
    with pytest.raises(FileError, match=r"is damaged: its footer says 10 rows, and 4 could be read. Get an"):
        list(table.batches(["a"]))


def test_text_is_judged_as_in_other_sources(tmp_path: Path, suffix: str) -> None:
    rows = {"code": ["01", "02", "03"], "rain": ["1.5", "n/a", "2"], "day": ["2026-01-01", "2026-01-02", ""]}
    table = open_table(write(pl.DataFrame(rows), tmp_path / f"crops{suffix}"))
    assert [column.kind for column in table.columns] == ["text", "number", "date"]
    with pytest.raises(DataError, match=r"`rain` holds 'n/a' in .*, row 2: not a number"):
        list(table.batches(["rain"]))
