"""Missing values, infinities and stray text where rows are counted: what to refuse, to drop, to say."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from reta.errors import DataError
from reta.tables.cells import (
    Cells,
    as_number,
    date_cells,
    first_wide_integer,
    foreign_content,
    label_cells,
    moment_in,
    number_cells,
)
from reta.tables.labels import rewritten_labels
from reta.tables.symbols import SymbolTally, without_symbol
from reta.tables.text_numbers import symbol_cells
from reta.types import Note
from reta.wording import LOSES_DIGITS, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reta.tables.table import Column, ReadOptions
    from reta.types import NoteKind

__all__ = ["Chunk", "RowCleaner"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as they were read, and where they stand.

    Attributes
    ----------
    frame
        At least the columns asked for.
    source
        The file, sheet or frame they come from, as a message names it.
    first_row
        The number of the first of them there; the first row of all is 1.
    lines
        The number of each, where they do not follow one another.
    unit
        What is counted.
    """

    frame: pl.DataFrame
    source: str
    first_row: int = 1
    lines: Sequence[int] | None = None
    unit: str = "row"

    def place(self, offset: int) -> str:
        """Return where the row at ``offset`` stands, for a message."""
        number = self.first_row + offset if self.lines is None else self.lines[offset]
        return f"{self.source}, {self.unit} {number}"


@dataclass(slots=True)
class _Tally:
    """Missing cells of one column: how many, and where the first is."""

    count: int
    first: str


@dataclass(slots=True)
class RowCleaner:
    """One pass over a source: cleans its chunks, and knows at the end what to say about them.

    Attributes
    ----------
    columns
        The columns to clean, in the order wanted.
    text, may_miss
        As ``Table.batches`` has them.
    options
        ``missing``, ``bad_rows``, ``missing_values``, ``decimal`` and ``thousands`` apply.
    description
        What to call the whole source in a message.
    missing_words
        Text that stands for a missing label, beside ``options.missing_values``.
    as_they_are
        Columns of whole numbers to hand over without rounding, unless they are wanted as text.
    refusing
        Whether a missing value was met that the policy forbids: nothing more need be handed on, but later chunks must
        still come, to be counted.
    """

    columns: Sequence[Column]
    text: frozenset[str]
    may_miss: frozenset[str]
    options: ReadOptions
    description: str
    missing_words: tuple[str, ...] = ("",)
    as_they_are: frozenset[str] = frozenset()
    refusing: bool = False
    _tallies: dict[str, _Tally] = field(default_factory=dict)
    _rows_missing: int = 0
    _rows_bad: int = 0
    _first_bad: str = ""
    _symbols: SymbolTally = field(default_factory=SymbolTally)
    _said: dict[tuple[NoteKind, str], str] = field(default_factory=dict)

    def clean(self, chunk: Chunk) -> tuple[pl.DataFrame, pl.Series | None]:
        """Return the columns, cleaned, and which rows to keep (``None``: all of them).

        Raises
        ------
        DataError
            At the first bad cell, unless such rows are to be dropped.
        """
        columns = [self._cells(chunk, column) for column in self.columns]
        keep = self._without_missing(chunk, columns, self._without_bad(chunk, columns))
        return pl.DataFrame([cells.values for cells in columns]), keep

    def finish(self) -> list[Note]:
        """Return what to say about the pass.

        Raises
        ------
        DataError
            When the policy forbids missing values and there were some, with counts per column.
        """
        if self.refusing:
            raise DataError(self._refusal())
        notes = [*(Note(kind, text) for (kind, _), text in self._said.items()), *self._symbols.notes()]
        if self._rows_bad:
            notes.append(
                Note(
                    "dropped", f"{counted(self._rows_bad, 'row')} left out for bad cells; the first: {self._first_bad}"
                )
            )
        if self._rows_missing:
            text = f"{counted(self._rows_missing, 'row')} left out for missing values: {self._counts()}"
            notes.append(Note("dropped", text))
        return notes

    def _cells(self, chunk: Chunk, column: Column) -> Cells:
        series = chunk.frame.get_column(column.name)
        if (content := foreign_content(series)) is not None:
            raise DataError(f"`{column.name}` holds {content} in {chunk.source}: not numbers, dates or text")
        if column.name in self.text or column.kind in ("text", "categorical"):
            return self._labels(series, is_number=column.kind == "number")
        if column.name in self.as_they_are:
            return Cells(series)
        return date_cells(series) if column.kind == "date" else self._numbers(chunk, series, column)

    def _labels(self, series: pl.Series, *, is_number: bool) -> Cells:
        words = (*self.missing_words, *self.options.missing_values)
        cells, rewritten = label_cells(series, words, is_number=is_number)
        if series.dtype == pl.String and (series != series.str.strip_chars()).any():
            self._say("assumed", series.name, f"spaces round the cells of `{series.name}` are left out")
        if rewritten is not None:
            note = rewritten_labels(series.name, *rewritten)
            self._say(note.kind, f"{series.name} rewritten", note.text)
        return cells

    def _numbers(self, chunk: Chunk, series: pl.Series, column: Column) -> Cells:
        if column.kind == "boolean":
            self._say("encoded", column.name, f"`{column.name}` is true or false: used as 1 and 0")
        if series.dtype.is_temporal():
            raise DataError(
                f"`{column.name}` holds dates in {chunk.source}: not numbers. Make numbers of them first, such as days"
                " since a day"
            )
        if (offset := first_wide_integer(series, self.options)) is not None:
            met = f"`{column.name}` holds {series[offset]} in {chunk.place(offset)}"
            self._say("warning", column.name, f"{met}: {LOSES_DIGITS}")
        if self.options.symbols and series.dtype == pl.String:
            for found in symbol_cells(series, self.options):
                self._symbols.add(column.name, found, chunk.place(found.first))
        return number_cells(series, self.options)

    def _say(self, kind: NoteKind, name: str, text: str) -> None:
        self._said.setdefault((kind, name), text)

    def _without_bad(self, chunk: Chunk, columns: Iterable[Cells]) -> pl.Series | None:
        keep: pl.Series | None = None
        for cells in columns:
            if cells.bad is None:
                continue
            text, advice = self._accusation(chunk, cells.values.name, _first(cells.bad))
            if self.options.bad_rows == "error" and not self.refusing:
                raise DataError(f"{text}. {advice}, or drop such rows with --bad-rows drop")
            self._first_bad = self._first_bad or text
            keep = ~cells.bad if keep is None else keep & ~cells.bad
        self._rows_bad += 0 if keep is None else int((~keep).sum())
        return keep

    def _accusation(self, chunk: Chunk, name: str, offset: int) -> tuple[str, str]:
        raw = chunk.frame.get_column(name)[offset]
        fault, advice = _fault(raw, name, symbols=self.options.symbols)
        return (
            f"`{name}` holds {raw if isinstance(raw, float) else repr(raw)} in {chunk.place(offset)}: {fault}",
            advice,
        )

    def _without_missing(self, chunk: Chunk, columns: Iterable[Cells], keep: pl.Series | None) -> pl.Series | None:
        drop: pl.Series | None = None
        for cells in columns:
            if cells.missing is None or cells.values.name in self.may_miss:
                continue
            missing = cells.missing if keep is None else cells.missing & keep
            if missing.any():
                self._count(cells.values.name, missing, chunk)
                drop = missing if drop is None else drop | missing
        if drop is None:
            return keep
        self.refusing = self.options.missing == "error"
        self._rows_missing += int(drop.sum())
        return ~drop if keep is None else keep & ~drop

    def _count(self, name: str, missing: pl.Series, chunk: Chunk) -> None:
        place = chunk.place(_first(missing)).removeprefix(f"{self.description}, ")
        tally = self._tallies.setdefault(name, _Tally(0, place))
        tally.count += int(missing.sum())

    def _counts(self) -> str:
        return ", ".join(f"`{name}` {tally.count:,} (first: {tally.first})" for name, tally in self._tallies.items())

    def _refusal(self) -> str:
        return (
            f"missing values in {self.description}: {self._counts()}. Leave such rows out with --missing drop,"
            " or fill features with their mean with --missing mean"
        )


def _fault(raw: object, column: str, *, symbols: bool) -> tuple[str, str]:
    """Return what is wrong with a cell and what to do about it, ``symbols`` being left out already or not."""
    if isinstance(raw, str) and (moment := moment_in(raw)) is not None:
        return f"{moment}, not a number", "Make a number of it first, such as days or hours since a moment"
    if isinstance(raw, str) and without_symbol(raw.strip()) != raw.strip():
        if symbols:
            return "no number without its symbol either", "Say its marks with --decimal and --thousands"
        return "a number with a symbol", "Leave such symbols out with --symbols"
    if isinstance(raw, str) and as_number(raw) is None:
        levels = f"take the column as levels with --categorical {shlex.quote(column)}"
        return "not a number", f"Name it with --missing-values {shlex.quote(raw.strip())}, {levels}"
    overflows = isinstance(raw, str) and any(character.isdigit() for character in raw)
    return "too large for float64" if overflows else "not a finite number", "Correct it"


def _first(mask: pl.Series) -> int:
    return int(mask.arg_max() or 0)
