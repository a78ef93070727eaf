"""What every source of rows looks like to the rest of reta."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reta.allowed import is_whole, require_one_of
from reta.errors import UsageError
from reta.types import BadRows, MissingPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from reta.types import ColumnKind, Note

__all__ = ["BATCH_ROWS", "Column", "ReadOptions", "RowBatch", "StartOver", "Table"]

BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Column:
    """A named column and what its cells are.

    ``kind`` is ``"number"``, ``"boolean"``, ``"text"``, ``"date"``, or ``"categorical"``, a frame's own type.
    """

    name: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read a source; ``None`` means: find out, and say what was found.

    Attributes
    ----------
    delimiter, decimal, thousands, encoding
        Of text files: one character each, and a Python codec name.
    header
        Whether the first row of a text file names the columns.
    skip_rows
        Lines of a text file, or rows of a sheet, to leave out before anything is looked at: titles above the header.
    symbols
        Whether currencies, percent signs and units are left out of numbers: ``R$ 10`` is 10, ``45%`` is 45. All cells
        of a column must have the same.
    missing_values
        Cells that mean "no value", beside the empty cell, ``NA`` and ``NaN``; compared as numbers where they are
        numbers, so that ``-999`` means ``-999.0`` too.
    bad_rows
        What a row with a cell that is no number, or with too few or too many cells, gets.
    missing
        What a missing value in a used column gets.
    sheet
        Name of a spreadsheet's sheet; the first by default.
    query
        SQL text, for databases.
    verify
        Whether the checksums of the pages of a Parquet file are looked at, which takes about as long as reading them.
    """

    delimiter: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    header: bool | None = None
    skip_rows: int = 0
    symbols: bool = False
    missing_values: tuple[str, ...] = ()
    bad_rows: BadRows = "error"
    missing: MissingPolicy = "error"
    sheet: str | None = None
    query: str | None = None
    verify: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "missing_values", _words(self.missing_values))
        require_one_of(BadRows, bad_rows=self.bad_rows)
        require_one_of(MissingPolicy, missing=self.missing)
        if not is_whole(self.skip_rows):
            raise UsageError(f"skip_rows={self.skip_rows!r}: give a whole number of lines, from 0")


def _words(values: object) -> tuple[str, ...]:
    """Return what was given as words: one alone, numbers among them."""
    several = values if isinstance(values, Iterable) and not isinstance(values, str) else (values,)
    return tuple(map(str, several))


@dataclass(frozen=True, slots=True)
class RowBatch:
    """The same rows twice: as the source has them, and as clean columns.

    Attributes
    ----------
    original
        Every column of the source, in its order and its own form (text files: String cells exactly as written).
    clean
        The columns asked for, as ``Table.batches`` yields them.
    """

    original: pl.DataFrame
    clean: pl.DataFrame


class StartOver(Exception):  # noqa: N818 - a request, not an error: it never reaches a user
    """What was read so far must be thrown away and ``batches`` called again; the table reads more carefully then."""


class Table(Protocol):
    """A source of rows: a schema, and batches of named columns in the source's order.

    Attributes
    ----------
    description
        What to call the source in a message: ``"crops.csv"``, ``"3 files (part-*.parquet)"``, ``"pandas DataFrame"``.
    columns
        Every column, in the source's order.
    n_rows
        Rows, where known without reading; else ``None``.
    rereadable
        Whether ``batches`` may be called again.
    notes
        What was assumed about the source so far, and what was dropped; grows while batches are read.
    """

    description: str
    columns: tuple[Column, ...]
    n_rows: int | None
    rereadable: bool
    notes: list[Note]

    def batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[pl.DataFrame]:
        """Yield frames of the named columns, each of exactly ``batch_rows`` rows except the last.

        Parameters
        ----------
        columns
            Names, each among ``self.columns``; they come in this order. ``"number"`` and ``"boolean"`` columns come as
            Float64 without NaN or infinity.
        text
            Those of ``columns`` to hand over as String (categories), whatever their kind; never cast.
        may_miss
            Those of ``columns`` where a missing value comes as null whatever the policy (features under ``"mean"``).
        weights
            That of ``columns`` which may hold no negative number, in the rows that come.
        batch_rows
            Rows a batch.

        Notes
        -----
        Missing values follow ``ReadOptions.missing``: ``"error"`` raises with counts per column and the first line;
        ``"drop"`` and ``"mean"`` leave out rows with a null in a column outside ``may_miss``, counted in ``notes``.

        Raises
        ------
        StartOver
            The quick road met something it cannot judge. Throw away what came, call again.
        """
        ...

    def paired_batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[RowBatch]:
        """As ``batches``, each clean frame beside the untouched rows it came from. Never raises ``StartOver``."""
        ...
