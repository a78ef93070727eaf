"""Ramsey's RESET: do powers of the fitted values explain what the model leaves over, so that a curve is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.inference.auxiliary import Auxiliary
from reta.inference.f_distribution import f_sf
from reta.inference.outcome import Outcome

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["ResetTest"]

N_POWERS = 2  # the square and the cube


class ResetTest:
    """Adds the square and the cube of the fitted values to the features; the statistic is F for the two.

    Parameters
    ----------
    n_coordinates, n_targets
        d, the intercept among them, and k.
    fit_intercept
        Whether there is one.

    Attributes
    ----------
    n_columns
        Columns formed of a row.

    Notes
    -----
    Without an intercept the powers are ``ŷ(ŷ − m)`` and ``ŷ(ŷ − m)²``, m a mean of fitted values: beside the features,
    which explain ŷ, they say the same as ŷ² and ŷ³, and can be told apart where ŷ lies far from zero.

    References
    ----------
    Ramsey (1969), "Tests for specification errors in classical linear least-squares regression analysis", Journal of
    the Royal Statistical Society B 31.
    """

    def __init__(self, n_coordinates: int, n_targets: int, *, fit_intercept: bool = True) -> None:
        self._n_coordinates = n_coordinates
        self._n_targets = n_targets
        self.n_columns = n_coordinates + (N_POWERS + 1) * n_targets
        self._about_mean = fit_intercept
        self._level = np.zeros((n_targets, 1))
        self._auxiliary = Auxiliary(n_coordinates, n_targets, N_POWERS + 1)

    def update(self, U: FloatArray, fitted: FloatArray, residuals: FloatArray, weights: FloatArray | None) -> None:
        """Add rows.

        Parameters
        ----------
        U
            Coordinates, near 1 in size, shape (n, d); the intercept's first.
        fitted
            Fitted values about their mean (about zero without an intercept) and near 1 in size, shape (n, k).
        residuals
            Near 1 in size, shape (n, k).
        weights
            Shape (n,), positive; ``None`` where all are 1.
        """
        columns, values = U.T, fitted.T
        if not self._about_mean and values.size and not self._auxiliary.n_samples:
            self._level = values.mean(axis=1, keepdims=True)
        apart = values - self._level
        own = np.empty((N_POWERS + 1, *values.shape))
        np.multiply(values, apart, out=own[0])
        np.multiply(own[0], apart, out=own[1])
        own[2] = residuals.T
        if weights is not None:
            root = np.sqrt(weights)
            columns = columns * root
            own *= root
        self._auxiliary.update(columns, own)

    def outcomes(self) -> list[Outcome]:
        """Return the test for every target; fewer degrees of freedom where a power adds nothing to the features."""
        return [self._outcome(target) for target in range(self._n_targets)]

    def _outcome(self, target: int) -> Outcome:
        found = self._auxiliary.explained_with_own(target)
        added = int(found.kept[self._n_coordinates :].sum())
        left = self._auxiliary.n_samples - int(found.kept.sum())
        if added == 0:
            return Outcome(obstacle="nothing_added")
        if left <= 0:
            return Outcome(obstacle="too_few_rows")
        if not found.left[0] > 0.0:
            return Outcome(obstacle="perfect_with_powers")
        statistic = float(found.parts[0, -added:].sum()) / added / (float(found.left[0]) / left)
        return Outcome(statistic, added, left, f_sf(statistic, added, left))
