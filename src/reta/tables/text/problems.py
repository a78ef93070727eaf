"""What is wrong with a cell or a row, and the way out, in words."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.tables.text.cell_shapes import MONEY, UNIT, shape_of
from reta.tables.text.dialect import spoken

if TYPE_CHECKING:
    from reta.tables.text.dialect import Dialect
    from reta.tables.text.plan import Plan, Wanted
    from reta.tables.text.quotes import Fault

__all__ = ["Problem", "bad_cell", "bad_fault", "bad_text", "bad_width", "shown"]

_LONGEST_SHOWN = 40
_SYMBOL = re.compile(f"{MONEY}|{UNIT}")
_DROP = "drop such rows with --bad-rows drop"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that cannot be read.

    Attributes
    ----------
    line
        Line it is on; counted from the start of its block until ``moved``.
    subject, reason
        What stands before and after the place in the message.
    """

    line: int
    subject: str
    reason: str

    def message(self, label: str, lines_before: int) -> str:
        """Return the one line that a person reads."""
        return f"{self.subject} in {label}, line {lines_before + self.line}: {self.reason}"


def shown(cell: str) -> str:
    """Quote a cell, shortened."""
    return repr(cell if len(cell) <= _LONGEST_SHOWN else cell[: _LONGEST_SHOWN - 1] + "…")


def bad_cell(cell: str, line: int, wanted: Wanted, dialect: Dialect) -> Problem:
    """Say why a cell is not what its column holds."""
    subject = f"`{wanted.name}` holds {shown(cell)}"
    if "\0" in cell:
        return Problem(line, subject, "binary data; this is no text table, or a damaged one")
    if wanted.role == "boolean":
        return Problem(line, subject, f"neither true nor false, as the column's other cells are. {_named(cell)}")
    return Problem(line, subject, _reason(cell.strip(), dialect))


def bad_width(cells: int, line: int, plan: Plan) -> Problem:
    """Say that a row is too short or too long."""
    counted = "1 cell" if cells == 1 else f"{cells} cells"
    expected = f"there should be {plan.width}, as in the first row. Correct it, or {_DROP}"
    return Problem(line, f"a row of {counted}", expected)


def bad_text(byte: int, line: int) -> Problem:
    """Say that a byte is no UTF-8."""
    return Problem(
        line, f"byte 0x{byte:02X}", "not UTF-8, as the file was so far. Say what it is: --encoding latin-1, or another"
    )


def bad_fault(fault: Fault, line: int) -> Problem:
    """Say where a quote was lost, or a line has no end."""
    if fault.kind == "unclosed":
        return Problem(line, "an unclosed quote", "where its row ends cannot be told. Close it, or take it out")
    if fault.kind == "inner":
        reason = "the next quote is not at the end of a cell. Close the cell, and double the quotes inside it"
        return Problem(line, "an unclosed or stray quote", reason)
    return Problem(line, "an endless line", "this is no text table")


def _reason(cell: str, dialect: Dialect) -> str:
    shape = shape_of(cell)
    if shape == "infinite":
        return f"not a finite number. {_named(cell)}"
    if shape == "hexadecimal":
        return f"hexadecimal is not read as a number. Write it in decimal digits, or {_DROP}"
    if shape == "symbol" and (symbol := _SYMBOL.search(cell)):
        return f"the symbol {symbol[0]!r} is not part of a number. Take it out of the column, or {_DROP}"
    if shape == "date":
        return f"a date, not a number. Make a number of it first, such as days since a day, or {_DROP}"
    return _mark_reason(cell, shape, dialect) or _plain_reason(cell, shape)


def _plain_reason(cell: str, shape: str) -> str:
    if shape in ("integer", "point", "comma"):
        return f"too large for float64. Change its unit, or {_DROP}"
    return f"not a number. {_named(cell)}"


def _mark_reason(cell: str, shape: str, dialect: Dialect) -> str | None:
    """Say which mark would make a number of the cell."""
    if shape == "one_point_group" and not dialect.decimal_decided:
        whole = cell.replace(".", "")
        return f"it could mean {cell} or {whole}, and no other cell decides. Say --decimal . or --decimal ,"
    if shape in ("one_comma_group", "comma_groups") and dialect.decimal == ".":
        return "not a number. If ',' groups thousands, say --thousands ,; if it is the decimal mark, say --decimal ,"
    if shape in ("comma", "point_groups") and dialect.decimal == ".":
        return "not a number while '.' is the decimal mark. If ',' is, say --decimal ,"
    if shape in ("point", "one_point_group", "comma_groups") and dialect.decimal == ",":
        return "not a number while ',' is the decimal mark. If '.' is, say --decimal ."
    if shape == "spaced_groups":
        mark = next(character for character in cell if not character.isdigit() and character not in "+-")
        return f"not a number. If a {spoken(mark)} groups thousands, say --thousands {shlex.quote(mark)}"
    return None


def _named(cell: str) -> str:
    if len(cell) > _LONGEST_SHOWN:
        return f"Correct it, or {_DROP}"
    return f"Name it with --missing-values {shlex.quote(cell.strip())}, or {_DROP}"
