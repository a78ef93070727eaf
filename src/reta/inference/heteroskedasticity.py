"""Does the spread of the residuals follow the features? The tests of Breusch and Pagan, and of White."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.inference.auxiliary import Auxiliary
from reta.inference.chi_squared import chi_squared_sf
from reta.inference.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.inference.auxiliary import AuxiliaryFit
    from reta.types import FloatArray

__all__ = ["MOST_PRODUCTS", "SpreadTest"]

MOST_PRODUCTS = 600


class SpreadTest:
    """Regresses squared residuals on functions of the features; the statistic is ``n·R²``, χ² under the null.

    Parameters
    ----------
    n_features, n_targets
        p and k.
    products
        ``False``, the test of Breusch and Pagan in Koenker's form: the features themselves. ``True``, White's: their
        squares and products too, at most ``MOST_PRODUCTS`` columns in all; with more the test is not made.

    Attributes
    ----------
    n_columns
        Explaining columns.

    Notes
    -----
    Rows are not weighted here: with precision weights the residuals times √w have equal spread under the null.

    References
    ----------
    Koenker (1981), "A note on studentizing a test for heteroscedasticity", Journal of Econometrics 17.
    White (1980), "A heteroskedasticity-consistent covariance matrix estimator and a direct test for
    heteroskedasticity", Econometrica 48.
    """

    def __init__(self, n_features: int, n_targets: int, *, products: bool = False) -> None:
        self.products = products
        self._n_targets = n_targets
        n_products = n_features * (n_features + 1) // 2 if products else 0
        self.n_columns = n_columns = n_features + n_products
        too_many = products and n_columns > MOST_PRODUCTS
        self._obstacle = "no_features" if not n_features else "too_many_products" if too_many else ""
        self._auxiliary = None if self._obstacle else Auxiliary(n_columns, n_targets)

    def update(self, Z: FloatArray, scaled: FloatArray) -> None:
        """Add rows.

        Parameters
        ----------
        Z
            Features about their means and near 1 in size, shape (n, p); any shift and scale gives the same statistic.
        scaled
            Residuals times √weight, near 1 in size, shape (n, k).
        """
        if self._auxiliary is not None:
            products = _products(Z) if self.products else ()
            self._auxiliary.update([*Z.T, *products, *np.square(scaled).T])

    def outcomes(self) -> list[Outcome]:
        """Return the test for every target."""
        if self._auxiliary is None:
            return [Outcome(obstacle=self._obstacle)] * self._n_targets
        return [_outcome(fit) for fit in self._auxiliary.fits()]


def _outcome(fit: AuxiliaryFit) -> Outcome:
    if fit.rank == 0:
        return Outcome(obstacle="no_features")
    if fit.n_samples <= fit.rank + 1:
        return Outcome(obstacle="too_few_rows")
    if not fit.total > 0.0:
        return Outcome(obstacle="equal_squares")
    statistic = fit.n_samples * (1.0 - fit.residual / fit.total)
    return Outcome(statistic, fit.rank, p_value=chi_squared_sf(statistic, fit.rank))


def _products(Z: FloatArray) -> Iterator[FloatArray]:
    for i, column in enumerate(Z.T):
        for other in Z.T[i:]:
            yield column * other
