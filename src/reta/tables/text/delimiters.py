"""Which character separates the cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.errors import DataError
from reta.tables.text.cell_shapes import shape_of
from reta.tables.text.dialect import MISSING_CELLS, spoken
from reta.tables.text.header import lacks_one, usual_width
from reta.tables.text.sample import split_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.text.sample import SampleRow

__all__ = ["CANDIDATES", "find_delimiter"]

CANDIDATES = (",", ";", "\t", "|")
_LINES_JUDGED = 200
_FLOOR = 0.1  # lets evenly split text outweigh nothing at all
_SAME_SCORE = 1e-9
_MOSTLY_KNOWN = 0.6


def find_delimiter(text: str, complete: bool, label: str) -> str:
    """Find the delimiter whose rows are the most even and hold the most numbers, dates and empty cells.

    Parameters
    ----------
    text
        First characters of the file.
    complete
        Whether this is the whole file.
    label
        What messages call the file.

    Raises
    ------
    DataError
        Two delimiters fit equally well.

    Notes
    -----
    A delimiter that splits the first row as it splits most rows is preferred, and then one that leaves the first row
    one cell short of every other; then single spaces, where they part numbers evenly; then one column is preferred to
    a delimiter that does not.
    """
    text, complete = _head(text, complete)
    split = {mark: split_sample(text, mark, complete) for mark in CANDIDATES if mark in text}
    for agrees in (_first_row_agrees, _first_row_lacks_one):
        if agreeing := {mark: _score(rows) for mark, rows in split.items() if agrees(rows)}:
            return _best(agreeing, label)
    if _spaces_split(split_sample(text, " ", complete)):
        return " "
    alone = next((mark for mark in (*CANDIDATES, "\x1f") if mark not in text), "\x1f")
    partial = {mark: _score(rows) for mark, rows in split.items() if usual_width(rows) > 1}
    return _best({alone: _score(split_sample(text, alone, complete)), **partial}, label)


def _head(text: str, complete: bool) -> tuple[str, bool]:
    """Return the first lines, as many as it takes."""
    end = -1
    for _ in range(_LINES_JUDGED):
        end = text.find("\n", end + 1)
        if end < 0:
            return text, complete
    return text[: end + 1], False


def _first_row_agrees(rows: Sequence[SampleRow]) -> bool:
    return len(rows) > 0 and len(rows[0].cells) > 1 and (len(rows) == 1 or usual_width(rows) == len(rows[0].cells))


def _first_row_lacks_one(rows: Sequence[SampleRow]) -> bool:
    """Whether other rows have one cell more, as where rows have names."""
    return len(rows) > 1 and len(rows[0].cells) > 1 and lacks_one(rows[0].cells, rows[1:])


def _spaces_split(rows: Sequence[SampleRow]) -> bool:
    """Whether single spaces part every row alike, and most of what they part are numbers."""
    even = _first_row_lacks_one(rows) or (len(rows) > 1 and len({len(row.cells) for row in rows}) == 1)
    return even and len(rows[0].cells) > 1 and _score(rows) > _MOSTLY_KNOWN


def _score(rows: Sequence[SampleRow]) -> float:
    """Share of rows as wide as most, times the share of their cells that mean something else than text."""
    width = usual_width(rows)
    even = sum(len(row.cells) == width for row in rows) / max(1, len(rows))
    cells = [cell for row in rows[1:] or rows for cell in row.cells]
    known = sum(cell in MISSING_CELLS or shape_of(cell) != "text" for cell in cells) / max(1, len(cells))
    return even * (_FLOOR + known)


def _best(scores: dict[str, float], label: str) -> str:
    ranked = sorted(scores, key=lambda mark: -scores[mark])
    if len(ranked) > 1 and scores[ranked[0]] - scores[ranked[1]] < _SAME_SCORE:
        first, second = (spoken(mark) for mark in ranked[:2])
        raise DataError(f"{label} can be split at {first} and at {second} alike: say which with --delimiter")
    return ranked[0]
