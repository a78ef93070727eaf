from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reta.errors import FileError
from reta.tables.parquet_checksums import PageChecksums, column_names
from reta.tables.thrift import read_struct

if TYPE_CHECKING:
    from pathlib import Path

N_ROWS = 400
ROWS_A_GROUP = 100


def write(path: Path, *, checksums: bool = True, **options: object) -> None:
    rng = np.random.default_rng(3)
    table = pa.table(
        {"a": rng.normal(size=N_ROWS), "b": rng.normal(size=N_ROWS), "c": [f"l{i % 9}" for i in range(N_ROWS)]}
    )
    options = {"row_group_size": ROWS_A_GROUP, "data_page_size": 256, **options}
    pq.write_table(table, path, write_page_checksum=checksums, **options)


def corrupt(path: Path, group: int, column: int, offset: int = 40) -> int:
    """Flip one bit inside a data page; return where."""
    chunk = pq.read_metadata(path).row_group(group).column(column)
    content = bytearray(path.read_bytes())
    at = chunk.data_page_offset + chunk.total_compressed_size // 2 + offset
    content[at] ^= 0x10
    path.write_bytes(content)
    return at


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_intact_files_pass(tmp_path: Path, version: str, compression: str, dictionary: bool) -> None:
    path = tmp_path / "crops.parquet"
    write(path, data_page_version=version, compression=compression, use_dictionary=dictionary)
    PageChecksums(path, ["a", "b", "c"], "crops.parquet").through(float("inf"))


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_flipped_bit_is_found_where_it_is(tmp_path: Path, version: str) -> None:
    path = tmp_path / "crops.parquet"
    write(path, data_page_version=version, use_dictionary=False, compression="none")
    at = corrupt(path, group=2, column=1)
    checks = PageChecksums(path, ["a", "b"], "crops.parquet")
    checks.through(2 * ROWS_A_GROUP)
    with pytest.raises(
        FileError, match=r"crops.parquet is damaged: the checksum of a page of `b` fails at byte (\d+)"
    ) as met:
        checks.through(2 * ROWS_A_GROUP + 1)
    page = int(str(met.value).partition("at byte ")[2].partition(".")[0])
    assert 0 <= at - page < 512


def test_a_flipped_bit_in_a_dictionary_is_found(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    write(path, compression="none")
    chunk = pq.read_metadata(path).row_group(0).column(2)
    content = bytearray(path.read_bytes())
    content[chunk.data_page_offset - 3] ^= 0x01
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"a page of `c` fails"):
        PageChecksums(path, ["c"], "crops.parquet").through(1)


def test_a_damaged_page_header_is_found(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    write(path, use_dictionary=False, compression="none")
    start = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    with pytest.raises(FileError, match=f"a page of `a` fails at byte {start}"):
        PageChecksums(path, ["a"], "crops.parquet").through(float("inf"))


def test_columns_not_asked_for_are_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    write(path, use_dictionary=False, compression="none")
    corrupt(path, group=0, column=1)
    PageChecksums(path, ["a", "c"], "crops.parquet").through(float("inf"))


def test_files_without_checksums_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    write(path, checksums=False, use_dictionary=False, compression="none")
    corrupt(path, group=0, column=0)
    PageChecksums(path, ["a"], "crops.parquet").through(float("inf"))


def test_nested_columns_count_as_their_top_level_name(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    table = pa.table({"plot": [{"x": 1, "y": 2}] * 50, "a": [1.5] * 50, "tags": [[1, 2]] * 50})
    pq.write_table(table, path, write_page_checksum=True)
    assert column_names(path) == ["plot", "a", "tags"]
    PageChecksums(path, ["plot", "tags"], "crops.parquet").through(1)


def test_repeated_column_names_are_all_listed(tmp_path: Path) -> None:
    path = tmp_path / "crops.parquet"
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    assert column_names(path) == ["a", "a"]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"\x15\x02\x00", {1: 1}),
        (b"\x15\x01\x00", {1: -1}),
        (b"\x11\x12\x00", {1: True, 2: False}),
        (b"\x05\x06\x54\x00", {3: 42}),
        (b"\x18\x03abc\x00", {1: b"abc"}),
        (b"\x19\x25\x02\x04\x00", {1: [1, 2]}),
        (b"\x19\xf5\x01\x02\x00", {1: [1]}),
        (b"\x1c\x15\x02\x00\x00", {1: {1: 1}}),
        (b"\x17\x00\x00\x00\x00\x00\x00\xf8\x3f\x00", {1: 1.5}),
        (b"\x16\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x00", {1: 2**62}),
    ],
)
def test_compact_thrift_is_read(content: bytes, fields: dict[int, object]) -> None:
    assert read_struct(io.BytesIO(content)) == fields


@pytest.mark.parametrize("content", [b"", b"\x15", b"\x18\x05ab", b"\x19\x25\x02"])
def test_thrift_that_ends_early_is_an_error(content: bytes) -> None:
    with pytest.raises(EOFError, match=r"the data end inside"):
        read_struct(io.BytesIO(content))


@pytest.mark.parametrize("content", [b"\x1f\x00", b"\x15" + b"\xff" * 12])
def test_bytes_that_are_no_thrift_are_an_error(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"Thrift"):
        read_struct(io.BytesIO(content))


def test_any_damage_to_the_footer_is_refused_or_harmless(tmp_path: Path) -> None:
    """What the bytes then say may ask for anything: fields that are not there, lists of a billion, endless nesting."""
    path = tmp_path / "crops.parquet"
    write(path)
    content = path.read_bytes()
    size = int.from_bytes(content[-8:-4], "little")
    rng = np.random.default_rng(6)
    for place in rng.integers(len(content) - 8 - size, len(content) - 4, size=300):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        column_names(path)
        with contextlib.suppress(FileError):
            PageChecksums(path, ["a", "b", "c"], "crops.parquet").through(float("inf"))


def test_a_value_that_claims_gigabytes_is_no_value() -> None:
    with pytest.raises(ValueError, match="a Thrift value would take 1099511627776 bytes"):
        read_struct(io.BytesIO(b"\x18\x80\x80\x80\x80\x80\x20\0"))
