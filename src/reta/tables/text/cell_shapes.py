"""What a cell looks like before anyone knows the decimal mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reta.types import ColumnKind

__all__ = ["DECIDES_COMMA", "DECIDES_POINT", "MONEY", "NUMBER_SHAPES", "UNIT", "kind_of_shape", "shape_of"]

MONEY = r"(?:R\$|US\$|[$€£¥])"
UNIT = r"(?:%|‰|°[CF]?)"
_SIGN = r"[+-]?"
_EXPONENT = r"(?:[eE][+-]?\d+)?"
_GROUP = r"[1-9]\d{0,2}"
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?)?"

# The first that fits wins, so the ambiguous and the decisive groupings stand before the plain decimals.
_SHAPES = {
    "integer": rf"{_SIGN}\d+(?:[eE][+-]?\d+)?",
    "one_point_group": rf"{_SIGN}{_GROUP}\.\d{{3}}",
    "one_comma_group": rf"{_SIGN}{_GROUP},\d{{3}}",
    "point_groups": rf"{_SIGN}{_GROUP}(?:\.\d{{3}}){{2,}}|{_SIGN}{_GROUP}(?:\.\d{{3}})+,\d*",
    "comma_groups": rf"{_SIGN}{_GROUP}(?:,\d{{3}}){{2,}}|{_SIGN}{_GROUP}(?:,\d{{3}})+\.\d*",
    "point": rf"{_SIGN}(?:\d+\.\d*|\.\d+){_EXPONENT}",
    "comma": rf"{_SIGN}(?:\d+,\d*|,\d+){_EXPONENT}",
    "spaced_groups": rf"{_SIGN}\d{{1,3}}(?:[ '\u00a0\u202f]\d{{3}})+(?:[.,]\d+)?",
    "hexadecimal": rf"{_SIGN}0[xX][0-9a-fA-F]+",
    "infinite": rf"(?i:{_SIGN}inf(?:inity)?)",
    "symbol": rf"{_SIGN}\s?{MONEY}\s?{_SIGN}\d[\d.,]*|{_SIGN}\d[\d.,]*\s?(?:{MONEY}|{UNIT})",
    "boolean": r"(?i:true|false)",
    "date": rf"(?:\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})){_TIME}",
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _SHAPES.items()))

NUMBER_SHAPES = frozenset(_SHAPES) - {"boolean", "date"}
DECIDES_POINT = frozenset({"point", "comma_groups"})
DECIDES_COMMA = frozenset({"comma", "point_groups"})


def shape_of(cell: str) -> str:
    """Name the shape of a cell without spaces round it; ``"text"`` if it has none of them.

    >>> shape_of("1.234"), shape_of("1.23"), shape_of("1.234,5"), shape_of("31/12/2024")
    ('one_point_group', 'point', 'point_groups', 'date')
    """
    match = _PATTERN.fullmatch(cell)
    return match.lastgroup or "text" if match else "text"


def kind_of_shape(shape: str) -> ColumnKind:
    """Kind of column that a cell of this shape speaks for."""
    if shape in NUMBER_SHAPES:
        return "number"
    if shape == "boolean":
        return "boolean"
    return "date" if shape == "date" else "text"
