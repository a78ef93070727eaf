"""The covariance matrix of the coefficients of one target, whichever road it came by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.errors import UsageError
from reta.inference import residual_variance
from reta.inference.coordinates import coefficient_map

if TYPE_CHECKING:
    from reta.model.robust import RobustCovariance
    from reta.solvers import Solution
    from reta.types import FloatArray

__all__ = ["coefficient_covariance"]


def coefficient_covariance(solution: Solution, robust: RobustCovariance | None, target: str) -> FloatArray:
    """Return the matrix, shape (m, m), the intercept first; ``LinearModel.coefficient_covariance`` explains it."""
    if target not in solution.targets:
        raise UsageError(f"no target `{target}` in the model, which has {', '.join(solution.targets)}")
    at = solution.targets.index(target)
    if robust is not None:
        return np.array(robust.matrices[at])
    root = coefficient_map(
        solution.inverse_root, solution.center, solution.weight_sum, fit_intercept=solution.fit_intercept
    )
    variance = residual_variance(solution.residual_scatter, solution.degrees_of_freedom)[at]
    estimated = np.append(np.ones(int(solution.fit_intercept), dtype=np.bool_), solution.kept)
    return np.where(estimated[:, None] & estimated, variance * (root @ root.T), np.nan)
