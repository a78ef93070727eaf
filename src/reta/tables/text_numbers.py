"""Numbers that a typed source holds as text: in a spreadsheet, an object column, a database without column types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from reta.tables.symbols import SymbolCells, count_symbols, without_symbols
from reta.tables.table import Column
from reta.tables.text.cell_shapes import NUMBER_SHAPES, shape_of
from reta.tables.text.cells import ungrouped
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.table import ReadOptions
    from reta.types import ColumnKind

__all__ = [
    "MISSING_WORDS",
    "numbers_from_text",
    "reads_as_numbers",
    "stored_as_text",
    "symbol_cells",
    "with_stray_text",
    "words_to_null",
]

_MISSING_NAMES = ("NA", "NaN")
MISSING_WORDS = ("", *_MISSING_NAMES)
"""Text that stands for a missing number, once spaces round it are gone."""

_SAMPLE_ROWS = 1000
_SHAPES_LOOKED_AT = 100


def words_to_null(text: pl.Series, words: tuple[str, ...]) -> pl.Series:
    """Return the text without spaces round it, null where it is one of the words."""
    stripped = text.str.strip_chars()
    return stripped.set(stripped.is_in(words), None)


def numbers_from_text(text: pl.Series, options: ReadOptions) -> tuple[pl.Series, pl.Series]:
    """Read each cell as a number.

    Parameters
    ----------
    text
        String series.
    options
        ``decimal``, ``thousands`` and ``missing_values`` apply.

    Returns
    -------
    values, bad
        Float64, null where a cell is missing or unreadable and infinite where it is too large; Boolean, true where a
        cell is neither missing nor a number.
    """
    present = words_to_null(text, MISSING_WORDS + options.missing_values)
    if options.symbols:
        present, _ = without_symbols(present)
    values = _plain(present, options).cast(pl.Float64, strict=False)
    return values, present.is_not_null() & values.is_null()


def _plain(cells: pl.Series, options: ReadOptions) -> pl.Series:
    """Rewrite numbers with a point and without groups; null what breaks the marks that were asked for."""
    decimal = options.decimal or "."
    if options.thousands is not None:
        cells = ungrouped(cells, options.thousands, decimal)
    if decimal == ".":
        return cells
    return cells.set(cells.str.contains(".", literal=True), None).str.replace_all(decimal, ".", literal=True)


def with_stray_text(
    columns: Sequence[Column], sample: pl.DataFrame, options: ReadOptions, *, all_text: bool = False
) -> tuple[Column, ...]:
    """Return the columns, those of text that are numbers but for stray cells, or dates, turned into what they are.

    Parameters
    ----------
    columns
        As their types have them.
    sample
        Some first rows of them.
    options
        As for ``numbers_from_text``.
    all_text
        Whether a column of numbers alone, all stored as text, is a number column as well. Only where the source has no
        types to speak of: elsewhere such text is text on purpose.
    """
    return tuple(
        Column(column.name, _kind_in(sample, column.name, options, all_text=all_text))
        if column.kind == "text"
        else column
        for column in columns
    )


def stored_as_text(columns: Sequence[Column], sample: pl.DataFrame) -> list[Note]:
    """Return what to say about number columns whose cells are text."""
    return [
        Note("assumed", f"`{column.name}` is stored as text and reads as numbers: used as numbers")
        for column in columns
        if column.kind == "number" and sample.schema[column.name] == pl.String
    ]


def reads_as_numbers(text: pl.Series, options: ReadOptions, *, all_text: bool = False) -> bool:
    """Whether text is a column of numbers with stray cells: see ``with_stray_text``."""
    text = text.head(_SAMPLE_ROWS)
    values, unreadable = numbers_from_text(text, options)
    bad = unreadable | values.is_infinite().fill_null(value=False)
    n_bad, n_numbers = int(bad.sum()), int(values.is_finite().sum() or 0)
    named_missing = text.str.strip_chars().is_in((*_MISSING_NAMES, *options.missing_values)).any()
    near = _written_otherwise(text.filter(bad))
    return n_numbers + near > n_bad - near and (all_text or n_bad > 0 or bool(named_missing) or options.symbols)


def symbol_cells(text: pl.Series, options: ReadOptions) -> tuple[SymbolCells, ...]:
    """Return which symbols stand beside the numbers of a column."""
    plain, symbols = without_symbols(words_to_null(text, MISSING_WORDS + options.missing_values))
    return count_symbols(symbols, numbers_from_text(plain, options)[0])


def _written_otherwise(bad: pl.Series) -> int:
    """Return how many cells are numbers with a symbol, or with other marks: ``45%``, ``1,5``; ``R$ 2.300,27``."""
    looked_at = bad.head(_SHAPES_LOOKED_AT)
    met = sum(shape_of(cell.strip()) in NUMBER_SHAPES for cell in looked_at)
    return met if len(bad) == len(looked_at) else met * len(bad) // len(looked_at)


def _kind_in(sample: pl.DataFrame, name: str, options: ReadOptions, *, all_text: bool) -> ColumnKind:
    if name not in sample.columns or sample.schema[name] != pl.String:
        return "text"
    text = sample.get_column(name)
    if reads_as_numbers(text, options, all_text=all_text):
        return "number"
    return "date" if _reads_as_dates(text) else "text"


def _reads_as_dates(text: pl.Series) -> bool:
    """Whether at least half of the first cells that are there are dates, as in text files."""
    cells = text.str.strip_chars()
    present = cells.filter(~cells.is_in(MISSING_WORDS)).head(_SHAPES_LOOKED_AT).to_list()
    return bool(present) and 2 * sum(shape_of(cell) == "date" for cell in present) >= len(present)
