"""What a solution predicts for features: in float64, and in pairs of floats where that would lose digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.inference.coordinates import offset_blocks

if TYPE_CHECKING:
    from reta.design import Features
    from reta.solvers import Solution
    from reta.types import FloatArray

__all__ = ["fitted_in_pairs", "fitted_of_offsets", "fitted_values"]


def fitted_values(solution: Solution, features: Features) -> FloatArray:
    """Return ``level + (x − center)·coef`` for every row and target, shape (n, k), in target units.

    Notes
    -----
    About the center nothing cancels where features lie far from zero. The powers of a polynomial cancel there too, ten
    of them by as many digits as float64 can lose, so their terms are added up in pairs, with coefficients in pairs;
    some 40 operations a cell, and none more for terms that no polynomial touches.
    """
    if len(features.unrounded):
        return fitted_in_pairs(solution, features).rounded()
    fitted = np.empty((len(solution.coef), len(features.X)))
    for rows, offsets in offset_blocks(features.X, solution.center):
        fitted[:, rows] = fitted_of_offsets(solution, offsets)
    return fitted.T


def fitted_of_offsets(solution: Solution, offsets: FloatArray) -> FloatArray:
    """Return the same, shape (k, b), for ``x − center`` of shape (p, b), no polynomials among them."""
    fitted = solution.coef @ offsets
    fitted += solution.level[:, None]
    return np.asarray(fitted)


def fitted_in_pairs(solution: Solution, features: Features) -> DoubleDouble:
    """Return the same to more digits than float64 has, where ``features`` have them."""
    plain = np.ones(features.X.shape[1], dtype=np.bool_)
    plain[features.unrounded] = False
    offsets = features.X[:, plain] - solution.center[plain]
    total = DoubleDouble(solution.level, solution.level_low) + offsets @ solution.coef[:, plain].T
    coef = DoubleDouble(solution.coef, solution.coef_low)
    for at, j in enumerate(features.unrounded.tolist()):
        total = total + (features.column(at) - solution.center[j])[:, None] * coef[None, :, j]
    return total
