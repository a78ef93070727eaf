"""Spreadsheets: Excel's xlsx and xlsm, OpenDocument's ods."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from reta.errors import DataError, FileError, UsageError
from reta.extras import load_extra
from reta.tables.kinds import columns_of
from reta.tables.polars_stream import first_line
from reta.tables.policy import Chunk
from reta.tables.stream import StreamedTable
from reta.tables.text.header import read_header
from reta.tables.text.sample import SampleRow
from reta.tables.text_numbers import MISSING_WORDS, stored_as_text, with_stray_text
from reta.tables.workbook import sheet_facts
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from fastexcel import ExcelReader

    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions

__all__ = ["SpreadsheetTable"]

_SAMPLE_ROWS = 100


class SpreadsheetTable(StreamedTable):
    """One sheet of a workbook.

    Parameters
    ----------
    path
        The workbook. It is read whole: the format allows nothing else.
    description, options
        As ``Table`` and ``ReadOptions`` have them; ``sheet`` and ``header`` apply.

    Notes
    -----
    The first row that is not blank names the columns, blank rows are left out, and rows keep the numbers that the
    spreadsheet program shows. A column is read twice, by type and as text: where text among numbers would have been
    lost, the text is kept, so that the cell can be named.
    """

    missing_words = MISSING_WORDS

    def __init__(self, path: Path, description: str, options: ReadOptions) -> None:
        workbook = _open(path, description)
        sheet, notes = _chosen_sheet(workbook, description, options)
        self._source = f"{description}, sheet '{sheet}'"
        facts = sheet_facts(path, sheet, description)
        written = self._load(workbook, sheet, dtypes="string")
        header_row = _first_row(written, self._source, options.skip_rows)
        header = read_header(_header_sample(written, header_row), options.header, self._source)
        if options.header is None:
            _refuse_titles(header.titles, header_row, self._source)
        self._first_row = header_row if options.header is False else header_row + 1
        below = written.slice(self._first_row)
        self._frame = _named(self._typed(workbook, sheet, below), below, header.names, header.hidden)
        if not _filled_runs(self._frame):
            raise DataError(f"{self._source} has a header but no rows")
        columns = with_stray_text(columns_of(self._frame.schema), self._frame, options, all_text=True)
        told = [*notes, *(facts.notes() if facts else ()), *header.notes, *stored_as_text(columns, self._frame)]
        super().__init__(description, columns, options, notes=told)
        self.n_rows = sum(stop - start for start, stop in _filled_runs(self._frame))

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield the rows between the blank ones."""
        for start, stop in _filled_runs(self._frame):
            for first in range(start, stop, request.batch_rows):
                frame = self._frame.select(request.columns).slice(first, min(request.batch_rows, stop - first))
                yield Chunk(frame, self._source, self._first_row + first + 1)

    def _load(self, workbook: ExcelReader, sheet: str, *, skip_rows: int = 0, **options: Any) -> pl.DataFrame:
        with _explained(self._source):
            frame: pl.DataFrame = workbook.load_sheet(
                sheet, header_row=None, skip_rows=skip_rows, **options
            ).to_polars()
        return frame

    def _typed(self, workbook: ExcelReader, sheet: str, below: pl.DataFrame) -> pl.DataFrame:
        """Return the rows below the header by type; a column that mixes what the reader cannot as it is written."""
        if not below.height:
            return below
        try:
            return self._load(workbook, sheet, schema_sample_rows=None, skip_rows=self._first_row)
        except _MixedColumn:
            return pl.DataFrame(
                [self._typed_column(workbook, sheet, place, series) for place, series in enumerate(below)]
            )

    def _typed_column(self, workbook: ExcelReader, sheet: str, place: int, written: pl.Series) -> pl.Series:
        wanted: dict[str, Any] = {"schema_sample_rows": None, "skip_rows": self._first_row, "use_columns": [place]}
        try:
            return self._load(workbook, sheet, **wanted).to_series().alias(written.name)
        except _MixedColumn:
            return written


class _MixedColumn(Exception):  # noqa: N818 - never reaches a user
    """A column holds types that the reader of spreadsheets puts under no common one: numbers and durations, say."""


def _open(path: Path, description: str) -> ExcelReader:
    fastexcel = load_extra("fastexcel", f"reading {description}", extra="excel")
    with _explained(description):
        return cast("ExcelReader", fastexcel.read_excel(path))


@contextmanager
def _explained(source: str) -> Iterator[None]:
    """Turn what the reader of spreadsheets raises, its panics too, into one line."""
    from fastexcel import FastExcelError, UnsupportedColumnTypeCombinationError

    try:
        yield
    except UnsupportedColumnTypeCombinationError as error:
        raise _MixedColumn from error
    except (FastExcelError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise FileError(f"{source} is no spreadsheet, or a damaged one: {first_line(error)}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise FileError(f"{source} is a damaged spreadsheet: {first_line(error)}") from error


def _chosen_sheet(workbook: ExcelReader, description: str, options: ReadOptions) -> tuple[str, list[Note]]:
    """Return the sheet's name, and what to say where it was not asked for but could have been another."""
    sheets = workbook.sheet_names
    if not sheets:
        raise DataError(f"{description} has no sheets")
    listed = ", ".join(f"'{sheet}'" for sheet in sheets)
    if options.sheet is None:
        notes = [Note("assumed", f"the first of {len(sheets)} sheets: {listed}")] if len(sheets) > 1 else []
        return sheets[0], notes
    if options.sheet not in sheets:
        raise UsageError(f"{description} has no sheet '{options.sheet}'; it has {listed}")
    return options.sheet, []


def _first_row(written: pl.DataFrame, source: str, skip_rows: int) -> int:
    """Return the position of the first row that is not blank, of those that are not to be skipped."""
    runs = _filled_runs(written.slice(skip_rows))
    if not runs:
        nothing = f"has nothing below its first {counted(skip_rows, 'row')}" if skip_rows else "is empty"
        raise DataError(f"{source} {nothing}")
    return skip_rows + runs[0][0]


def _header_sample(written: pl.DataFrame, header_row: int) -> Sequence[SampleRow]:
    """Return the first row, some of the next, and one that shows which columns have anything below it."""
    rows = [
        SampleRow(cells, header_row + index + 1)
        for index, row in enumerate(written.slice(header_row, _SAMPLE_ROWS).iter_rows())
        if any(cells := tuple((cell or "").strip() for cell in row))
    ]
    below = written.slice(header_row + 1)
    used = tuple("1" if column.null_count() < column.len() else "" for column in below)
    return [*rows, SampleRow(used, written.height)]


def _refuse_titles(titles: int, header_row: int, source: str) -> None:
    """Raise where rows above look like titles, and a later one like the names of the columns."""
    if titles > header_row:
        rows = "row is a title" if titles == 1 else f"{titles} rows are titles"
        raise DataError(
            f"{source}: by its looks the first {rows}, and the names stand below. Say --skip-rows {titles}, or"
            " --header if the first row has the names"
        )


def _named(typed: pl.DataFrame, written: pl.DataFrame, names: Sequence[str], hidden: frozenset[int]) -> pl.DataFrame:
    """Return the columns under their names, each in the form that loses nothing."""
    return pl.DataFrame(
        [
            _faithful(typed.to_series(position), written.to_series(position)).alias(name)
            for position, name in enumerate(names)
            if position not in hidden
        ]
    )


def _faithful(typed: pl.Series, written: pl.Series) -> pl.Series:
    """Return the typed column, or the text where the reader made numbers, or nothing, of other cells."""
    if typed.null_count() > written.null_count():
        return written
    if typed.dtype.is_numeric() and written.cast(pl.Float64, strict=False).null_count() > typed.null_count():
        return written
    return typed


def _filled_runs(frame: pl.DataFrame) -> list[tuple[int, int]]:
    """Return the runs of rows that are not blank: start, and the row after the end."""
    runs = frame.select(pl.any_horizontal(pl.all().is_not_null()).rle().alias("run")).unnest("run")
    stops = runs.get_column("len").cum_sum().to_list()
    starts = [0, *stops][:-1]
    found = zip(starts, stops, runs.get_column("value"), strict=True)
    return [(start, stop) for start, stop, filled in found if filled]
