"""The covariance of the coefficients where residuals of neighbouring rows resemble one another: rows in time order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["NeweyWestScores", "default_lags"]


class NeweyWestScores:
    """Sums ``Γ₀ + Σ_l (1 − l / (L + 1)) (Γ_l + Γ_lᵀ)``, Γ_l the products of scores l rows apart (Bartlett's kernel).

    Parameters
    ----------
    n_targets, n_coordinates
        k and d.
    lags
        L, rows across which residuals may resemble one another; 0 makes it HC1.

    Notes
    -----
    The kernel is what windows of L + 1 rows give as they move from the first row to the last: with s_τ the
    sum of scores in a window, the sum is ``Σ_τ s_τ s_τᵀ / (L + 1)``. So it costs O(n·k·d²) whatever the lags, and is
    positive semidefinite as computed. Keeps the last L rows between batches; rows follow one another in the source's
    order.

    References
    ----------
    Newey and West (1987), "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
    covariance matrix", Econometrica 55.
    """

    def __init__(self, n_targets: int, n_coordinates: int, lags: int) -> None:
        self.lags = lags
        self._sum = np.zeros((n_targets, n_coordinates, n_coordinates))
        self._last = np.zeros((n_targets, n_coordinates, lags))

    def update(self, U: FloatArray, scores: FloatArray) -> None:
        """Add the rows that come next.

        Parameters
        ----------
        U
            Shape (n, d), from ``row_coordinates``.
        scores
            Shape (n, k): weight × residual.
        """
        n = len(U)
        if not n:
            return
        columns = np.empty((U.shape[1], self.lags + n))
        for k, own in enumerate(scores.T):
            columns[:, : self.lags] = self._last[k]
            np.multiply(U.T, own, out=columns[:, self.lags :])
            self._last[k] = columns[:, n:]
            self._sum[k] += _squares(_windows(columns, self.lags))

    def value(self) -> FloatArray:
        """Return the sums, shape (k, d, d), target² × weight."""
        ends = np.concatenate([self._last, np.zeros_like(self._last)], axis=2)
        left = [_squares(_windows(columns, self.lags)) for columns in ends]
        return (self._sum + np.array(left)) / (self.lags + 1.0)

    def small_sample(self, n_samples: int, n_coefficients: int) -> float:
        """Return the factor for the covariance, ``n / (n − m)``."""
        return n_samples / (n_samples - n_coefficients)


def _windows(columns: FloatArray, lags: int) -> FloatArray:
    """Return the sums over each row and the L before it, shape (d, n), of rows of shape (d, L + n)."""
    if not lags:
        return columns
    sums = np.cumsum(columns, axis=1)
    windows = sums[:, lags:].copy()
    windows[:, 1:] -= sums[:, : sums.shape[1] - lags - 1]
    return windows


def _squares(windows: FloatArray) -> FloatArray:
    return windows @ windows.T


def default_lags(n_samples: int) -> int:
    """Return ``⌊4 (n / 100)^(2/9)⌋``, the usual rule of thumb.

    Examples
    --------
    >>> default_lags(100), default_lags(10_000)
    (4, 11)
    """
    return math.floor(4.0 * math.pow(n_samples / 100.0, 2.0 / 9.0))
