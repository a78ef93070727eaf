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
    Keeps the last L rows between batches; O(n·k·d·(L + d)) in all. Rows follow one another in the source's order.

    References
    ----------
    Newey and West (1987), "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
    covariance matrix", Econometrica 55.
    """

    def __init__(self, n_targets: int, n_coordinates: int, lags: int) -> None:
        self.lags = lags
        self._sum = np.zeros((n_targets, n_coordinates, n_coordinates))
        self._last_U = np.zeros((lags, n_coordinates))
        self._last_scores = np.zeros((lags, n_targets))

    def update(self, U: FloatArray, scores: FloatArray) -> None:
        """Add the rows that come next.

        Parameters
        ----------
        U
            Shape (n, d), from ``row_coordinates``.
        scores
            Shape (n, k): weight × residual.
        """
        U = np.vstack([self._last_U, U])
        scores = np.vstack([self._last_scores, scores])
        for k, own in enumerate(scores.T):
            scored = U * own[:, None]
            now = scored[self.lags :]
            before = self._weighted_past(scored)
            cross = now.T @ before
            self._sum[k] += now.T @ now + cross + cross.T
        self._last_U, self._last_scores = U[len(U) - self.lags :], scores[len(scores) - self.lags :]

    def _weighted_past(self, scored: FloatArray) -> FloatArray:
        """Return, for every row after the first L, the kernel's sum over the L rows before it."""
        n = len(scored) - self.lags
        past = np.zeros((n, scored.shape[1]))
        for lag in range(1, self.lags + 1):
            past += (1.0 - lag / (self.lags + 1.0)) * scored[self.lags - lag : self.lags - lag + n]
        return past

    def value(self) -> FloatArray:
        """Return the sums, shape (k, d, d), target² × weight."""
        return self._sum.copy()

    def small_sample(self, n_samples: int, n_coefficients: int) -> float:
        """Return the factor for the covariance, ``n / (n − m)``."""
        return n_samples / (n_samples - n_coefficients)


def default_lags(n_samples: int) -> int:
    """Return ``⌊4 (n / 100)^(2/9)⌋``, the usual rule of thumb.

    Examples
    --------
    >>> default_lags(100), default_lags(10_000)
    (4, 11)
    """
    return math.floor(4.0 * math.pow(n_samples / 100.0, 2.0 / 9.0))
