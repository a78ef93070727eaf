"""The column of weights: numbers, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.errors import DataError

if TYPE_CHECKING:
    from reta.tables.table import Column

__all__ = ["require_weights"]

HELD = {"text": "text", "categorical": "levels", "date": "dates"}


def require_weights(column: Column, description: str) -> None:
    """Raise DataError where a column cannot be the weights."""
    if column.kind in HELD:
        raise DataError(
            f"`{column.name}` in {description} holds {HELD[column.kind]}, so it cannot be the weights: they are numbers"
        )
