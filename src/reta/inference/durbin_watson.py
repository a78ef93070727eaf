"""Do the residuals of neighbouring rows resemble one another? The statistic of Durbin and Watson."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["DurbinWatson"]


class DurbinWatson:
    """Sums ``Σ (eₜ − eₜ₋₁)²`` and ``Σ eₜ²`` over rows in the source's order, for k targets; keeps one row."""

    def __init__(self, n_targets: int) -> None:
        self._steps = np.zeros(n_targets)
        self._squares = np.zeros(n_targets)
        self._last = np.empty((n_targets, 0))

    def update(self, scaled: FloatArray) -> None:
        """Add the rows that come next: residuals times √weight, shape (n, k)."""
        if not len(scaled):
            return
        columns = scaled.T
        steps = np.diff(columns, axis=1, prepend=self._last if self._last.size else columns[:, :1])
        self._steps += np.einsum("kn,kn->k", steps, steps)
        self._squares += np.einsum("kn,kn->k", columns, columns)
        self._last = columns[:, -1:].copy()

    def value(self) -> FloatArray:
        """Return the ratio of the sums, shape (k,), from 0 to 4; near 2 without serial correlation; NaN for 0 / 0."""
        return np.divide(self._steps, self._squares, out=np.full_like(self._steps, np.nan), where=self._squares > 0.0)
