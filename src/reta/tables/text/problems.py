"""What is wrong with a cell or a row, and the way out, in words."""

from __future__ import annotations

import re
import shlex
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.tables.text.cell_shapes import FOREIGN_MINUS, MONEY, UNIT, shape_of
from reta.tables.text.dialect import spoken
from reta.tables.text.header import said_of_titles
from reta.wording import counted

if TYPE_CHECKING:
    from reta.tables.text.dialect import Dialect
    from reta.tables.text.plan import Plan, Wanted
    from reta.tables.text.quotes import Fault

__all__ = ["Problem", "bad_cell", "bad_fault", "bad_text", "bad_width", "shown", "stray_cell"]

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


def bad_cell(cell: str, line: int, wanted: Wanted, plan: Plan) -> Problem:
    """Say why a cell is not what its column holds."""
    subject = f"`{wanted.name}` holds {shown(cell)}"
    if "\0" in cell:
        return Problem(line, subject, "binary data; this is no text table, or a damaged one")
    if wanted.role == "boolean":
        reason = f"neither true nor false, as the column's other cells are. {_named(cell, wanted.name)}"
    else:
        reason = _reason(cell.strip(), wanted.name, plan.dialect)
    return Problem(line, subject, reason + _titles(plan, line))


def bad_width(cells: int, line: int, plan: Plan) -> Problem:
    """Say that a row is too short or too long."""
    expected = f"there should be {plan.width}, as in the first row. Correct it, or {_DROP}{_titles(plan, line)}"
    return Problem(line, f"a row of {counted(cells, 'cell')}", expected)


def stray_cell(cell: str, line: int, position: int) -> Problem:
    """Say that a cell has no column."""
    reason = f"the column has no name and is empty elsewhere. Name it in the header, take the cell out, or {_DROP}"
    return Problem(line, f"column {position + 1} holds {shown(cell)}", reason)


def _titles(plan: Plan, line: int) -> str:
    """Point to the option that leaves titles out, where the line may be one of them or the header after them."""
    return f". Note that {said_of_titles(plan.titles)}" if plan.lines_before + line <= plan.titles + 1 else ""


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


def _reason(cell: str, name: str, dialect: Dialect) -> str:
    shape = shape_of(cell)
    if shape == "infinite":
        return f"not a finite number. {_named(cell, name)}"
    if shape == "hexadecimal":
        return f"hexadecimal is not read as a number. Write it in decimal digits, or {_DROP}"
    if shape == "symbol" and (symbol := _SYMBOL.search(cell)):
        return f"the symbol {symbol[0]!r} is not part of a number. Leave such symbols out with --symbols, or {_DROP}"
    if shape in ("date", "time"):
        return f"a {shape}, not a number. Make a number of it first, such as days since a day, or {_DROP}"
    return _mark_reason(cell, shape, dialect) or _plain_reason(cell, shape, name)


def _plain_reason(cell: str, shape: str, name: str) -> str:
    if shape in ("integer", "point", "comma"):
        return f"too large for float64. Change its unit, or {_DROP}"
    if shape == "underscores":
        return "not a number. If '_' groups thousands, say --thousands _"
    if shape == "foreign":
        return _foreign_reason(cell)
    return f"not a number. {_named(cell, name)}"


def _foreign_reason(cell: str) -> str:
    if cell[0] in FOREIGN_MINUS:
        return f"{cell[0]!r} is a dash and no minus sign. Write '-', or {_DROP}"
    digit = next(character for character in cell if character.isdecimal() and not character.isascii())
    return f"{digit!r} is a digit of another script. Write it as {unicodedata.decimal(digit)}, or {_DROP}"


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
    if shape.startswith("spaced"):
        mark = next(character for character in cell if not character.isdigit() and character not in "+-")
        return f"not a number. If a {spoken(mark)} groups thousands, say --thousands {shlex.quote(mark)}"
    return None


def _named(cell: str, column: str) -> str:
    if len(cell) > _LONGEST_SHOWN:
        return f"Correct it, or {_DROP}"
    levels = f"take the column as levels with --categorical {shlex.quote(column)}"
    return f"Name it with --missing-values {shlex.quote(cell.strip())}, {levels}, or {_DROP}"
