"""Which character is the decimal mark, and which groups thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reta.tables.text.cell_shapes import DECIDES_COMMA, DECIDES_POINT

if TYPE_CHECKING:
    from collections import Counter

    from reta.tables.table import ReadOptions

__all__ = ["Marks", "decides", "find_marks"]


class Marks(NamedTuple):
    """A decimal mark, a thousands mark, and whether anything decided the first."""

    decimal: str
    thousands: str | None
    decided: bool


def find_marks(shapes: Counter[str], options: ReadOptions, *, comma_splits: bool) -> Marks:
    """Find the marks from the shapes of the cells in number columns.

    Parameters
    ----------
    shapes
        How many cells have each shape.
    options
        Marks that were given are kept.
    comma_splits
        Whether commas separate the cells.

    Notes
    -----
    ``1.234`` alone decides nothing. With another decimal comma in sight, or beside ``1.234.567``, its point groups
    thousands; in a file whose delimiter is the comma its point is the decimal mark; else it stays undecided.
    ``1,234`` in a file with decimal points is left to be refused with advice, unless ``1,234.5`` or ``1,234,567``
    shows that commas group thousands.
    """
    decimal, decided = _decimal(shapes, options, comma_splits=comma_splits)
    thousands = options.thousands or _thousands(shapes, decimal, decided)
    return Marks(decimal, None if thousands == decimal else thousands, decided)


def decides(shapes: Counter[str]) -> bool:
    """Whether any of the cells can have one decimal mark only."""
    return any(_votes(shapes))


def _decimal(shapes: Counter[str], options: ReadOptions, *, comma_splits: bool) -> tuple[str, bool]:
    if options.decimal is not None:
        return options.decimal, True
    if options.thousands in (".", ","):
        return ("," if options.thousands == "." else "."), True
    point, comma = _votes(shapes)
    if point != comma:
        return ("," if comma > point else "."), True
    return ".", point > 0 or comma_splits


def _thousands(shapes: Counter[str], decimal: str, decided: bool) -> str | None:
    point, comma = _votes(shapes)
    if decimal == "," and not point and (shapes["point_groups"] or shapes["one_point_group"]):
        return "."
    return "," if decimal == "." and decided and not comma and shapes["comma_groups"] else None


def _votes(shapes: Counter[str]) -> tuple[int, int]:
    return sum(shapes[name] for name in DECIDES_POINT), sum(shapes[name] for name in DECIDES_COMMA)
