"""Ramsey's RESET: do powers of the fitted values explain what the model leaves over, so that a curve is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.inference.auxiliary import Auxiliary
from reta.inference.f_distribution import f_sf
from reta.inference.outcome import Outcome

if TYPE_CHECKING:
    from reta.inference.auxiliary import AuxiliaryFit
    from reta.types import FloatArray

__all__ = ["ResetTest"]

POWERS = (2, 3)


class ResetTest:
    """Adds the square and the cube of the fitted values to the features; the statistic is F for the two.

    Parameters
    ----------
    n_features, n_targets
        p and k.
    fit_intercept
        Whether the model has an intercept.

    References
    ----------
    Ramsey (1969), "Tests for specification errors in classical linear least-squares regression analysis", Journal of
    the Royal Statistical Society B 31.
    """

    def __init__(self, n_features: int, n_targets: int, *, fit_intercept: bool) -> None:
        self._n_features = n_features
        self._n_targets = n_targets
        self._fit_intercept = fit_intercept
        self._auxiliary = Auxiliary(n_features + len(POWERS) * n_targets, n_targets)

    def update(self, Z: FloatArray, fitted: FloatArray, residuals: FloatArray, weights: FloatArray) -> None:
        """Add rows.

        Parameters
        ----------
        Z
            Features about their means (about zero without an intercept) and near 1 in size, shape (n, p).
        fitted
            Fitted values about the same and near 1 in size, shape (n, k).
        residuals
            Near 1 in size, shape (n, k).
        weights
            Shape (n,), positive.
        """
        powers = [own**power for own in fitted.T for power in POWERS]
        self._auxiliary.update([*Z.T, *powers, *residuals.T], weights)

    def outcomes(self) -> list[Outcome]:
        """Return the test for every target; fewer degrees of freedom where a power adds nothing to the features."""
        return [self._outcome(target) for target in range(self._n_targets)]

    def _outcome(self, target: int) -> Outcome:
        first = self._n_features + len(POWERS) * target
        features = range(self._n_features)
        base = self._fit(target, [*features])
        wider = self._fit(target, [*features, *range(first, first + len(POWERS))])
        added = wider.rank - base.rank
        left = wider.n_samples - wider.rank - self._fit_intercept
        if added <= 0:
            return Outcome(obstacle="nothing_added")
        if left <= 0:
            return Outcome(obstacle="too_few_rows")
        if not wider.residual > 0.0:
            return Outcome(obstacle="perfect_with_powers")
        statistic = max((base.residual - wider.residual) / added / (wider.residual / left), 0.0)
        return Outcome(statistic, added, left, f_sf(statistic, added, left))

    def _fit(self, target: int, columns: list[int]) -> AuxiliaryFit:
        return self._auxiliary.fits([target], columns, fit_intercept=self._fit_intercept)[0]
