"""What a cell looks like before anyone knows the decimal mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reta.types import ColumnKind

__all__ = [
    "DECIDES_COMMA",
    "DECIDES_POINT",
    "FOREIGN_MINUS",
    "MONEY",
    "NUMBER_SHAPES",
    "UNIT",
    "kind_of_shape",
    "shape_of",
]

MONEY = r"(?:R\$|US\$|[$€£¥])"
UNIT = r"(?:%|‰|°[CF]?)"
FOREIGN_MINUS = "\u2212\u2013\u2012\ufe63\uff0d"
_SIGN = r"[+-]?"
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_GROUP = r"[1-9][0-9]{0,2}"
_SPACED = rf"{_SIGN}[0-9]{{1,3}}(?:[ '\u00a0\u202f][0-9]{{3}})+"
_FOREIGN = rf"(?=.*[^\x00-\x7f])[{FOREIGN_MINUS}+-]?\d[\d.,\u066b\u066c]*"  # other scripts' digits, dashes
_YEAR_FIRST = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_YEAR_LAST = r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})"
_TIME = r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"

# The first that fits wins, so the ambiguous and the decisive groupings stand before the plain decimals.
_SHAPES = {
    "integer": rf"{_SIGN}[0-9]+(?:[eE][+-]?[0-9]+)?",
    "one_point_group": rf"{_SIGN}{_GROUP}\.[0-9]{{3}}",
    "one_comma_group": rf"{_SIGN}{_GROUP},[0-9]{{3}}",
    "point_groups": rf"{_SIGN}{_GROUP}(?:\.[0-9]{{3}}){{2,}}|{_SIGN}{_GROUP}(?:\.[0-9]{{3}})+,[0-9]*",
    "comma_groups": rf"{_SIGN}{_GROUP}(?:,[0-9]{{3}}){{2,}}|{_SIGN}{_GROUP}(?:,[0-9]{{3}})+\.[0-9]*",
    "point": rf"{_SIGN}(?:[0-9]+\.[0-9]*|\.[0-9]+){_EXPONENT}",
    "comma": rf"{_SIGN}(?:[0-9]+,[0-9]*|,[0-9]+){_EXPONENT}",
    "spaced_groups": _SPACED,
    "spaced_point": rf"{_SPACED}\.[0-9]+",
    "spaced_comma": rf"{_SPACED},[0-9]+",
    "underscores": rf"{_SIGN}[0-9]{{1,3}}(?:_[0-9]{{3}})+(?:[.,][0-9]*)?",
    "hexadecimal": rf"{_SIGN}0[xX][0-9a-fA-F]+",
    "infinite": rf"(?i:{_SIGN}inf(?:inity)?)",
    "symbol": rf"{_SIGN}\s?{MONEY}\s?{_SIGN}[0-9][0-9.,]*|{_SIGN}[0-9][0-9.,]*\s?(?:{MONEY}|{UNIT})",
    "boolean": r"(?i:true|false)",
    "date": rf"(?:{_YEAR_FIRST}|{_YEAR_LAST}){_TIME}",
    "time": r"-?[0-9]{1,4}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:\s?[aApP]\.?[mM]\.?)?",
    "foreign": _FOREIGN,
}
_PATTERN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _SHAPES.items()))

NUMBER_SHAPES = frozenset(_SHAPES) - {"boolean", "date", "time"}
DECIDES_POINT = frozenset({"point", "comma_groups", "spaced_point"})
DECIDES_COMMA = frozenset({"comma", "point_groups", "spaced_comma"})


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
    return "date" if shape in ("date", "time") else "text"
