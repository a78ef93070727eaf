"""Problems whose inference an independent library can check, solved from their moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import statsmodels.api as sm

from reta.inference import (
    CoefficientTable,
    FitQuality,
    coefficient_table,
    fit_quality,
    residual_variance,
    standard_errors,
    unscaled_variances,
)
from reta.moment import Moments
from reta.solvers import Solution, solve_least_squares


@dataclass(frozen=True)
class Case:
    """A problem: rows, weights, whether there is an intercept; and new rows."""

    X: np.ndarray
    Y: np.ndarray
    weights: np.ndarray | None
    fit_intercept: bool
    new: np.ndarray

    def solution(self) -> Solution:
        return solve_least_squares(Moments.from_arrays(self.X, self.Y, self.weights), fit_intercept=self.fit_intercept)

    def design(self, rows: np.ndarray) -> np.ndarray:
        """Columns as statsmodels takes them, the intercept first."""
        return np.column_stack([np.ones(len(rows)), rows]) if self.fit_intercept else rows

    def peer(self, target: int):
        """The same fit by statsmodels."""
        weights = np.ones(len(self.X)) if self.weights is None else self.weights
        return sm.WLS(self.Y[:, target], self.design(self.X), weights=weights).fit()


def evidence_of(solution: Solution, level: float = 0.95) -> tuple[CoefficientTable, FitQuality]:
    """Inference as a model does it: the intercept's column first, where there is one."""
    of_coef, of_intercept = unscaled_variances(
        solution.inverse_root, solution.center, solution.weight_sum, fit_intercept=solution.fit_intercept
    )
    variance = residual_variance(solution.residual_scatter, solution.degrees_of_freedom)
    estimate, unscaled = solution.coef, of_coef
    if solution.fit_intercept:
        estimate = np.column_stack([solution.intercept, solution.coef])
        unscaled = np.append(of_intercept, of_coef)
    table = coefficient_table(estimate, standard_errors(variance, unscaled), solution.degrees_of_freedom, level)
    quality = fit_quality(
        solution.total_scatter,
        solution.residual_scatter,
        solution.constant_target,
        n_samples=solution.n_samples,
        rank=solution.rank,
        fit_intercept=solution.fit_intercept,
    )
    return table, quality


@pytest.fixture
def evidence():
    return evidence_of


@pytest.fixture(params=["plain", "weighted", "through the origin", "weighted through the origin", "offset", "wide"])
def case(request) -> Case:
    random = np.random.default_rng(2024)
    n, p = (80, 30) if request.param == "wide" else (60, 4)
    X = random.normal(size=(n, p)) * np.geomspace(0.01, 100.0, p)
    X[:, 1] += 0.4 * X[:, 0]
    X += 50.0 if request.param == "offset" else 0.0
    Y = X @ random.normal(size=(p, 2)) + random.normal(size=(n, 2)) * [1.0, 30.0] + [5.0, -2.0]
    weights = random.uniform(0.2, 4.0, n) if "weighted" in request.param else None
    new = random.normal(size=(25, p)) * np.geomspace(0.01, 100.0, p)
    return Case(X, Y, weights, "origin" not in request.param, new)
