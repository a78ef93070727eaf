"""What a fit leaves over, from the moments alone, and where that is no more than rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.solvers.precision import quadratic_noise

if TYPE_CHECKING:
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
    """

    scatter: FloatArray
    perfect: BoolArray


def residual_scatter(
    equations: NormalEquations, factor: CholeskyFactor, standardised: FloatArray, roundings: float
) -> Residuals:
    """Return ``Σ w e eᵀ`` for the residuals e of ``standardised`` coefficients.

    Parameters
    ----------
    equations, factor
        Of the same moments.
    standardised
        Shape (r, k): coefficients in units of the norms of target and feature.
    roundings
        From ``precision.sum_roundings``.

    Notes
    -----
    The quadratic form ``[−B, I] S [−B, I]ᵀ`` is formed in units of the norms, where an error of B counts only squared.
    Its rounding is some ``eps·(1 + Σ|b|)²``: a residual below that is none.
    """
    norm = np.sqrt(np.diagonal(equations.total))
    divisor = np.where(norm > 0.0, norm, 1.0)
    cross = equations.cross[factor.kept] / factor.scale[factor.kept][:, None] / divisor
    total = equations.total / divisor[:, None] / divisor
    left = cross - factor.correlation @ standardised
    scatter = total - cross.T @ standardised - standardised.T @ left
    scatter = (scatter + scatter.T) / 2.0
    offset = equations.offset_x[factor.kept]
    noise = [
        quadratic_noise(np.append(weights, 1.0), np.append(offset, own), roundings)
        for weights, own in zip(standardised.T, equations.offset_y, strict=True)
    ]
    perfect = np.diagonal(scatter) <= np.array(noise)
    scatter = np.where(perfect[:, None] | perfect, 0.0, scatter)
    return Residuals(scatter * np.outer(divisor, divisor), perfect)
