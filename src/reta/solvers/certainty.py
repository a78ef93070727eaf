"""The decimal digits that a solution has: bounds of its errors beside the sizes of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.solvers.precision import MOST_DIGITS, digits_of

if TYPE_CHECKING:
    from reta.solvers.error_bounds import ErrorBounds
    from reta.solvers.minimum_norm import Sharing
    from reta.types import FloatArray, IntArray

__all__ = ["TINY_COEFFICIENT", "Certainty", "judge_digits"]

TINY_COEFFICIENT = 1e-3
ALL_BUT_ONE_DIGIT = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """Digits of p coefficients and the intercept, for k targets, and what they come from.

    Attributes
    ----------
    coef, intercept
        Shapes (k, p) and (k,): digits of each, relative to its own size; none of dropped columns.
    least
        The least of them all; see ``solve_least_squares``.
    error, size
        Shape (p + 1, k), (p, k) without an intercept: bounds of the errors, and the sizes, coefficients in units of the
        norms of target and feature, intercepts in standard deviations of the target.
    """

    coef: IntArray
    intercept: IntArray
    least: int
    error: FloatArray
    size: FloatArray


def judge_digits(
    bounds: ErrorBounds, coef: FloatArray, intercept: FloatArray | None, sharing: Sharing | None = None
) -> Certainty:
    """Return the digits of a solution.

    Parameters
    ----------
    bounds
        Of its errors.
    coef
        Shape (p, k), in units of the norms; zeros for dropped columns.
    intercept
        Shape (k,), in the targets' own units; ``None`` without an intercept.
    sharing
        How dependent columns share their effect, where they do.
    """
    equations, size = bounds.equations, np.abs(coef)
    error, varies = _error_of_coef(bounds, coef, sharing), ~equations.constant_y
    estimated = bounds.factor.kept if sharing is None else sharing.shares.high.any(axis=1)
    least = _least(error[estimated][:, varies], size[estimated][:, varies])
    digits = digits_of(error, size).T
    if intercept is None:
        return Certainty(digits, np.full(len(varies), MOST_DIGITS), least, error, size)
    deviation = np.sqrt(np.diagonal(equations.total.high) / equations.weight_sum)
    own_size = np.abs(intercept) / np.where(varies, deviation, 1.0)
    own = np.where(varies, _error_of_intercept(bounds, size, sharing), _hidden_by_a_constant(bounds))
    known = equations.single_y & (equations.range_y == 0.0)
    return Certainty(
        digits,
        np.where(known, MOST_DIGITS, digits_of(own, own_size)),
        min(least, _least(own[varies], own_size[varies])),
        np.vstack([error, own]),
        np.vstack([size, own_size]),
    )


def _least(error: FloatArray, size: FloatArray) -> int:
    return int(digits_of(error, np.maximum(size, TINY_COEFFICIENT)).min(initial=MOST_DIGITS))


def _error_of_coef(bounds: ErrorBounds, coef: FloatArray, sharing: Sharing | None) -> FloatArray:
    if sharing is not None:
        return bounds.of_combinations(sharing.shares.high) + sharing.error(coef)
    error = np.zeros(coef.shape)
    error[bounds.factor.kept] = bounds.of_weights()
    return error


def _error_of_intercept(bounds: ErrorBounds, size: FloatArray, sharing: Sharing | None) -> FloatArray:
    """Bound it, shape (k,), in standard deviations of the target: what coefficients and means leave undecided."""
    equations = bounds.equations
    center = equations.offset_x * np.sign(equations.center_x.high)
    of_kept = center[bounds.factor.kept] if sharing is None else center @ sharing.shares.high
    of_coef = bounds.of_combinations(of_kept[None])[0]
    if sharing is not None:
        of_coef = of_coef + equations.offset_x @ sharing.error(size)
    of_means = equations.noise_y**2 + equations.noise_x**2 @ size
    of_pairs = 4.0 * equations.pair_noise * (equations.offset_y + equations.offset_x @ size)
    return np.asarray(of_coef + of_means + of_pairs)


def _hidden_by_a_constant(bounds: ErrorBounds) -> FloatArray:
    """Bound what is neglected, shape (k,), where a target that varies by its cells' rounding is taken for constant.

    Ten times that, so that no such target has all the digits that one of a single value has.
    """
    equations, factor = bounds.equations, bounds.factor
    reach = equations.offset_x[factor.kept] @ np.sqrt(np.square(factor.inverse_root).sum(axis=0))
    return np.asarray(ALL_BUT_ONE_DIGIT * equations.range_y * (1.0 + reach))
