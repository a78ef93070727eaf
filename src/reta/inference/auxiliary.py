"""Regressions on columns that are formed row by row, from their moments: rows come in batches and are not kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.moment import MomentsBuilder
from reta.solvers import solve_least_squares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.types import FloatArray

__all__ = ["Auxiliary", "AuxiliaryFit"]


@dataclass(frozen=True, slots=True)
class AuxiliaryFit:
    """How well one column is explained by others.

    Attributes
    ----------
    rank
        Columns that could be told apart; the intercept is not counted.
    n_samples
        Rows of positive weight.
    total, residual
        Squares of the column about its mean (about zero without an intercept), and what is left of them.
    """

    rank: int
    n_samples: int
    total: float
    residual: float


class Auxiliary:
    """Gathers the moments of ``n_columns`` explaining and ``n_explained`` explained columns.

    Notes
    -----
    Memory is that of the moments: the square of the number of columns.
    """

    def __init__(self, n_columns: int, n_explained: int) -> None:
        self._builder = MomentsBuilder(
            [f"column {j + 1}" for j in range(n_columns)], [f"explained {j + 1}" for j in range(n_explained)]
        )

    def update(self, columns: Sequence[FloatArray], weights: FloatArray | None = None) -> None:
        """Add rows: every column's cells, shape (n,), explaining ones first; and weights, shape (n,)."""
        self._builder.update(columns, weights)

    def fits(
        self,
        explained: Sequence[int] | None = None,
        columns: Sequence[int] | None = None,
        *,
        fit_intercept: bool = True,
    ) -> list[AuxiliaryFit]:
        """Regress explained columns on the others, by default all on all; they share one factorisation."""
        moments = self._builder.moments()
        names = moments.features if columns is None else [moments.features[j] for j in columns]
        targets = moments.targets if explained is None else [moments.targets[j] for j in explained]
        solution = solve_least_squares(moments.select(features=names, targets=targets), fit_intercept=fit_intercept)
        squares = zip(np.diagonal(solution.total_scatter), np.diagonal(solution.residual_scatter), strict=True)
        return [AuxiliaryFit(solution.rank, solution.n_samples, float(total), float(left)) for total, left in squares]
