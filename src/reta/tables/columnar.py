"""Parquet and Arrow IPC files, streamed by Polars; several files are parts of one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import polars as pl

from reta.errors import DataError, FileError
from reta.tables.kinds import columns_of, refuse_duplicates
from reta.tables.parquet_checksums import PageChecksums, column_names
from reta.tables.parts import compare_parts, part_labels
from reta.tables.polars_stream import POLARS_FAILURES, collected, first_line
from reta.tables.policy import Chunk
from reta.tables.stream import StreamedTable
from reta.tables.text_numbers import with_stray_text
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions

__all__ = ["ColumnarFormat", "ColumnarTable"]

ColumnarFormat: TypeAlias = Literal["parquet", "arrow"]

_MOST_FOOTERS = 100
_SAMPLE_ROWS = 1000
_MOST_DIGITS = 38  # of a decimal in Polars
_MAGIC: dict[ColumnarFormat, bytes] = {"parquet": b"PAR1", "arrow": b"ARROW1"}
_NAMES: dict[ColumnarFormat, str] = {"parquet": "a Parquet file", "arrow": "an Arrow IPC file"}


class ColumnarTable(StreamedTable):
    """Files that carry their own schema.

    Parameters
    ----------
    paths
        One file or the parts of one table, in order; columns are matched by name.
    file_format
        ``"parquet"`` or ``"arrow"``.
    description, options
        As ``Table`` and ``ReadOptions`` have them.

    Notes
    -----
    Construction reads the first file's schema, the row counts of up to a hundred files, and a thousand rows of columns
    of text. Polars does not look at the page checksums of Parquet files: where a file has some, they are verified here
    while its rows are read, for the columns read.
    """

    def __init__(
        self, paths: Sequence[Path], file_format: ColumnarFormat, description: str, options: ReadOptions
    ) -> None:
        self._paths = tuple(paths)
        self._labels = part_labels(self._paths)
        self._format: ColumnarFormat = file_format
        columns = with_stray_text(columns_of(self._schema(0)), self._text_sample(), options)
        super().__init__(description, columns, options, n_rows=self._count_all())

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield the rows file by file."""
        schemas = [self._schema(part) for part in range(len(self._paths))]
        self.notes.extend(compare_parts(self._labels, schemas, request.needed))
        for part, schema in enumerate(schemas):
            yield from self._part(part, schema, request)

    def _part(self, part: int, schema: pl.Schema, request: Request) -> Iterator[Chunk]:
        _refuse_long_decimals(schema, request.columns, self._labels[part])
        query = self._scan(part).select(_expressions(schema, request.columns, several=len(self._paths) > 1))
        checksums = self._checksums(part, request)
        n_rows = 0
        for frame in collected(query, request.batch_rows, self._explain(part, checksums)):
            if checksums:
                checksums.through(n_rows + frame.height)
            yield Chunk(frame, self._labels[part], n_rows + 1)
            n_rows += frame.height
        self._require_all(part, n_rows)

    def _require_all(self, part: int, n_rows: int) -> None:
        """Raise where fewer rows came than the footer says: a panic in one of Polars' threads only ends the stream."""
        promised = self._count(part)
        if promised != n_rows:
            raise FileError(
                f"{self._labels[part]} is damaged: its footer says {counted(promised, 'row')}, and {n_rows:,} could be"
                " read. Get an intact copy"
            )

    def _checksums(self, part: int, request: Request) -> PageChecksums | None:
        if not self.options.verify:
            return None
        checksums = PageChecksums(self._paths[part], request.columns, self._labels[part])
        if not checksums.there:
            self.notes.append(Note("assumed", f"{self._labels[part]} carries no checksums: there is nothing to verify"))
        return checksums

    def _scan(self, part: int) -> pl.LazyFrame:
        scan = pl.scan_parquet if self._format == "parquet" else pl.scan_ipc
        return scan(self._paths[part], glob=False, hive_partitioning=False)

    def _schema(self, part: int) -> pl.Schema:
        try:
            return self._scan(part).collect_schema()
        except POLARS_FAILURES as error:
            if isinstance(error, pl.exceptions.DuplicateError):
                refuse_duplicates(column_names(self._paths[part]), self._labels[part])
            raise self._explain(part)(error) from error

    def _text_sample(self) -> pl.DataFrame:
        """Return the first rows of the columns of text, which may be dates, or numbers but for stray cells."""
        names = [name for name, dtype in self._schema(0).items() if dtype == pl.String]
        try:
            return self._scan(0).select(names).head(_SAMPLE_ROWS).collect() if names else pl.DataFrame()
        except POLARS_FAILURES as error:
            raise self._explain(0)(error) from error

    def _count_all(self) -> int | None:
        """Return the rows of all files, by their footers; ``None`` where one is damaged, which reading will explain."""
        if len(self._paths) > _MOST_FOOTERS:
            return None
        try:
            return sum(self._count(part) for part in range(len(self._paths)))
        except FileError:
            return None

    def _count(self, part: int) -> int:
        try:
            return int(self._scan(part).select(pl.len()).collect().item())
        except POLARS_FAILURES as error:
            raise self._explain(part)(error) from error

    def _explain(self, part: int, checksums: PageChecksums | None = None) -> Callable[[BaseException], Exception]:
        """Return what says why a file cannot be read, given the failure of Polars."""

        def explain(error: BaseException) -> Exception:
            if checksums:
                checksums.through(float("inf"))
            return FileError(f"{self._labels[part]} {_fault(self._paths[part], self._format, error)}")

        return explain


def _refuse_long_decimals(schema: pl.Schema, names: Sequence[str], label: str) -> None:
    for name in names:
        dtype = schema.get(name)
        if isinstance(dtype, pl.Decimal) and (dtype.precision or 0) > _MOST_DIGITS:
            raise DataError(
                f"`{name}` in {label} holds decimals of {dtype.precision} digits, and Polars reads {_MOST_DIGITS}:"
                " write the column with fewer, or as float64"
            )


def _expressions(schema: pl.Schema, names: Sequence[str], *, several: bool) -> list[pl.Expr]:
    """Return the columns by name, null where a part has none; enums of several files may differ and become text."""
    return [
        pl.lit(None).alias(name)
        if name not in schema
        else pl.col(name).cast(pl.String)
        if several and isinstance(schema[name], pl.Enum)
        else pl.col(name)
        for name in names
    ]


def _fault(path: Path, file_format: ColumnarFormat, error: BaseException) -> str:
    """Return what is wrong with a file, by its first and last bytes."""
    magic = _MAGIC[file_format]
    with path.open("rb") as file:
        starts = file.read(len(magic)) == magic
        size = file.seek(0, 2)
        file.seek(max(0, size - len(magic)))
        ends = file.read() == magic
    if not starts:
        return f"is not {_NAMES[file_format]}: {first_line(error)}"
    if not ends:
        return f"is incomplete: no footer after {size:,} bytes. Copy or write it again"
    return f"is damaged: {first_line(error)}. Get an intact copy"
