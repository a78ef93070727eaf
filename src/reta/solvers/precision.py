"""How much rounding there is in moments and in what is solved from them.

Two roundings are reckoned with, in units of the norms of the columns:

- of the sums: the entry of columns i and j of the scatter is off by at most ``noise_i · noise_j``. In float64 that is
  ``2**-52`` times a number of additions; in extended precision ``2**-100``, or ``2**-90`` in long tables, times how far
  the largest cell lies out, squared;
- of the cells: a column is off by ``2**-52 · (1 + offset)``, offset being ``|mean| / standard deviation``. A cell of
  1 000 000 000.1 is known to seven digits of its distance from the mean only; one of a column of whole numbers is
  known wholly.

Digits are claimed by the first alone: they tell how close the coefficients are to the exact least-squares solution of
the cells as given. What the second hides is no relation between columns and no residual: it decides rank and perfect
fits.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray, IntArray

__all__ = [
    "EPS",
    "EXTENDED_UP_TO",
    "FIXED_NOISE",
    "MOST_DIGITS",
    "correlation_condition",
    "digits_of",
    "quadratic_noise",
]

EPS = 2.0**-52
EXTENDED_UP_TO = 2.0**-60  # rounding of moments under which they count as extended
FIXED_NOISE = math.sqrt(64.0 * EPS)  # of float64 sums, where a cutoff must not grow with the number of rows
LARGEST_EIGENPROBLEM = 500
POWER_STEPS = 40
MOST_DIGITS = 15


def quadratic_noise(weights: FloatArray, cells: FloatArray, noise: FloatArray) -> float:
    """Return the rounding level of ``vᵀ R v``, the square of a combination of columns, R their correlation matrix.

    Parameters
    ----------
    weights
        v, shape (m,), in units of the columns' norms.
    cells, noise
        Shape (m,): of the cells and of the sums, as ``NormalEquations`` has them.
    """
    sizes = np.abs(weights)
    return float(sizes @ noise) ** 2 + float(sizes @ cells) ** 2


def digits_of(error: FloatArray, size: FloatArray) -> IntArray:
    """Return the whole decimal digits of every entry, ``floor(-log10(error / true size))``, from 0 to 15.

    Parameters
    ----------
    error, size
        The same shape and units, not negative; the true size may be less by ``error``. An entry that may as well be
        zero has no digits.
    """
    size = np.asarray(size)
    relative = np.divide(error, size - error, out=np.ones(size.shape), where=size > error) + EPS
    return np.minimum(np.maximum(np.floor(-np.log10(relative)), 0.0), MOST_DIGITS).astype(np.int64)


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
