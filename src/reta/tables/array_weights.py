"""Weights given beside arrays: a column like any other, under a name of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from reta.tables.arrays import ArrayTable

__all__ = ["SAMPLE_WEIGHT", "column_of_weights", "name_of_weights", "with_weights"]

SAMPLE_WEIGHT = "sample_weight"


def with_weights(
    table: ArrayTable, weights: str | ArrayLike | None
) -> tuple[NDArray[np.generic] | None, tuple[str, ...], str | None]:
    """Return the targets with an array of weights beside them, the names of both, and that of the weights.

    Raises
    ------
    UsageError
        The array does not have one weight for each row.
    """
    if weights is None or isinstance(weights, str):
        return table.Y, table.targets, weights
    column = np.asarray(weights)
    if column.shape != (len(table.X),):
        raise UsageError(f"weights have shape {column.shape}: give one for each of the {len(table.X)} rows")
    Y = np.column_stack([column] if table.Y is None else [table.Y, column])
    return Y, (*table.targets, SAMPLE_WEIGHT), SAMPLE_WEIGHT


def name_of_weights(weights: str | ArrayLike | None) -> str | None:
    """Return what the column of weights is called, an array's too."""
    return weights if weights is None or isinstance(weights, str) else SAMPLE_WEIGHT


def column_of_weights(weights: str | ArrayLike | None) -> str | None:
    """Return the name of the column of weights of a file or a frame; ``UsageError`` where it is no name."""
    if weights is None or isinstance(weights, str):
        return weights
    raise UsageError("weights beside a file or a frame are one of its columns: give the column's name")
