"""Tables whose columns come to light in the course of reading: what is planned for them, and planned again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from reta.errors import DataError, UsageError
from reta.wording import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reta.design import Plan
    from reta.tables.table import Table

__all__ = ["planned_and_read"]

T = TypeVar("T")


class _Growing(Protocol):
    def find_more_columns(self) -> bool: ...


def planned_and_read(table: Table, planned: Callable[[], Plan], read: Callable[[Plan], T]) -> tuple[Plan, T]:
    """Plan for the columns that the table has, read it, and again where reading brought to light more of them.

    Parameters
    ----------
    table
        The source.
    planned
        Plans for the columns known so far; a name that is not there is looked for in all rows.
    read
        Reads by a plan.

    Raises
    ------
    DataError
        There are more columns, and the rows cannot be read again.
    """
    plan = _with_all_columns(table, planned)
    result = read(plan)
    while hasattr(table, "find_more_columns") and (again := planned()) != plan:
        if not table.rereadable:
            raise _too_late(table, [name for name in again.columns if name not in plan.columns])
        plan, result = again, read(again)
    return plan, result


def _with_all_columns(table: Table, planned: Callable[[], Plan]) -> Plan:
    try:
        return planned()
    except UsageError:
        if not hasattr(table, "find_more_columns") or not cast("_Growing", table).find_more_columns():
            raise
        return planned()


def _too_late(table: Table, names: Sequence[str]) -> DataError:
    return DataError(
        f"{listed(names)} came to light after the first rows of {table.description}, which can be read once only: "
        "save it to a file first, or name the columns with --features"
    )
