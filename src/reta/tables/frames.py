"""Frames in memory: Polars straight, every other library's through narwhals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from reta.errors import DataError, UsageError
from reta.forked import refuse_in_fork
from reta.tables.arrow_decimals import has_long_decimals, with_plain_decimals
from reta.tables.foreign import ForeignColumns, narwhals_frame
from reta.tables.kinds import columns_of, refuse_duplicates
from reta.tables.polars_stream import POLARS_FAILURES, collected, first_line
from reta.tables.policy import Chunk
from reta.tables.python_values import column_of, column_of_series
from reta.tables.stream import StreamedTable
from reta.tables.text_numbers import with_stray_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reta.tables.python_values import PythonColumn
    from reta.tables.stream import Request
    from reta.tables.table import Column, ReadOptions
    from reta.types import Note

__all__ = ["ForeignTable", "FrameTable", "LazyTable", "frame_columns", "frame_table", "table_of_columns"]

_SAMPLE_ROWS = 1000


class FrameTable(StreamedTable):
    """A Polars frame.

    Parameters
    ----------
    frame
        The rows; nothing is copied.
    options
        How to treat missing values.
    description
        What to call the frame in a message.
    targets
        Names of the columns that were given apart, as ``y``.
    columns
        Kinds of the columns where their types do not tell.
    notes
        What was assumed about them.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        options: ReadOptions,
        *,
        description: str = "Polars DataFrame",
        targets: tuple[str, ...] = (),
        columns: tuple[Column, ...] | None = None,
        notes: Sequence[Note] = (),
    ) -> None:
        self.targets = targets
        self._frame = frame
        columns = with_stray_text(columns or columns_of(frame.schema), frame.head(_SAMPLE_ROWS), options)
        super().__init__(description, columns, options, n_rows=frame.height, notes=notes)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield slices of the frame."""
        wanted = self._frame.select(request.columns)
        for start in range(0, wanted.height, request.batch_rows):
            yield Chunk(wanted.slice(start, request.batch_rows), self.description, start + 1)


class LazyTable(StreamedTable):
    """A Polars query, run by the streaming engine whenever rows are asked for."""

    def __init__(self, query: pl.LazyFrame, options: ReadOptions) -> None:
        self._query = query
        description = "Polars LazyFrame"
        try:
            schema = query.collect_schema()
        except POLARS_FAILURES as error:
            raise _query_failure(error) from error
        super().__init__(description, columns_of(schema), options)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield what the query gives, batch by batch."""
        n_rows = 0
        query = self._query.select(request.columns)
        for frame in collected(query, request.batch_rows, _query_failure, to_the_end=True):
            yield Chunk(frame, self.description, n_rows + 1)
            n_rows += frame.height


class ForeignTable(StreamedTable):
    """A frame of pandas or of another library that narwhals knows, turned into Polars slice by slice.

    Parameters
    ----------
    columns
        The frame's columns.
    options, description
        As for ``FrameTable``.
    beside
        Columns that were given apart, as ``y``, with as many rows.
    """

    def __init__(
        self, columns: ForeignColumns, options: ReadOptions, *, description: str, beside: Sequence[PythonColumn] = ()
    ) -> None:
        self.targets = tuple(column.series.name for column in beside)
        self._columns = columns
        self._beside = {column.series.name: column for column in beside}
        self._whole: dict[str, PythonColumn] = {}
        sample = self._slice((*columns.names, *self.targets), 0, _SAMPLE_ROWS)
        if columns.n_rows <= _SAMPLE_ROWS:
            self._whole = {column.series.name: column for column in sample}
        frame = pl.DataFrame([part.series for part in sample])
        kinds = with_stray_text([part.column for part in sample], frame, options)
        super().__init__(description, kinds, options, n_rows=columns.n_rows, notes=_notes(sample))

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield slices of the frame, turned into Polars."""
        for start in range(0, self._columns.n_rows, request.batch_rows):
            parts = self._slice(request.columns, start, request.batch_rows)
            yield Chunk(pl.DataFrame([part.series for part in parts]), self.description, start + 1)

    def _slice(self, names: tuple[str, ...], start: int, n_rows: int) -> list[PythonColumn]:
        ready = self._whole or self._beside
        return [
            ready[name].rows(start, n_rows) if name in ready else self._columns.slice(name, start, n_rows)
            for name in names
        ]


def frame_table(
    data: object, options: ReadOptions, *, beside: Sequence[PythonColumn] = ()
) -> FrameTable | LazyTable | ForeignTable | None:
    """Return the table of a frame or series of any library; ``None`` where the data are no such thing.

    Parameters
    ----------
    data
        The frame.
    options
        How to treat missing values.
    beside
        Columns that were given apart, as ``y``.

    Raises
    ------
    DataError
        When two columns have the same name.
    UsageError
        When there are not as many rows beside.
    """
    refuse_in_fork()
    if isinstance(data, pl.LazyFrame) and not beside:
        return LazyTable(data, options)
    description, data = _description(data), with_plain_decimals(data)
    if (frame := _as_polars(data)) is not None:
        if not beside and pl.Object not in frame.dtypes:
            return FrameTable(frame, options, description=description)
        columns = _polars_columns(frame, options)
        return table_of_columns(columns, options, description=description, beside=beside, n_rows=frame.height)
    if (foreign := narwhals_frame(data)) is None:
        return None
    foreigners = ForeignColumns(foreign, options)
    _check_beside(foreigners.names, foreigners.n_rows, beside)
    return ForeignTable(foreigners, options, description=description, beside=beside)


def table_of_columns(
    columns: Sequence[PythonColumn],
    options: ReadOptions,
    *,
    description: str,
    beside: Sequence[PythonColumn] = (),
    n_rows: int | None = None,
) -> FrameTable:
    """Return the table of columns that have as many rows as each other; otherwise as ``frame_table``.

    ``n_rows`` is how many, for want of any column.
    """
    refuse_in_fork()
    if beside:
        _check_beside(
            [column.series.name for column in columns], len(columns[0].series) if columns else n_rows or 0, beside
        )
    every = [*columns, *beside]
    return FrameTable(
        pl.DataFrame([column.series for column in every]),
        options,
        description=description,
        targets=tuple(column.series.name for column in beside),
        columns=tuple(column.column for column in every),
        notes=_notes(every),
    )


def frame_columns(data: object, options: ReadOptions) -> list[PythonColumn]:
    """Return the columns of a frame or series of any library; none where the data are no such thing."""
    data = with_plain_decimals(data)
    if (frame := _as_polars(data)) is not None:
        return _polars_columns(frame, options)
    if (foreign := narwhals_frame(data)) is None:
        return []
    columns = ForeignColumns(foreign, options)
    return [columns.slice(name, 0, columns.n_rows) for name in columns.names]


def _polars_columns(frame: pl.DataFrame, options: ReadOptions) -> list[PythonColumn]:
    return [
        column_of(series.name, series.to_list(), options) if series.dtype == pl.Object else column_of_series(series)
        for series in frame
    ]


def _notes(columns: Sequence[PythonColumn]) -> list[Note]:
    return [note for column in columns for note in column.notes()]


def _as_polars(data: object) -> pl.DataFrame | None:
    """Return what Polars can take without copying or guessing: its own, and Arrow tables."""
    if isinstance(data, pl.DataFrame):
        return data
    if isinstance(data, pl.Series):
        return data.to_frame()
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if not hasattr(data, "__arrow_c_stream__") or hasattr(data, "iloc") or has_long_decimals(data):
        return None
    refuse_duplicates(getattr(data, "column_names", ()), _description(data))
    try:
        return pl.DataFrame(data)
    except pl.exceptions.PanicException:
        return None  # a type that Polars did not expect: cell by cell it may be read
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"the {_description(data)} has a column of a type that Polars lacks: {first_line(error)}"
        ) from error


def _check_beside(names: Sequence[str], n_rows: int, beside: Sequence[PythonColumn]) -> None:
    refuse_duplicates(
        [*names, *(column.series.name for column in beside)], "X and y together" if beside else "the frame"
    )
    if beside and len(beside[0].series) != n_rows:
        raise UsageError(f"X has {n_rows} rows and y has {len(beside[0].series)}: they must be as many")


def _description(data: object) -> str:
    library = type(data).__module__.partition(".")[0]
    return f"{'Polars' if library == 'polars' else library} {type(data).__name__}"


def _query_failure(error: BaseException) -> Exception:
    return DataError(f"the Polars LazyFrame cannot be run: {first_line(error)}")
