"""Of all least-squares solutions, the one with the smallest coefficients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import EPS as PAIR_EPS
from reta.double_double import DoubleDouble
from reta.solvers.cholesky import factorize
from reta.solvers.refined import solve_kept

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.relations import Relations
    from reta.types import BoolArray, FloatArray

__all__ = ["Sharing"]

ROUNDINGS = 8.0
UNKNOWN = 1e150  # an error beyond any coefficient, in units in which these are near 1


@dataclass(frozen=True, slots=True, eq=False)
class Sharing:
    """How the effect of r kept columns is spread over them and the d columns that they reproduce.

    Attributes
    ----------
    kept
        Shape (p,).
    relations
        With C, ``dropped = C · kept``.
    squares
        s, shape (p,): of the columns; 1 for constant ones.
    inner
        The factorised ``S_kept⁻¹ + Cᵀ S_dropped⁻¹ C``.
    shares
        Shape (p, r): the coefficients of all p columns are shares times those of the kept ones by themselves.

    Notes
    -----
    The coefficients minimise ``Σ s b²`` subject to ``b_kept + Cᵀ b_dropped = b̂``: with z the solution of
    ``(S_kept⁻¹ + Cᵀ S_dropped⁻¹ C) z = b̂`` they are ``b_kept = S_kept⁻¹ z`` and ``b_dropped = S_dropped⁻¹ C z``. The
    same in any units of the features.
    """

    kept: BoolArray
    relations: Relations
    squares: DoubleDouble
    inner: CholeskyFactor
    shares: DoubleDouble

    @classmethod
    def of(cls, equations: NormalEquations, factor: CholeskyFactor, relations: Relations) -> Sharing:
        """Return how dependent columns share their effect; all three are of the same moments."""
        kept, C, r = factor.kept, relations.coef, len(factor.inverse_root)
        squares = equations.gram[np.diag_indices(len(kept))]
        squares = squares + 1.0 * (squares.high == 0.0)
        matrix, diagonal = C.T.matmul(C / squares[~kept][:, None]), np.diag_indices(r)
        matrix[diagonal] = matrix[diagonal] + 1.0 / squares[kept]
        inner = factorize(matrix, np.zeros(r), np.zeros(r))
        found = cls(kept, relations, squares, inner, DoubleDouble.zeros((len(kept), r)))
        return replace(found, shares=found.coef(DoubleDouble.of(np.eye(r))))

    def coef(self, kept_coef: DoubleDouble) -> DoubleDouble:
        """Return the coefficients of all columns, shape (p, k), for those of the kept ones, shape (r, k)."""
        solved = DoubleDouble.zeros(kept_coef.shape)
        solved[self.inner.kept] = solve_kept(self.inner, kept_coef[self.inner.kept])
        coef = DoubleDouble.zeros((len(self.kept), kept_coef.shape[1]))
        coef[self.kept], coef[~self.kept] = solved, self.relations.coef.matmul(solved)
        return coef / self.squares[:, None]

    def error(self, coef: FloatArray) -> FloatArray:
        """Bound what the doubt about the relations, and the arithmetic, leave undecided of ``coef``, shape (p, k)."""
        if not self.inner.whole:
            return np.full(coef.shape, UNKNOWN)
        own, others = np.abs(coef[self.kept]), np.abs(coef[~self.kept])
        C, inverse = np.abs(self.relations.coef.high), np.abs(self.shares.high[self.kept])
        ratio = self.squares.high[self.kept] / self.squares.high[~self.kept][:, None]
        doubt = self.relations.doubt + ROUNDINGS * PAIR_EPS * len(coef) * (C + 1.0)
        of_others = doubt * ratio @ own
        of_own = inverse @ (doubt.T @ others + C.T @ of_others + ROUNDINGS * PAIR_EPS * own)
        error = np.zeros(coef.shape)
        error[self.kept], error[~self.kept] = of_own, of_others + C * ratio @ of_own
        return error
