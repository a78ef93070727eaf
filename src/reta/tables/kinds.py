"""What a column's cells are, told from its Polars type."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from reta.errors import DataError
from reta.tables.table import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.types import ColumnKind

__all__ = ["columns_of", "kind_of", "refuse_duplicates"]


def kind_of(dtype: pl.DataType) -> ColumnKind:
    """Return the kind of a column of this Polars type; what is no number, boolean, category or date counts as text."""
    if dtype.is_numeric() or dtype == pl.Null:
        return "number"
    if dtype == pl.Boolean:
        return "boolean"
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return "categorical"
    return "date" if dtype.is_temporal() else "text"


def columns_of(schema: pl.Schema) -> tuple[Column, ...]:
    """Return the columns of a Polars schema, in its order."""
    return tuple(Column(name, kind_of(dtype)) for name, dtype in schema.items())


def refuse_duplicates(names: Sequence[str], description: str) -> None:
    """Raise when two columns have the same name.

    Raises
    ------
    DataError
        With the name and both positions, counted from 1.
    """
    first: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if name in first:
            raise DataError(
                f"{description} has two columns named `{name}`, at positions {first[name]} and {position}: rename one"
            )
        first[name] = position
