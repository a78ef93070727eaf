"""Are the residuals normal? Their skewness and kurtosis, and the test of Jarque and Bera on both."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["ResidualShape", "jarque_bera"]


class ResidualShape:
    """Merges centred moments up to the fourth, batch by batch, for k columns.

    References
    ----------
    Pébay (2008), "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
    moments", Sandia report SAND2008-6212.
    """

    def __init__(self, n_columns: int) -> None:
        self.n_samples = 0
        self._mean = np.zeros(n_columns)
        self._m2, self._m3, self._m4 = np.zeros((3, n_columns))

    def update(self, values: FloatArray) -> None:
        """Add rows, shape (n, k)."""
        if not len(values):
            return
        columns = values.T
        mean = columns.mean(axis=1)
        apart = columns - mean[:, None]
        squares = np.square(apart)
        pairs = ((apart, apart), (squares, apart), (squares, squares))
        self._merge(len(values), mean, *(np.einsum("kn,kn->k", one, other) for one, other in pairs))

    def _merge(self, n: int, mean: FloatArray, m2: FloatArray, m3: FloatArray, m4: FloatArray) -> None:
        a, b, every = self.n_samples, n, self.n_samples + n
        d = (mean - self._mean) / every
        self._m4 = self._m4 + m4 + a * b * (a * a - a * b + b * b) * every * d**4
        self._m4 += 6.0 * d**2 * (a * a * m2 + b * b * self._m2) + 4.0 * d * (a * m3 - b * self._m3)
        self._m3 = self._m3 + m3 + a * b * (a - b) * every * d**3 + 3.0 * d * (a * m2 - b * self._m2)
        self._m2 = self._m2 + m2 + a * b * every * d**2
        self._mean = self._mean + b * d
        self.n_samples = every

    @property
    def skewness(self) -> FloatArray:
        """``m₃ / m₂^1.5``, shape (k,): 0 for a normal distribution; NaN where nothing varies."""
        return np.asarray(self._m3 / self.n_samples / self._variance**1.5)

    @property
    def kurtosis(self) -> FloatArray:
        """``m₄ / m₂²``, shape (k,): 3 for a normal distribution; NaN where nothing varies."""
        return np.asarray(self._m4 / self.n_samples / self._variance**2)

    @property
    def _variance(self) -> FloatArray:
        return np.where(self._m2 > 0.0, self._m2, np.nan) / max(self.n_samples, 1)


def jarque_bera(n_samples: int, skewness: float, kurtosis: float) -> tuple[float, float]:
    """Return ``n (S² + (K − 3)² / 4) / 6`` and its tail probability, of χ² with 2 degrees of freedom.

    References
    ----------
    Jarque and Bera (1987), "A test for normality of observations and regression residuals", International Statistical
    Review 55.
    """
    statistic = n_samples / 6.0 * (skewness**2 + (kurtosis - 3.0) ** 2 / 4.0)
    return statistic, math.exp(-statistic / 2.0)
