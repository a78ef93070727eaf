"""The decimal digits that a solution has: bounds of its errors beside the sizes of its numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one
from reta.solvers.precision import MOST_DIGITS, digits_of
from reta.solvers.rounding import rounding_of

if TYPE_CHECKING:
    from reta.solvers.error_bounds import ErrorBounds
    from reta.solvers.minimum_norm import Sharing
    from reta.solvers.residuals import Residuals
    from reta.solvers.rounding import Rounding
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["TINY_COEFFICIENT", "Certainty"]

TINY_COEFFICIENT = 1e-3
ALL_BUT_ONE_DIGIT = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """How certain the numbers of a solution are: p coefficients and, in a last row, the intercept where there is one.

    Attributes
    ----------
    bounds
        That it rests on.
    error
        Shape (m, k): how far each is from the exact solution at most. Coefficients in units of the norms of target and
        feature, intercepts in standard deviations of the target.
    size
        Shape (m, k): absolute values in the same units; zero of dropped columns.
    estimated
        Shape (m,): rows that mean something.
    """

    bounds: ErrorBounds
    error: FloatArray
    size: FloatArray
    estimated: BoolArray

    @classmethod
    def of(
        cls, bounds: ErrorBounds, coef: FloatArray, intercept: FloatArray, sharing: Sharing | None = None
    ) -> Certainty:
        """Return that of a solution.

        Parameters
        ----------
        bounds
            For the coefficients of the kept columns.
        coef, intercept
            Shapes (p, k) and (k,), in the units of the equations: not the difference of means in float64, which may
            hold no digit of an intercept.
        sharing
            How dependent columns share their effect, where they do.
        """
        equations, kept = bounds.equations, bounds.factor.kept
        norm_x, norm_y = np.sqrt(equations.gram.high.diagonal()), np.sqrt(equations.total.high.diagonal())
        unit = norm_x[:, None] / or_one(norm_y)
        size, center = np.abs(coef) * unit, equations.signed_offset_x
        if sharing is None:
            error, estimated = _with_zeros(bounds.of_weights(), kept), kept
            of_coef = bounds.of_combinations(center[None, kept])[0]
        else:
            shares, estimated = sharing.shares.high * norm_x[:, None] / bounds.factor.norm, norm_x > 0.0
            of_relations = sharing.error(coef) * unit
            error = bounds.of_combinations(shares) + of_relations
            of_coef = bounds.of_combinations((center @ shares)[None])[0] + np.abs(center) @ of_relations
        if not equations.fit_intercept:
            return cls(bounds, error, size, estimated)
        own, deviation = of_coef + _error_of_means(bounds, size), norm_y / math.sqrt(equations.weight_sum)
        if equations.constant_y.any():
            own = np.where(equations.constant_y, _hidden_by_a_constant(bounds), own)
        own_size = np.abs(intercept) / or_one(deviation)
        return cls(bounds, np.vstack([error, own]), np.vstack([size, own_size]), np.append(estimated, True))

    @property
    def digits(self) -> IntArray:
        """Of each, shape (m, k); all of them of the intercept of a target of one value."""
        equations = self.bounds.equations
        digits = digits_of(self.error, self.size)
        digits[len(equations.gram) :, equations.single_y & (equations.range_y == 0.0)] = MOST_DIGITS
        return digits

    @property
    def least_digits(self) -> int:
        """Of all, tiny ones counted as a thousandth of the usual size."""
        digits = digits_of(self._of_those_that_vary(self.error), np.maximum(self._sizes, TINY_COEFFICIENT))
        return int(digits.min(initial=MOST_DIGITS))

    def rounding(self, residuals: Residuals, degrees_of_freedom: int) -> Rounding:
        """Return how large the rounding is beside standard errors; without degrees of freedom there are none."""
        equations, factor = self.bounds.equations, self.bounds.factor
        unscaled, varies = self.bounds.inverse.diagonal(), ~equations.constant_y
        if equations.fit_intercept:
            center = equations.signed_offset_x[factor.kept]
            unscaled = np.append(unscaled, 1.0 + np.square(factor.inverse_root @ center).sum())
        some = float(degrees_of_freedom > 0) / max(degrees_of_freedom, 1)
        return rounding_of(
            self._of_those_that_vary(self.error),
            self._sizes,
            unscaled,
            variance=residuals.share[varies] * some,
            noise=residuals.rounding[varies] * some,
        )

    @property
    def _sizes(self) -> FloatArray:
        return self._of_those_that_vary(self.size)

    def _of_those_that_vary(self, numbers: FloatArray) -> FloatArray:
        constant = self.bounds.equations.constant_y
        if self.estimated.all() and not constant.any():
            return numbers
        return numbers[np.ix_(self.estimated, ~constant)]


def _with_zeros(of_kept: FloatArray, kept: BoolArray) -> FloatArray:
    if kept.all():
        return of_kept
    of_all = np.zeros((len(kept), of_kept.shape[1]))
    of_all[kept] = of_kept
    return of_all


def _error_of_means(bounds: ErrorBounds, size: FloatArray) -> FloatArray:
    """Bound what the rounding of the means leaves undecided of intercepts, shape (k,)."""
    equations = bounds.equations
    of_sums = equations.noise_y**2 + equations.noise_x**2 @ size
    return np.asarray(of_sums + 4.0 * equations.pair_noise * (equations.offset_y + equations.offset_x @ size))


def _hidden_by_a_constant(bounds: ErrorBounds) -> FloatArray:
    """Bound what is neglected, shape (k,), where a target that varies by its cells' rounding is taken for constant.

    Ten times that, so that no such target has all the digits that one of a single value has.
    """
    equations, factor = bounds.equations, bounds.factor
    reach = equations.offset_x[factor.kept] @ np.sqrt(np.square(factor.inverse_root).sum(axis=0))
    return np.asarray(ALL_BUT_ONE_DIGIT * equations.range_y * (1.0 + reach))
