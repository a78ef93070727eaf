"""The names of the columns, as the first row gives them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.tables.kinds import refuse_duplicates
from reta.tables.text.cell_shapes import NUMBER_SHAPES, shape_of
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.text.sample import SampleRow

__all__ = ["Header", "numbered", "read_header", "spaces_round_names"]


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns of one file.

    Attributes
    ----------
    names
        One for every cell of a row.
    hidden
        Positions of columns at the end without name or value: a delimiter too many in every line.
    last_line
        Line that the header ends on; 0 without header.
    notes
        What was assumed about it.
    """

    names: tuple[str, ...]
    hidden: frozenset[int]
    last_line: int
    notes: tuple[Note, ...]


def numbered(position: int) -> str:
    """Name of the nameless column at a position counted from 0."""
    return f"column_{position + 1}"


def read_header(rows: Sequence[SampleRow], header: bool | None, label: str, *, spaced: bool = False) -> Header:
    """Take the names from the first row, or number the columns.

    Parameters
    ----------
    rows
        First rows of the file, at least one.
    header
        Whether the first row holds names; ``None`` is taken for yes, with a warning where it is all numbers.
    label
        What messages call the file.
    spaced
        Whether spaces stand round the names in the file.

    Raises
    ------
    DataError
        Two columns have the same name.
    """
    first = rows[0]
    if header is False:
        return Header(tuple(numbered(position) for position in range(len(first.cells))), frozenset(), 0, ())
    hidden = _hidden(rows)
    names = tuple(" ".join(cell.split()) or numbered(position) for position, cell in enumerate(first.cells))
    refuse_duplicates(names, label)
    notes = [*_numeric_header(first.cells, header), *_nameless(first.cells, hidden)]
    if spaced:
        notes.append(Note("assumed", "spaces round column names left out"))
    return Header(names, hidden, first.last_line, tuple(notes))


def spaces_round_names(line: str, delimiter: str) -> bool:
    """Whether spaces stand at the ends of the header or beside its delimiters."""
    mark = re.escape(delimiter)
    return delimiter != " " and re.search(rf"(?:^|{mark}) | (?:{mark}|$)", line) is not None


def _hidden(rows: Sequence[SampleRow]) -> frozenset[int]:
    """Positions at the end that are empty in the header and in every row looked at."""
    width = len(rows[0].cells)
    used = (position for row in rows for position, cell in enumerate(row.cells[:width]) if cell)
    return frozenset(range(max(used, default=width - 1) + 1, width))


def _numeric_header(cells: Sequence[str], header: bool | None) -> list[Note]:
    if header is None and all(shape_of(cell) in NUMBER_SHAPES for cell in cells):
        shown = ", ".join(cells[:3]) + (", …" if len(cells) > 3 else "")
        return [
            Note(
                "warning",
                f"the first row is all numbers ({shown}) and was taken for the column names; "
                "if it is data, say --no-header",
            )
        ]
    return []


def _nameless(cells: Sequence[str], hidden: frozenset[int]) -> list[Note]:
    notes = []
    if hidden:
        notes.append(Note("assumed", f"{_counted(len(hidden))} at the end without name or values left out"))
    for position, cell in enumerate(cells):
        if not cell and position not in hidden:
            notes.append(Note("assumed", f"column {position + 1} has no name: called `{numbered(position)}`"))
    return notes


def _counted(columns: int) -> str:
    return "a column" if columns == 1 else f"{columns} columns"
