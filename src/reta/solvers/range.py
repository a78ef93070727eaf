"""Solutions that float64 cannot hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.errors import NumericalError

if TYPE_CHECKING:
    from reta.solvers.solution import Solution

__all__ = ["require_in_range"]


def require_in_range(solution: Solution) -> None:
    """Raise NumericalError where a number of the solution is too large for float64."""
    if np.isfinite(solution.coef).all() and np.isfinite(solution.intercept + solution.total_scatter.diagonal()).all():
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
