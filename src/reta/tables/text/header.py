"""The names of the columns, as the first row gives them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.tables.kinds import refuse_duplicates
from reta.tables.text.cell_shapes import NUMBER_SHAPES, shape_of
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.text.sample import SampleRow

__all__ = ["Header", "lacks_one", "numbered", "read_header", "said_of_titles", "spaces_round_names", "usual_width"]

_MOST_TITLES = 20
_NEARLY_ALL = 0.75
_ROW_NAMES = "\0"  # the name of a column without name that no other can have


@dataclass(frozen=True, slots=True)
class Header:
    """Names of the columns of one file.

    Attributes
    ----------
    names
        One for every cell of a row.
    hidden
        Positions of columns that are no part of the table: names of rows, and delimiters too many at the end.
    last_line
        Line that the header ends on; 0 without header.
    notes
        What was assumed about it.
    empty
        Those of ``hidden`` in which no cell may hold anything.
    titles
        How many lines look like titles above the header; 0 where nothing does.
    """

    names: tuple[str, ...]
    hidden: frozenset[int]
    last_line: int
    notes: tuple[Note, ...]
    empty: frozenset[int] = frozenset()
    titles: int = 0

    @property
    def is_numeric(self) -> bool:
        """Whether all names are numbers."""
        return all(shape_of(name) in NUMBER_SHAPES for name in self.names)


def numbered(position: int) -> str:
    """Name of the nameless column at a position counted from 0."""
    return f"column_{position + 1}"


def usual_width(rows: Sequence[SampleRow]) -> int:
    """Cells that most rows have."""
    return Counter(len(row.cells) for row in rows).most_common(1)[0][0] if rows else 0


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
    first, *body = rows
    if header is False:
        return Header(tuple(numbered(position) for position in range(len(first.cells))), frozenset(), 0, ())
    cells, names_rows, added = _completed(first.cells, body)
    empty = _empty(cells, body)
    names = tuple(" ".join(cell.split()) or numbered(position) for position, cell in enumerate(cells))
    composed = tuple(unicodedata.normalize("NFC", name) for name in names)
    refuse_duplicates(composed, label)
    notes = [
        *_numeric_header(first.cells, header),
        *_nameless(cells, empty, is_short=added),
        *_said_of_names(names != composed, spaced=spaced),
    ]
    if names_rows:
        composed = (_ROW_NAMES, *composed[1:])
        notes.append(
            Note(
                "assumed",
                "the header is one name short of the rows: their first cells are taken for row names, and left out",
            )
        )
    hidden = empty | {0} if names_rows else empty
    if titles := _titles(rows):
        notes.append(Note("warning", said_of_titles(titles)))
    return Header(composed, hidden, first.last_line, tuple(notes), empty, titles)


def said_of_titles(titles: int) -> str:
    """Point to the option that leaves lines above the header out."""
    lines = "the first line looks like a title" if titles == 1 else f"the first {titles} lines look like titles"
    return f"{lines} above the header: if so, say --skip-rows {titles}"


def spaces_round_names(line: str, delimiter: str) -> bool:
    """Whether spaces stand at the ends of the header or beside its delimiters."""
    mark = re.escape(delimiter)
    return delimiter != " " and re.search(rf"(?:^|{mark}) | (?:{mark}|$)", line) is not None


def lacks_one(first: Sequence[str], body: Sequence[SampleRow]) -> bool:
    """Whether nearly every row has one cell more than the first."""
    longer = sum(len(row.cells) == len(first) + 1 for row in body)
    return longer > 0 and longer >= _NEARLY_ALL * len(body)


def _completed(first: tuple[str, ...], body: Sequence[SampleRow]) -> tuple[tuple[str, ...], bool, bool]:
    """Return the header with the cell that it lacks where all rows have one more, and at which end it was put."""
    if not first[-1] or not lacks_one(first, body):
        return first, False, False
    rows = [row for row in body if len(row.cells) == len(first) + 1]
    if 2 * sum(bool(row.cells[-1]) for row in rows) < len(rows):
        return (*first, ""), False, True
    named = [row.cells[0] for row in rows]
    if len(first) > 1 and 1 < len(named) == len(set(named)) and all(named):
        return (_ROW_NAMES, *first), True, False
    return first, False, False


def _empty(cells: Sequence[str], body: Sequence[SampleRow]) -> frozenset[int]:
    """Positions at the end without a name, and with a value in less than half of the rows looked at."""
    rows = [row for row in body if len(row.cells) == len(cells)]
    filled = Counter(position for row in rows for position, cell in enumerate(row.cells) if cell)
    end = len(cells)
    while end > 1 and not cells[end - 1] and 2 * filled[end - 1] < max(1, len(rows)):
        end -= 1
    return frozenset(range(end, len(cells)))


def _titles(rows: Sequence[SampleRow]) -> int:
    """Return how many lines stand above the first row of names, where the first row can be none."""
    first, *body = rows
    width = usual_width(body)
    names = [row for row in body[:_MOST_TITLES] if len(row.cells) == width and _may_name(row.cells)]
    if not names or (_may_name(first.cells) and len(first.cells) in (width, width - 1)):
        return 0
    return names[0].last_line - 1


def _may_name(cells: Sequence[str]) -> bool:
    """Whether cells may be the names of columns: all there, but for some at the end, and none of them a number."""
    named = [cell for cell in cells if cell]
    return len(named) > 1 and all(cells[: len(named)]) and not any(shape_of(cell) in NUMBER_SHAPES for cell in named)


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


def _nameless(cells: Sequence[str], empty: frozenset[int], *, is_short: bool) -> list[Note]:
    notes = []
    if empty:
        what = "a delimiter too many at the end of every row" if is_short else _columns(len(empty))
        notes.append(Note("assumed", f"{what} left out"))
    for position, cell in enumerate(cells):
        if not cell and position not in empty:
            notes.append(Note("assumed", f"column {position + 1} has no name: called `{numbered(position)}`"))
    return notes


def _columns(count: int) -> str:
    return f"{'a column' if count == 1 else counted(count, 'column')} at the end without name or values"


def _said_of_names(recomposed: bool, *, spaced: bool) -> list[Note]:
    notes = [Note("assumed", "spaces round column names left out")] if spaced else []
    if recomposed:
        notes.append(Note("assumed", "accents in column names are written as one letter with its accent (Unicode NFC)"))
    return notes
