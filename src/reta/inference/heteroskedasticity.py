"""Does the spread of the residuals follow the features? The tests of Breusch and Pagan, and of White."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one
from reta.inference.auxiliary import Auxiliary
from reta.inference.chi_squared import chi_squared_sf
from reta.inference.outcome import Outcome
from reta.solvers import factorize

if TYPE_CHECKING:
    from reta.inference.auxiliary import Explained
    from reta.types import FloatArray

__all__ = ["MOST_PRODUCTS", "SpreadTests"]

MOST_PRODUCTS = 600


class SpreadTests:
    """Regresses squared residuals on functions of the features; the statistic is ``n·R²``, χ² under the null.

    Two sets of functions: the features themselves, the test of Breusch and Pagan in Koenker's form; and their squares
    and products too, White's, at most ``MOST_PRODUCTS`` columns in all; with more that test is not made.

    Parameters
    ----------
    n_features, n_targets
        p and k.

    Attributes
    ----------
    n_columns
        Columns formed of a row, the targets' left out.

    Notes
    -----
    Rows are not weighted here: with precision weights the residuals times √w have equal spread under the null. No
    statistic feels a shift or an invertible combination of the features: those that make the first rows orthonormal
    keep apart the products of features that resemble one another or lie far from zero. Both tests are summed at once.

    References
    ----------
    Koenker (1981), "A note on studentizing a test for heteroscedasticity", Journal of Econometrics 17.
    White (1980), "A heteroskedasticity-consistent covariance matrix estimator and a direct test for
    heteroskedasticity", Econometrica 48.
    """

    def __init__(self, n_features: int, n_targets: int) -> None:
        self._n_features = n_features
        self._n_targets = n_targets
        n_products = n_features * (n_features + 1) // 2
        self._too_many = n_features + n_products > MOST_PRODUCTS
        self.n_columns = 1 + n_features + (0 if self._too_many else n_products)
        self._auxiliary = Auxiliary(self.n_columns, n_targets)
        self._shift, self._root = np.zeros((n_features, 1)), np.eye(n_features)
        self._space = np.empty((self.n_columns, 0))

    def update(self, Z: FloatArray, squares: FloatArray) -> None:
        """Add rows.

        Parameters
        ----------
        Z
            Features, shape (n, p), or any combinations of them.
        squares
            Of the residuals times √weight, near 1 in size, shape (n, k).
        """
        if not len(Z) or not self._n_features:
            return
        if not self._auxiliary.n_samples:
            self._shift = Z.mean(axis=0)[:, None]
            self._root = _whitening(Z.T - self._shift)
        self._auxiliary.update(self._functions(Z.T), squares.T[None])

    def outcomes(self) -> dict[str, list[Outcome]]:
        """Return both tests for every target, by name."""
        if not self._n_features:
            return dict.fromkeys(("breusch_pagan", "white"), [Outcome(obstacle="no_features")] * self._n_targets)
        too_many = [Outcome(obstacle="too_many_products")] * self._n_targets
        return {
            "breusch_pagan": self._outcomes(1 + self._n_features),
            "white": too_many if self._too_many else self._outcomes(self.n_columns),
        }

    def _functions(self, features: FloatArray) -> FloatArray:
        """Return a constant, the features made nearly orthonormal, and their products, shape (q, n)."""
        p, n = features.shape
        if self._space.shape[1] < n:
            self._space = np.ones((self.n_columns, n))
        columns = self._space[:, :n]
        own = np.matmul(self._root, features - self._shift, out=columns[1 : 1 + p])
        if not self._too_many:
            at = 1 + p
            for i in range(p):
                np.multiply(own[i], own[i:], out=columns[at : at + p - i])
                at += p - i
        return columns

    def _outcomes(self, n_columns: int) -> list[Outcome]:
        found = self._auxiliary.explained(n_columns)
        return [self._outcome(found, target) for target in range(self._n_targets)]

    def _outcome(self, found: Explained, target: int) -> Outcome:
        n, rank = self._auxiliary.n_samples, int(found.kept[1:].sum())
        if rank == 0:
            return Outcome(obstacle="no_features")
        if n <= rank + 1:
            return Outcome(obstacle="too_few_rows")
        if not found.varies[target]:
            return Outcome(obstacle="equal_squares")
        statistic = n * float(found.parts[target, 1:].sum() / (1.0 - found.parts[target, 0]))
        return Outcome(statistic, rank, p_value=chi_squared_sf(statistic, rank))


def _whitening(features: FloatArray) -> FloatArray:
    """Return combinations, shape (p, p), that make the independent ones of features (p, n) orthonormal."""
    factor = factorize(features @ features.T / features.shape[1])
    root = np.diag(1.0 / or_one(factor.scale))
    root[np.ix_(factor.kept, factor.kept)] = factor.inverse_root / factor.scale[factor.kept]
    return root
