"""Of all least-squares solutions, the one with the smallest coefficients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import EPS as PAIR_EPS
from reta.double_double import DoubleDouble
from reta.solvers.cholesky import factorize, solve_standardised
from reta.solvers.triangular import write

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.relations import Relations
    from reta.types import BoolArray, FloatArray

__all__ = ["Sharing"]

ROUNDINGS = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Sharing:
    """How the effect of r kept columns is spread over them and the d columns that they reproduce.

    Attributes
    ----------
    kept
        Shape (p,).
    relations
        C, with ``dropped = C · kept`` in units of the norms.
    inner
        The factorised ``I + Cᵀ C``.
    squares
        Shape (r,): of the kept columns, in units of their norms: 1 but for the rounding of the norm.
    shares
        Shape (p, r): the coefficients of all p columns are shares times those of the kept ones by themselves.

    Notes
    -----
    The coefficients minimise ``‖b‖`` subject to ``b_kept + Cᵀ b_dropped = b̂``: ``b_kept = (I + Cᵀ C)⁻¹ b̂``,
    ``b_dropped = C b_kept``, but for the rounding of the norms, which is reckoned with. The same in any units of the
    features.
    """

    kept: BoolArray
    relations: Relations
    inner: CholeskyFactor
    squares: DoubleDouble
    shares: DoubleDouble

    @classmethod
    def of(cls, factor: CholeskyFactor, relations: Relations) -> Sharing:
        """Return how dependent columns share their effect; both are of the same equations."""
        C, r = relations.weights, len(factor.inverse_root)
        diagonal = np.diag_indices(r)
        squares = factor.correlation[diagonal]
        gram = C.T.matmul(C / relations.squares[:, None])
        write(gram, diagonal, gram[diagonal] + 1.0 / squares)
        inner = factorize(gram, np.zeros(r), np.zeros(r))
        found = cls(factor.kept, relations, inner, squares, DoubleDouble.zeros((len(factor.kept), r)))
        return replace(found, shares=found.coef(DoubleDouble.of(np.eye(r))))

    def coef(self, kept_coef: DoubleDouble) -> DoubleDouble:
        """Return the coefficients of all columns, shape (p, k), for those of the kept ones, shape (r, k)."""
        solved = DoubleDouble.zeros(kept_coef.shape)
        write(
            solved, self.inner.kept, solve_standardised(self.inner, kept_coef) / self.inner.scale[self.inner.kept, None]
        )
        coef = DoubleDouble.zeros((len(self.kept), kept_coef.shape[1]))
        write(coef, self.kept, solved / self.squares[:, None])
        write(coef, ~self.kept, self.relations.weights.matmul(solved) / self.relations.squares[:, None])
        return coef

    def error(self, coef: FloatArray) -> FloatArray:
        """Bound what the doubt about the relations, and the arithmetic, leave undecided of ``coef``, shape (p, k)."""
        own, others = np.abs(coef[self.kept]), np.abs(coef[~self.kept])
        if not self.inner.kept.all():
            return np.full(coef.shape, np.inf)
        C, inverse = np.abs(self.relations.weights.high), np.abs(self.shares.high[self.kept])
        doubt = self.relations.doubt + ROUNDINGS * PAIR_EPS * len(coef) * (C + 1.0)
        of_own = inverse @ (doubt.T @ others + C.T @ (doubt @ own) + ROUNDINGS * PAIR_EPS * own)
        error = np.zeros(coef.shape)
        error[self.kept], error[~self.kept] = of_own, doubt @ own + C @ of_own
        return error
