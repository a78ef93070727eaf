"""Exact least squares by Cholesky on the equilibrated matrix: factorise once, solve for all targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one
from reta.double_double import DoubleDouble
from reta.solvers.precision import EPS, FIXED_NOISE, correlation_condition
from reta.solvers.rank import independent_columns
from reta.solvers.rank_extended import independent_columns_extended

if TYPE_CHECKING:
    from reta.solvers.rank import Pivots
    from reta.solvers.rank_extended import ExtendedPivots
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["CholeskyFactor", "factorize"]

WELL_CONDITIONED = 1e4  # so that standard errors, from the factor itself, keep some 11 digits


@dataclass(frozen=True, slots=True, eq=False)
class CholeskyFactor:
    """The factorised correlation matrix R of the columns that were kept.

    Attributes
    ----------
    scale
        Shape (p,), in the columns' units × √weight: norm of every column about its center.
    norm
        Shape (r,): of the kept columns, in the units of ``gram``.
    kept
        Shape (p,): columns that do not depend on earlier ones.
    gram
        Shape (r, r), of the kept columns, in the units it came in.
    inverse_root
        V ᵀ, shape (r, r), with R⁻¹ = V Vᵀ; lower triangular where columns were taken in order.
    inverse_root_pair
        The same in pairs, where the condition asked for them.
    combinations
        Shape (p − r, r), in units of the columns' norms: each dropped column by the kept ones before it.
    unexplained
        Shape (p − r,): share of each dropped column's square that its combination leaves.
    condition
        Condition number of R.
    """

    scale: FloatArray
    norm: FloatArray
    kept: BoolArray
    gram: DoubleDouble
    inverse_root: FloatArray
    inverse_root_pair: DoubleDouble | None
    combinations: FloatArray
    unexplained: FloatArray
    condition: float

    @property
    def whole(self) -> bool:
        """Whether all columns were kept."""
        return len(self.norm) == len(self.scale)

    @property
    def inverse(self) -> FloatArray:
        """R⁻¹, shape (r, r)."""
        return self.inverse_root.T @ self.inverse_root


def factorize(
    gram: DoubleDouble | FloatArray,
    cells: FloatArray | None = None,
    noise: FloatArray | None = None,
    *,
    max_rank: int | None = None,
    exponent: IntArray | None = None,
) -> CholeskyFactor:
    """Scale ``gram`` to unit diagonal, set dependent columns aside, and factorise the rest.

    Parameters
    ----------
    gram
        Shape (p, p), symmetric positive semidefinite, in any units. A zero diagonal marks a column to leave out.
    cells, noise
        Shape (p,): of the cells and of the sums, as ``NormalEquations`` has them; those of float64 by default.
    max_rank
        Most columns that the rows can tell apart; p by default.
    exponent
        Shape (p,): ``gram`` measures each column in units of ``2**exponent``, the data's own by default.

    Notes
    -----
    O(p³). Scaling comes before any judgement of rank, so units do not matter: columns of 1e-8 and 1e8 are equals.
    Float64 factorises what is well conditioned; else, where ``noise`` says that there are digits enough, pairs do.

    Examples
    --------
    >>> import numpy as np
    >>> factorize(np.array([[4.0, 2.0], [2.0, 3.0]])).scale.round(12).tolist()
    [2.0, 1.732050807569]
    """
    gram = DoubleDouble.of(gram)
    p = len(gram)
    cells = np.full(p, EPS) if cells is None else cells
    noise = np.full(p, FIXED_NOISE) if noise is None else np.minimum(noise, FIXED_NOISE)
    most = p if max_rank is None else max_rank
    norm = np.sqrt(gram.high.diagonal())
    divisor = or_one(norm)
    rounded = gram.high / divisor[:, None] / divisor
    plain = independent_columns(rounded, cells, np.full(p, FIXED_NOISE), max_rank=most)
    whole = len(plain.inverse) == p
    condition = correlation_condition(rounded if whole else rounded[np.ix_(plain.kept, plain.kept)], plain.inverse.T)
    if (whole and condition < WELL_CONDITIONED) or not (noise < FIXED_NOISE).any():
        pivots: Pivots | ExtendedPivots = plain
        root, pair = plain.inverse.T, None
    else:
        correlation = gram / divisor[:, None] / divisor
        pivots = extended = independent_columns_extended(correlation, cells, noise, max_rank=most)
        root, pair = extended.inverse.T.rounded(), extended.inverse.T
        condition = _condition(rounded[np.ix_(pivots.kept, pivots.kept)], root)
    whole = len(pivots.inverse) == p
    return CholeskyFactor(
        scale=norm if exponent is None else np.ldexp(norm, exponent),
        norm=norm if whole else norm[pivots.kept],
        kept=pivots.kept,
        gram=gram if whole else gram[np.ix_(pivots.kept, pivots.kept)],
        inverse_root=root,
        inverse_root_pair=pair,
        combinations=pivots.combinations,
        unexplained=pivots.unexplained,
        condition=condition,
    )


def _condition(correlation: FloatArray, root: FloatArray) -> float:
    """Return the condition of a matrix that float64 may not tell from a singular one, by the inverse's own root."""
    if not len(root):
        return 1.0
    return float(np.linalg.norm(correlation, 2) * np.linalg.norm(root, 2) ** 2)
