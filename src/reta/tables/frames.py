"""Frames in memory: Polars straight, every other library's through narwhals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from reta.errors import DataError, UsageError
from reta.tables.foreign import ForeignColumns, narwhals_frame
from reta.tables.kinds import columns_of, refuse_duplicates
from reta.tables.polars_stream import POLARS_FAILURES, collected, first_line
from reta.tables.policy import Chunk
from reta.tables.stream import StreamedTable
from reta.tables.text_numbers import with_stray_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions

__all__ = ["ForeignTable", "FrameTable", "LazyTable", "frame_table", "whole_frame"]

_SAMPLE_ROWS = 1000
_NOTHING = pl.DataFrame()


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
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        options: ReadOptions,
        *,
        description: str = "Polars DataFrame",
        targets: tuple[str, ...] = (),
    ) -> None:
        self.targets = targets
        self._frame = frame
        columns = with_stray_text(columns_of(frame.schema), frame.head(_SAMPLE_ROWS), options)
        super().__init__(description, columns, options, n_rows=frame.height)

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
        for frame in collected(self._query.select(request.columns), request.batch_rows, _query_failure):
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
        self, columns: ForeignColumns, options: ReadOptions, *, description: str, beside: pl.DataFrame = _NOTHING
    ) -> None:
        self.targets = tuple(beside.columns)
        self._columns = columns
        self._beside = beside
        sample = self._slice((*columns.names, *self.targets), 0, _SAMPLE_ROWS)
        kinds = with_stray_text(columns_of(sample.schema), sample, options)
        super().__init__(description, kinds, options, n_rows=columns.n_rows)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield slices of the frame, turned into Polars."""
        for start in range(0, self._columns.n_rows, request.batch_rows):
            yield Chunk(self._slice(request.columns, start, request.batch_rows), self.description, start + 1)

    def _slice(self, names: tuple[str, ...], start: int, n_rows: int) -> pl.DataFrame:
        return pl.DataFrame(
            [
                self._beside.get_column(name).slice(start, n_rows)
                if name in self.targets
                else self._columns.slice(name, start, n_rows)
                for name in names
            ]
        )


def frame_table(
    data: object, options: ReadOptions, *, beside: pl.DataFrame = _NOTHING
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
    if isinstance(data, pl.LazyFrame) and not beside.width:
        return LazyTable(data, options)
    description = _description(data)
    if (frame := _as_polars(data)) is not None:
        _check_beside(frame.columns, frame.height, beside)
        return FrameTable(frame.hstack(beside), options, description=description, targets=tuple(beside.columns))
    if (foreign := narwhals_frame(data)) is None:
        return None
    columns = ForeignColumns(foreign)
    _check_beside(columns.names, columns.n_rows, beside)
    return ForeignTable(columns, options, description=description, beside=beside)


def whole_frame(data: object) -> pl.DataFrame | None:
    """Return a frame or series of any library as a Polars frame; ``None`` where the data are no such thing."""
    if (frame := _as_polars(data)) is not None:
        return frame
    if (foreign := narwhals_frame(data)) is None:
        return None
    columns = ForeignColumns(foreign)
    return pl.DataFrame([columns.slice(name, 0, columns.n_rows) for name in columns.names])


def _as_polars(data: object) -> pl.DataFrame | None:
    """Return what Polars can take without copying or guessing: its own, and Arrow tables."""
    if isinstance(data, pl.DataFrame):
        return data
    if isinstance(data, pl.Series):
        return data.to_frame()
    if isinstance(data, pl.LazyFrame):
        return data.collect()
    if not hasattr(data, "__arrow_c_stream__") or hasattr(data, "iloc"):
        return None
    refuse_duplicates(getattr(data, "column_names", ()), _description(data))
    try:
        return pl.DataFrame(data)
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"the {_description(data)} has a column of a type that Polars lacks: {first_line(error)}"
        ) from error


def _check_beside(names: Sequence[str], n_rows: int, beside: pl.DataFrame) -> None:
    refuse_duplicates([*names, *beside.columns], "X and y together" if beside.width else "the frame")
    if beside.width and beside.height != n_rows:
        raise UsageError(f"X has {n_rows} rows and y has {beside.height}: they must be as many")


def _description(data: object) -> str:
    library = type(data).__module__.partition(".")[0]
    return f"{'Polars' if library == 'polars' else library} {type(data).__name__}"


def _query_failure(error: BaseException) -> Exception:
    return DataError(f"the Polars LazyFrame cannot be run: {first_line(error)}")
