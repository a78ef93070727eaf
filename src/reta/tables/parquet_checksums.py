"""Verifying the page checksums of a Parquet file, which Polars reads past.

The walk is: footer, column chunks, and in each chunk page header, page, page header, page. A page's CRC-32 covers its
bytes as stored. Files without checksums cost the reading of one page header.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from reta.errors import FileError
from reta.tables.thrift import ThriftStruct, read_struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["PageChecksums", "column_names"]

_MAGIC = b"PAR1"
_BLOCK_BYTES = 1 << 18
_NO_PARQUET = (EOFError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OSError)
"""What comes of bytes that say other things than Parquet's footer and page headers say."""

# Field numbers of Parquet's Thrift definition (apache/parquet-format, parquet.thrift).
_FILE_SCHEMA, _FILE_ROW_GROUPS = 2, 4
_SCHEMA_NAME, _SCHEMA_CHILDREN = 4, 5
_GROUP_COLUMNS, _GROUP_ROWS = 1, 3
_COLUMN_META = 3
_META_PATH, _META_COMPRESSED, _META_DATA_PAGE, _META_DICTIONARY_PAGE = 3, 7, 9, 11
_PAGE_COMPRESSED, _PAGE_CRC = 3, 4


@dataclass(frozen=True, slots=True)
class _ColumnChunk:
    """The pages of one column in one row group: bytes ``start`` to ``end`` of the file."""

    column: str
    start: int
    end: int


class PageChecksums:
    """The checksums of some columns of a file, verified row group by row group while the rows are read elsewhere.

    Parameters
    ----------
    path
        A Parquet file with a whole footer.
    columns
        Top-level columns to verify.
    label
        What to call the file in a message.

    Attributes
    ----------
    there
        Whether the file carries any.
    """

    def __init__(self, path: Path, columns: Sequence[str], label: str) -> None:
        self._path = path
        self._label = label
        with path.open("rb") as file:
            self.there = _carries_checksums(file)
            self._unverified = list(reversed(self._groups(file, frozenset(columns)))) if self.there else []
        self._rows_verified = 0

    def _groups(self, file: BinaryIO, columns: frozenset[str]) -> list[tuple[int, list[_ColumnChunk]]]:
        try:
            return list(_row_groups(file, columns))
        except _NO_PARQUET as error:
            raise FileError(f"{self._label} is damaged: its footer cannot be read. Get an intact copy") from error

    def through(self, n_rows: float) -> None:
        """Verify every row group that holds one of the first ``n_rows`` rows and was not verified before.

        Raises
        ------
        FileError
            With the column and the byte, where a page is not what was written.
        """
        if not self._unverified or self._rows_verified >= n_rows:
            return
        with self._path.open("rb") as file:
            while self._unverified and self._rows_verified < n_rows:
                rows, chunks = self._unverified.pop()
                for chunk in chunks:
                    self._verify(file, chunk)
                self._rows_verified += rows

    def _verify(self, file: BinaryIO, chunk: _ColumnChunk) -> None:
        try:
            damaged = _first_damaged_page(file, chunk)
        except _NO_PARQUET:
            damaged = chunk.start
        if damaged is not None:
            raise FileError(
                f"{self._label} is damaged: the checksum of a page of `{chunk.column}` fails at byte {damaged}."
                " Get an intact copy"
            )


def column_names(path: Path) -> list[str]:
    """Return the names of the top-level columns as the footer has them, repeated ones too; none of a damaged one."""
    try:
        with path.open("rb") as file:
            schema = iter(cast("list[ThriftStruct]", _footer(file)[_FILE_SCHEMA]))
        root = next(schema)
        return [_skip_children(element, schema) for element in _take_children(root, schema)]
    except (*_NO_PARQUET, StopIteration, RuntimeError):
        return []


def _take_children(parent: ThriftStruct, rest: Iterator[ThriftStruct]) -> Iterator[ThriftStruct]:
    for _ in range(cast("int", parent.get(_SCHEMA_CHILDREN, 0))):
        yield next(rest)


def _skip_children(element: ThriftStruct, rest: Iterator[ThriftStruct]) -> str:
    for child in _take_children(element, rest):
        _skip_children(child, rest)
    return cast("bytes", element[_SCHEMA_NAME]).decode()


def _carries_checksums(file: BinaryIO) -> bool:
    """Whether the first page has a checksum; writers give one to every page or to none."""
    file.seek(len(_MAGIC))
    try:
        return _PAGE_CRC in read_struct(file)
    except _NO_PARQUET:
        return False


def _footer(file: BinaryIO) -> ThriftStruct:
    tail = len(_MAGIC) + 4
    end = file.seek(-tail, 2)
    size = int.from_bytes(file.read(4), "little")
    file.seek(end - size)
    return read_struct(file)


def _row_groups(file: BinaryIO, columns: frozenset[str]) -> Iterator[tuple[int, list[_ColumnChunk]]]:
    """Yield the rows of each row group, and where in the file the columns' pages are."""
    for group in cast("list[ThriftStruct]", _footer(file)[_FILE_ROW_GROUPS]):
        parts = cast("list[ThriftStruct]", group[_GROUP_COLUMNS])
        chunks = [_column_chunk(cast("ThriftStruct", part[_COLUMN_META])) for part in parts]
        yield cast("int", group[_GROUP_ROWS]), [chunk for chunk in chunks if chunk.column in columns]


def _column_chunk(meta: ThriftStruct) -> _ColumnChunk:
    path = cast("list[bytes]", meta[_META_PATH])
    data_page = cast("int", meta[_META_DATA_PAGE])
    start = min(data_page, cast("int", meta.get(_META_DICTIONARY_PAGE)) or data_page)
    return _ColumnChunk(path[0].decode(), start, start + cast("int", meta[_META_COMPRESSED]))


def _first_damaged_page(file: BinaryIO, chunk: _ColumnChunk) -> int | None:
    """Return the byte at which the first page starts whose checksum fails."""
    position = file.seek(chunk.start)
    while position < chunk.end:
        header = read_struct(file)
        found = _crc(file, cast("int", header[_PAGE_COMPRESSED]))
        if _PAGE_CRC in header and found != cast("int", header[_PAGE_CRC]) % (1 << 32):
            return position
        position = file.tell()
    return None


def _crc(file: BinaryIO, size: int) -> int:
    """Return the CRC-32 of the next ``size`` bytes."""
    total = 0
    while size > 0:
        block = file.read(min(size, _BLOCK_BYTES))
        if not block:
            raise EOFError("the file ends inside a page")
        total = zlib.crc32(block, total)
        size -= len(block)
    return total
