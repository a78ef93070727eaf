"""Bounds of the rounding in coefficients and intercepts, and what they leave: digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import EPS as PAIR_EPS
from reta.solvers.precision import MOST_DIGITS, digits_of, equation_noise, solving_noise
from reta.solvers.rounding import rounding_of

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.residuals import Residuals
    from reta.solvers.rounding import Rounding
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["TINY_COEFFICIENT", "ErrorBounds", "error_bounds"]

TINY_COEFFICIENT = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class ErrorBounds:
    """Of r kept coefficients and, in a last row, of the intercepts where there are some; m rows, k targets.

    Attributes
    ----------
    error
        Shape (m, k): how far each is from the exact solution at most, to first order. Coefficients in units of the
        norms of target and feature, intercepts in standard deviations of the target.
    size
        Shape (m, k): absolute values in the same units.
    unscaled
        Shape (m,): their variances in these units, for a residual square as large as the target's own.
    varies
        Shape (k,): targets that are not constant.
    n_coef
        r.
    """

    error: FloatArray
    size: FloatArray
    unscaled: FloatArray
    varies: BoolArray
    n_coef: int

    @property
    def digits(self) -> IntArray:
        """Of each, shape (m, k); all of them of the intercept of a target that does not vary."""
        digits = digits_of(self.error, self.size)
        digits[self.n_coef :, ~self.varies] = MOST_DIGITS
        return digits

    @property
    def least_digits(self) -> int:
        """Of all, tiny ones counted as a thousandth of the usual size."""
        digits = digits_of(self.error, np.maximum(self.size, TINY_COEFFICIENT))
        return int(digits[:, self.varies].min(initial=MOST_DIGITS))

    def rounding(self, residuals: Residuals, degrees_of_freedom: int) -> Rounding:
        """Return how large the rounding is beside standard errors; without degrees of freedom there are none."""
        some = float(degrees_of_freedom > 0) / max(degrees_of_freedom, 1)
        return rounding_of(
            self.error[:, self.varies],
            self.size[:, self.varies],
            self.unscaled,
            variance=residuals.share[self.varies] * some,
            noise=residuals.rounding[self.varies] * some,
        )


def error_bounds(
    equations: NormalEquations, factor: CholeskyFactor, coef: FloatArray, intercept: FloatArray, weight_sum: float
) -> ErrorBounds:
    """Bound the errors of a solution.

    Parameters
    ----------
    equations, factor
        That it solves.
    coef
        Shape (r, k), in the units of the equations.
    intercept
        Shape (k,), in target units: not their float64 difference from the means, which may hold no digit of them.
    weight_sum
        Sum of the weights, which turns norms into standard deviations.
    """
    kept = factor.kept
    norm_y = np.sqrt(np.diagonal(equations.total.high))
    divisor = np.where(norm_y > 0.0, norm_y, 1.0)
    weights = coef * factor.norm[:, None] / divisor
    noise, inverse = equations.noise_x[kept], factor.inverse
    doubt = equation_noise(weights, noise, equations.noise_y) + solving_noise(weights)
    error, size = np.abs(inverse) @ doubt, np.abs(weights)
    unscaled, varies = np.diagonal(inverse), ~equations.constant_y
    if not equations.fit_intercept:
        return ErrorBounds(error, size, unscaled, varies, len(weights))
    offset = equations.offset_x[kept]
    center = offset * np.sign(equations.center_x.high[kept])
    summed = equations.noise_y**2 + noise**2 @ size + 4.0 * PAIR_EPS * (equations.offset_y + offset @ size)
    own = np.abs(center @ inverse) @ doubt + summed
    level = np.abs(np.ldexp(intercept / divisor, -equations.exponent_y)) * np.sqrt(weight_sum)
    return ErrorBounds(
        np.vstack([error, own]),
        np.vstack([size, level]),
        np.append(unscaled, 1.0 + np.square(factor.inverse_root @ center).sum()),
        varies,
        len(weights),
    )
