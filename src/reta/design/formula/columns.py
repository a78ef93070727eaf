"""The columns that a formula may name, and what they can be used for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from reta.design.expression import quoted
from reta.design.formula.errors import misread
from reta.design.near import listed, suggest_column
from reta.design.plan import oddities
from reta.errors import DataError

if TYPE_CHECKING:
    from reta.design.formula.syntax import Name
    from reta.tables.table import Table
    from reta.types import ColumnKind

__all__ = ["SourceColumns"]


class SourceColumns:
    """The columns of a table, asked for by one formula.

    Parameters
    ----------
    table
        The source.
    formula
        Its text, for messages.
    """

    def __init__(self, table: Table, formula: str) -> None:
        self._kinds: dict[str, ColumnKind] = {column.name: column.kind for column in table.columns}
        self._description = table.description
        self._oddities = oddities(table)
        self._formula = formula

    @property
    def names(self) -> tuple[str, ...]:
        """Every column, in the source's order."""
        return tuple(self._kinds)

    def require(self, node: Name) -> str:
        """Return the column's name; UsageError where there is no such column."""
        if node.column not in self._kinds:
            near = suggest_column(node.column, self.names)
            there = f"{self._description} has {listed(self.names)}{near}{self._oddities}"
            self.refuse(f"no column `{node.column}`", node.at, there)
        return node.column

    def hold_levels(self, column: str) -> bool:
        """Tell whether a column holds text, or is categorical by its own type."""
        return self._kinds[column] in {"text", "categorical"}

    def require_numbers(self, column: str, *, is_target: bool = False) -> None:
        """Raise DataError for a column that holds anything but numbers, or true and false."""
        if self._kinds[column] == "date":
            raise DataError(
                f"`{column}` in {self._description} holds dates, which are not numbers: turn them into one (days since "
                f"a start, the month, the year) in a column of its own, or leave the column out (- {quoted(column)})"
            )
        if not self.hold_levels(column):
            return
        held = f"`{column}` in {self._description} holds {'text' if self._kinds[column] == 'text' else 'levels'}"
        if is_target:
            raise DataError(f"target {held}: a target must be a number")
        raise DataError(
            f"{held}, which has no arithmetic: use {quoted(column)} by itself or in interactions, "
            "where it is taken as levels"
        )

    def refuse(self, problem: str, at: int, advice: str = "") -> NoReturn:
        """Raise the UsageError for a place in the formula."""
        raise misread(problem, self._formula, at, advice)
