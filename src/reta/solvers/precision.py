"""How much rounding there is in moments and in what is solved from them.

Two roundings are reckoned with, in units of ``eps = 2**-52`` and of the norms of the columns:

- of the sums: every entry of the scatter is off by at most ``roundings``, which grows with the root of the number of
  rows, as sums made block by block do;
- of the cells: a column is off by at most its ``offset``, ``|mean| / standard deviation``. A cell of 1 000 000 000.1
  is known to seven digits of its distance from the mean only.

All the judgements of rank, of a perfect fit and of digits follow from these two.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = [
    "EPS",
    "FIXED_ROUNDINGS",
    "correlation_condition",
    "digits_trusted",
    "equation_noise",
    "quadratic_noise",
    "sum_roundings",
]

EPS = 2.0**-52
FIXED_ROUNDINGS = 64.0
LARGEST_EIGENPROBLEM = 500
POWER_STEPS = 40
MOST_DIGITS = 15


def sum_roundings(n_samples: int) -> float:
    """Return the roundings, in units of ``eps``, that a sum over ``n_samples`` rows made in blocks may carry."""
    return 8.0 + math.sqrt(n_samples) / 16.0


def quadratic_noise(weights: FloatArray, offset: FloatArray, roundings: float) -> float:
    """Return the rounding level of ``vᵀ R v``, the square of a combination of columns, R their correlation matrix.

    Parameters
    ----------
    weights
        v, shape (m,), in units of the columns' norms.
    offset
        Shape (m,): ``|mean| / standard deviation`` of each column.
    roundings
        From ``sum_roundings``, or ``FIXED_ROUNDINGS`` where a cutoff must not grow with n.
    """
    sizes = np.abs(weights)
    return EPS * roundings * float(sizes.sum()) ** 2 + (EPS * float(sizes @ offset)) ** 2


def equation_noise(weights: FloatArray, offset: FloatArray, offset_target: FloatArray, roundings: float) -> FloatArray:
    """Bound, entry by entry, by how much ``R weights = c`` may be off.

    Parameters
    ----------
    weights
        Shape (r, k): standardised coefficients, a column per target.
    offset, offset_target
        Shapes (r,) and (k,).
    roundings
        From ``sum_roundings``, or ``FIXED_ROUNDINGS``.

    Returns
    -------
    FloatArray
        t, shape (r, k): ``E |weights| + e``, E and e the noise of R and of c. To first order the weights are off by
        R⁻¹ times something within ±t, and any combination v of them by ``|vᵀ R⁻¹| t`` at most.
    """
    sizes = np.abs(weights)
    total = sizes.sum(axis=0) + 1.0
    spread = offset @ sizes + offset_target
    return np.asarray(EPS * ((roundings + offset)[:, None] * total + spread))


def digits_trusted(error: FloatArray, size: FloatArray) -> int:
    """Return the whole decimal digits that every entry keeps: ``floor(-log10(max(error / size)))``, from 0 to 15.

    Parameters
    ----------
    error, size
        The same shape and units; ``size`` is positive.
    """
    if error.size == 0:
        return MOST_DIGITS
    worst = float(np.max(error / size))
    if not worst < 1.0:
        return 0
    return min(MOST_DIGITS, math.floor(-math.log10(max(worst, EPS))))


def correlation_condition(correlation: FloatArray, inverse_root: FloatArray) -> float:
    """Return the condition number (2-norm) of a correlation matrix.

    Parameters
    ----------
    correlation
        Shape (r, r), unit diagonal, positive definite.
    inverse_root
        L⁻¹, shape (r, r), with ``correlation = L Lᵀ``.

    Notes
    -----
    By the eigenvalues up to 500 columns; above, by power iteration on the matrix and on its inverse, which may come
    out a few per cent low. It is the square of the condition number of the scaled columns themselves.
    """
    if len(correlation) == 0:
        return 1.0
    if len(correlation) <= LARGEST_EIGENPROBLEM:
        eigenvalues = np.linalg.eigvalsh(correlation)
        return float(eigenvalues[-1] / max(eigenvalues[0], EPS))
    return _largest_eigenvalue(correlation) * _largest_eigenvalue(inverse_root.T @ inverse_root)


def _largest_eigenvalue(matrix: FloatArray) -> float:
    """Power iteration from a fixed start that favours no direction."""
    vector = np.cos(np.arange(1.0, len(matrix) + 1.0) ** 2)
    size = 0.0
    for _ in range(POWER_STEPS):
        vector /= np.linalg.norm(vector)
        vector = matrix @ vector
        size = float(np.linalg.norm(vector))
    return size
