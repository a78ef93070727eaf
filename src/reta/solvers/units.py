"""From columns in units of their own, powers of two, back to the units of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.errors import NumericalError

if TYPE_CHECKING:
    from reta.solvers.solution import Solution
    from reta.types import FloatArray, IntArray

__all__ = ["Units", "require_in_range"]


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Exponents of two: of the p features, of the k targets, and of the root of the weights."""

    features: IntArray
    targets: IntArray
    root_of_weights: int

    def of_features(self, values: FloatArray) -> FloatArray:
        """Return values of shape (p,)."""
        return _times_power(values, self.features)

    def of_targets(self, values: FloatArray) -> FloatArray:
        """Return values of shape (k,)."""
        return _times_power(values, self.targets)

    def of_coef(self, values: FloatArray) -> FloatArray:
        """Return coefficients, shape (k, p)."""
        return _times_power(values, self.targets[:, None] - self.features)

    def of_root(self, values: FloatArray) -> FloatArray:
        """Return an inverse root, shape (r, p)."""
        return _times_power(values, -self.features - self.root_of_weights)

    def of_scatter(self, values: FloatArray) -> FloatArray:
        """Return cross-products of the targets, shape (k, k)."""
        return _times_power(values, self.targets[:, None] + self.targets + 2 * self.root_of_weights)


def require_in_range(solution: Solution) -> None:
    """Raise NumericalError where a number of the solution is too large for float64."""
    if np.isfinite(solution.coef).all() and np.isfinite(solution.intercept + np.diagonal(solution.total_scatter)).all():
        return
    for k, target in enumerate(solution.targets):
        for name, coef in zip(solution.features, solution.coef[k].tolist(), strict=True):
            if not np.isfinite(coef):
                raise _overflow(f"the coefficient of `{name}` for `{target}`")
        if not np.isfinite([solution.intercept[k], solution.total_scatter[k, k]]).all():
            raise _overflow(f"the intercept or the sum of squares of `{target}`")


def _overflow(what: str) -> NumericalError:
    return NumericalError(
        f"{what} is beyond 1.8e308, where float64 ends: give the target in a larger unit, or the feature in a smaller "
        "one"
    )


def _times_power(values: FloatArray, exponent: IntArray) -> FloatArray:
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(np.ldexp(values, exponent))
