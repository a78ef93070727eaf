"""The inverse of the residual scatter of all targets, where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.errors import DataError
from reta.solvers import factorize
from reta.solvers.precision import EPS, FIXED_NOISE
from reta.wording import counted

if TYPE_CHECKING:
    from reta.solvers import Solution
    from reta.types import FloatArray

__all__ = ["residual_root"]


def residual_root(solution: Solution) -> FloatArray:
    """Return K, shape (k, k), 1 / (target × √weight), with ``Kᵀ K`` the inverse of ``solution.residual_scatter``.

    Raises
    ------
    DataError
        There are fewer degrees of freedom than targets, a target is reproduced to rounding, or the residuals of one
        are a combination of those of others.

    Notes
    -----
    The residual scatter is a difference of larger numbers and carries their rounding, the more of it the better the
    fit; a target whose residuals differ from a combination of others by no more than that counts as one.
    """
    df, k = solution.degrees_of_freedom, len(solution.targets)
    if df < k:
        raise DataError(
            f"{counted(k, 'target')} cannot be judged together: {counted(max(df, 0), 'degree')} of freedom left, at "
            f"least {k} are needed; fit more rows, fewer features or fewer targets"
        )
    for target, perfect in zip(solution.targets, np.diagonal(solution.residual_scatter) <= 0.0, strict=True):
        if perfect:
            raise DataError(
                f"`{target}` is reproduced to rounding: it has no residuals by which the targets could be judged "
                "together; leave it out"
            )
    factor = factorize(solution.residual_scatter, _rounding(solution))
    for target, kept in zip(solution.targets, factor.kept, strict=True):
        if not kept:
            raise DataError(
                f"the residuals of `{target}` are a combination of those of the targets before it, so it adds nothing "
                "to a joint judgement; leave it out"
            )
    return np.asarray(factor.inverse_root / factor.scale)


def _rounding(solution: Solution) -> FloatArray:
    """Return the rounding of the scatter's roots, as ``factorize`` reckons with that of cells."""
    share = np.diagonal(solution.total_scatter) / np.diagonal(solution.residual_scatter)
    return np.asarray(EPS + FIXED_NOISE * np.sqrt(np.maximum(share, 1.0)))
