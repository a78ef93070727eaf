"""Exact least squares by Cholesky on the equilibrated matrix: factorise once, solve for all targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.solvers.rank import independent_columns

if TYPE_CHECKING:
    from reta.types import BoolArray, FloatArray

__all__ = ["CholeskyFactor", "factorize", "solve"]


@dataclass(frozen=True, slots=True, eq=False)
class CholeskyFactor:
    """The factorised correlation matrix of the columns that were kept.

    Attributes
    ----------
    scale
        Shape (p,), in the columns' units × √weight: norm of every column about its center.
    kept
        Shape (p,): columns that do not depend on earlier ones.
    correlation
        R, shape (r, r), of the kept columns.
    inverse_root
        L⁻¹, shape (r, r), lower triangular, with R = L Lᵀ; so R⁻¹ = L⁻ᵀ L⁻¹.
    combinations
        Shape (p − r, r), in units of the columns' norms: each dropped column by the kept ones before it.
    unexplained
        Shape (p − r,): share of each dropped column's square that its combination leaves.
    """

    scale: FloatArray
    kept: BoolArray
    correlation: FloatArray
    inverse_root: FloatArray
    combinations: FloatArray
    unexplained: FloatArray

    @property
    def inverse(self) -> FloatArray:
        """R⁻¹, shape (r, r)."""
        return self.inverse_root.T @ self.inverse_root


def factorize(gram: FloatArray, offset: FloatArray | None = None, *, max_rank: int | None = None) -> CholeskyFactor:
    """Scale ``gram`` to unit diagonal, set dependent columns aside, and factorise the rest.

    Parameters
    ----------
    gram
        Shape (p, p), symmetric positive semidefinite, in any units. A zero diagonal marks a column to leave out.
    offset
        Shape (p,): ``|mean| / standard deviation`` of each column; zeros by default.
    max_rank
        Most columns that the rows can tell apart; p by default.

    Notes
    -----
    O(p³). Scaling comes before any judgement of rank, so units do not matter: columns of 1e-8 and 1e8 are equals.

    Examples
    --------
    >>> import numpy as np
    >>> factor = factorize(np.array([[4.0, 2.0], [2.0, 3.0]]))
    >>> solve(factor, np.array([[8.0], [7.0]])).round(12).tolist()
    [[1.25, 1.5]]
    """
    scale = np.sqrt(np.diagonal(gram))
    divisor = np.where(scale > 0.0, scale, 1.0)
    correlation = gram / divisor[:, None] / divisor
    np.fill_diagonal(correlation, np.where(scale > 0.0, 1.0, 0.0))
    offset = np.zeros(len(gram)) if offset is None else offset
    pivots = independent_columns(correlation, offset, max_rank=len(gram) if max_rank is None else max_rank)
    return CholeskyFactor(
        scale=scale,
        kept=pivots.kept,
        correlation=correlation[np.ix_(pivots.kept, pivots.kept)],
        inverse_root=pivots.inverse.T,
        combinations=pivots.combinations,
        unexplained=pivots.unexplained,
    )


def solve(factor: CholeskyFactor, cross: FloatArray) -> FloatArray:
    """Return the coefficients that solve ``gram Bᵀ = cross``, with one step of iterative refinement.

    Parameters
    ----------
    factor
        Of ``gram``.
    cross
        Shape (p, k), feature × target × weight.

    Returns
    -------
    FloatArray
        Shape (k, p), target per feature; zero for the columns that were dropped.
    """
    scale = factor.scale[factor.kept]
    standardised = _solve_refined(factor, cross[factor.kept] / scale[:, None])
    coef = np.zeros((cross.shape[1], len(factor.scale)))
    coef[:, factor.kept] = (standardised / scale[:, None]).T
    return coef


def _solve_refined(factor: CholeskyFactor, right: FloatArray) -> FloatArray:
    root = factor.inverse_root
    first = root.T @ (root @ right)
    return np.asarray(first + root.T @ (root @ (right - factor.correlation @ first)))
