"""What a fit leaves over, from the moments alone, and where that is no more than rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one, share_of

if TYPE_CHECKING:
    from reta.double_double import DoubleDouble
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.refined import Refined
    from reta.types import BoolArray, FloatArray

__all__ = ["Residuals", "residual_scatter"]


LARGEST_HIDDEN = 1e-6  # share of a target's square: where rounding may hide more, nothing is said to be perfect


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """The residual cross-products of all targets.

    Attributes
    ----------
    scatter
        Shape (k, k), target² × weight, symmetric; rows and columns of perfect fits are zero.
    perfect
        Shape (k,): targets whose residual is at the rounding level of its own computation.
    share, rounding
        Shape (k,), without unit: the residual square of each target as a share of its total, and by how much the
        rounding of the sums may move it.
    """

    scatter: FloatArray
    perfect: BoolArray
    share: FloatArray
    rounding: FloatArray

    @property
    def rounding_share(self) -> float:
        """By how much rounding may move a residual square at most, as a share of it."""
        return float(share_of(self.rounding, self.share, of_nothing=np.inf).max(initial=0.0))


def residual_scatter(
    equations: NormalEquations, factor: CholeskyFactor, solution: Refined, explained: DoubleDouble
) -> Residuals:
    """Return ``Σ w e eᵀ`` for the residuals e of a solution.

    Parameters
    ----------
    equations, factor
        Of the same moments.
    solution
        With B, shape (r, k), and what it leaves of the equations.
    explained
        Shape (k, k): the cross-products of targets and features, times B.

    Notes
    -----
    The quadratic form ``[−B, I] S [−B, I]ᵀ``, in pairs, where an error of B counts only squared. A residual under the
    rounding of its sums or of the cells is none, if that is next to nothing. Where it is more (columns so close that no
    digit of their coefficients is right), the residual is as large as rounding allows.
    """
    norm = np.sqrt(equations.total.high.diagonal())
    divisor = or_one(norm)
    coef = solution.coef.high
    # By refinement what is left of the equations is so small that float64 holds its share.
    scatter = equations.total.less(explained)  # k × k, as few of them at a time as can be
    scatter -= coef.T @ solution.left
    scatter /= divisor[:, None]
    scatter /= divisor
    scatter = scatter + scatter.T
    scatter /= 2.0
    cells, noise = equations.cells_x[factor.kept], equations.noise_x[factor.kept]
    weights = np.abs(coef) * factor.norm[:, None] / divisor
    rounding = np.square(noise @ weights + equations.noise_y)
    of_cells = cells @ weights + equations.cells_y
    share = np.maximum(scatter.diagonal(), 0.0)
    hidden = rounding + np.square(of_cells)
    below = scatter.diagonal() <= hidden
    perfect = below & ((hidden <= LARGEST_HIDDEN) | equations.constant_y)
    doubtful = below & ~perfect
    scatter[doubtful, doubtful] = np.minimum(share + rounding, 1.0)[doubtful]
    scatter[perfect] = scatter[:, perfect] = 0.0
    unit = np.ldexp(divisor, equations.exponent_y)
    scatter *= np.outer(unit, unit)
    return Residuals(scatter, perfect, share, rounding)
