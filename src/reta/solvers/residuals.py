"""What a fit leaves over, from the moments alone, and where that is no more than rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.solvers.precision import quadratic_noise
from reta.solvers.sliced_product import product

if TYPE_CHECKING:
    from reta.double_double import DoubleDouble
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.types import BoolArray, FloatArray

__all__ = ["Residuals", "residual_scatter"]


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """The residual cross-products of all targets.

    Attributes
    ----------
    scatter
        Shape (k, k), target² × weight, symmetric; rows and columns of perfect fits are zero.
    perfect
        Shape (k,): targets whose residual is at the rounding level of its own computation.
    left
        Shape (r, k), in units of the norms: what the coefficients leave of the normal equations.
    """

    scatter: FloatArray
    perfect: BoolArray
    left: FloatArray


def residual_scatter(equations: NormalEquations, factor: CholeskyFactor, standardised: DoubleDouble) -> Residuals:
    """Return ``Σ w e eᵀ`` for the residuals e of ``standardised`` coefficients.

    Parameters
    ----------
    equations, factor
        Of the same moments.
    standardised
        Shape (r, k): coefficients in units of the norms of target and feature.

    Notes
    -----
    The quadratic form ``[−B, I] S [−B, I]ᵀ`` is formed in units of the norms, in pairs, where an error of B counts only
    squared. A residual under the rounding of its sums or of the cells is none.
    """
    norm = np.sqrt(np.diagonal(equations.total.high))
    divisor = np.where(norm > 0.0, norm, 1.0)
    cross = equations.cross[factor.kept] / factor.scale[factor.kept][:, None] / divisor
    left = cross - product(factor.correlation, standardised)
    explained = cross.T.matmul(standardised) + standardised.T.matmul(left)
    scatter = (equations.total / divisor[:, None] / divisor - explained).rounded()
    scatter = (scatter + scatter.T) / 2.0
    cells, noise = equations.cells_x[factor.kept], equations.noise_x[factor.kept]
    level = [
        quadratic_noise(np.append(weights, 1.0), np.append(cells, own_cells), np.append(noise, own_noise))
        for weights, own_cells, own_noise in zip(standardised.high.T, equations.cells_y, equations.noise_y, strict=True)
    ]
    perfect = np.diagonal(scatter) <= np.array(level)
    scatter = np.where(perfect[:, None] | perfect, 0.0, scatter)
    return Residuals(scatter * np.outer(divisor, divisor), perfect, left.rounded())
