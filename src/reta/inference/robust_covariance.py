"""Covariances of the coefficients that stay right where the residuals' spread differs from row to row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from reta.inference.influence import leverage_left

if TYPE_CHECKING:
    from reta.types import FloatArray

    Correction: TypeAlias = Literal["HC0", "HC1", "HC2", "HC3"]

__all__ = ["HeteroskedasticScores", "sandwich"]


class HeteroskedasticScores:
    """Sums ``Σ g(hᵢ) (wᵢ eᵢ)² uᵢ uᵢᵀ`` over batches of rows, for every target.

    Parameters
    ----------
    kind
        What a squared residual is multiplied by: ``"HC0"`` and ``"HC1"`` 1, ``"HC2"`` 1 / (1 − h), ``"HC3"``
        1 / (1 − h)². HC1 is corrected as a whole, by ``small_sample``.
    n_targets, n_coordinates
        k and d.

    Attributes
    ----------
    rows_of_leverage_one
        Rows that a coefficient of their own fits perfectly: HC2 and HC3 do not exist with one of them.

    Notes
    -----
    O(n·k·d²) in all, and one batch in memory.

    References
    ----------
    MacKinnon and White (1985), "Some heteroskedasticity-consistent covariance matrix estimators with improved finite
    sample properties", Journal of Econometrics 29.
    """

    def __init__(self, kind: Correction, n_targets: int, n_coordinates: int) -> None:
        self.kind = kind
        self.rows_of_leverage_one = 0
        self._sum = np.zeros((n_targets, n_coordinates, n_coordinates))

    def update(self, U: FloatArray, scores: FloatArray, leverage: FloatArray) -> None:
        """Add rows.

        Parameters
        ----------
        U
            Shape (n, d), from ``row_coordinates``.
        scores
            Shape (n, k): weight × residual.
        leverage
            Shape (n,), from ``row_leverage``.
        """
        if self.kind in {"HC2", "HC3"}:
            left = leverage_left(leverage)
            self.rows_of_leverage_one += int(np.isnan(left).sum())
            scores = scores / (np.sqrt(left) if self.kind == "HC2" else left)[:, None]
        columns = U.T
        scored = np.empty(columns.shape)
        for k, own in enumerate(scores.T):
            np.multiply(columns, own, out=scored)
            self._sum[k] += scored @ scored.T

    def value(self) -> FloatArray:
        """Return the sums, shape (k, d, d), target² × weight; NaN where a row of leverage 1 leaves none."""
        return self._sum.copy()

    def small_sample(self, n_samples: int, n_coefficients: int) -> float:
        """Return the factor for the covariance: ``n / (n − m)`` for HC1, 1 for the others."""
        return n_samples / (n_samples - n_coefficients) if self.kind == "HC1" else 1.0


def sandwich(meat: FloatArray, coefficient_map: FloatArray, factor: float = 1.0) -> FloatArray:
    """Return ``factor · T M Tᵀ`` for every target.

    Parameters
    ----------
    meat
        M, shape (k, d, d), target² × weight: sums of products of scores.
    coefficient_map
        T, shape (m, d), from ``reta.inference.coordinates.coefficient_map``.
    factor
        Small-sample correction.

    Returns
    -------
    FloatArray
        Shape (k, m, m), in products of the coefficients' units; symmetric.
    """
    spread = factor * (coefficient_map @ meat @ coefficient_map.T)
    return np.asarray((spread + spread.transpose(0, 2, 1)) / 2.0)
