"""The table of exact solvers that every test of a solver runs through, and the arithmetic that judges them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import Solution, solve_least_squares

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Solver:
    """One exact solver: what it can do, and how well on problems of condition up to 100."""

    name: str
    solve: Callable[..., Solution]
    capabilities: frozenset[str]
    tolerance: float

    def require(self, capability: str) -> None:
        if capability not in self.capabilities:
            pytest.skip(f"{self.name} does not do {capability}")

    def fit(self, X, Y, weights=None, *, fit_intercept=True, features=None, extended=None) -> Solution:
        moments = Moments.from_arrays(X, Y, weights, features=features, extended=extended)
        return self.solve(moments, fit_intercept=fit_intercept)


SOLVERS = (
    Solver(
        name="cholesky",
        solve=solve_least_squares,
        capabilities=frozenset({"weights", "through the origin", "rank deficient", "underdetermined", "digits"}),
        tolerance=1e-11,  # condition 100 times a few dozen roundings of 2e-16
    ),
)


@pytest.fixture(params=SOLVERS, ids=lambda solver: solver.name)
def solver(request) -> Solver:
    return request.param


@pytest.fixture
def random(request) -> np.random.Generator:
    """A generator seeded by the name of the test, the same in every run."""
    return np.random.default_rng(list(request.node.name.encode()))


def rational_solution(X, Y, weights=None, *, fit_intercept=True) -> list[list[Fraction]]:
    """Least squares in exact rationals: for every target its coefficients, then its intercept where there is one."""
    rows = [[Fraction(v) for v in row] + [Fraction(1)] * fit_intercept for row in np.asarray(X).tolist()]
    right = [[Fraction(v) for v in row] for row in np.asarray(Y).reshape(len(rows), -1).tolist()]
    w = [Fraction(v) for v in (np.ones(len(rows)) if weights is None else weights).tolist()]
    m, k = len(rows[0]), len(right[0])
    table = [
        [sum(v * r[i] * r[j] for v, r in zip(w, rows, strict=True)) for j in range(m)]
        + [sum(v * r[i] * y[j] for v, r, y in zip(w, rows, right, strict=True)) for j in range(k)]
        for i in range(m)
    ]
    for i in range(m):
        for other in range(m):
            share = table[other][i] / table[i][i]
            if other != i and share:
                table[other] = [a - share * b for a, b in zip(table[other], table[i], strict=True)]
    return [[table[i][m + j] / table[i][i] for i in range(m)] for j in range(k)]


@pytest.fixture(scope="session")
def rational() -> Callable[..., list[list[Fraction]]]:
    return rational_solution
