"""The table of exact solvers that every test of a solver runs through, and the arithmetic that judges them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
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


def whole_cells(column) -> tuple[list[int], int]:
    """Cells as integers and the power of two that they are multiples of: nothing is rounded."""
    pairs = [(cell if isinstance(cell, int) else float(cell)).as_integer_ratio() for cell in column]
    power = max(below.bit_length() for _, below in pairs) - 1
    return [above << (power - below.bit_length() + 1) for above, below in pairs], -power


def exact_solution(columns, targets, weights=None, *, fit_intercept=True) -> list[list[Fraction]] | None:
    """Least squares of integers, fraction-free (Bareiss); ``None`` where a column depends on those before it.

    As ``rational_solution``, a hundred times as fast, for columns and targets given one by one.
    """
    made = [whole_cells(column) for column in columns]
    made += [([1] * len(targets[0]), 0)] * fit_intercept
    w, _ = ([1] * len(targets[0]), 0) if weights is None else whole_cells(weights)
    goals, m = [whole_cells(target) for target in targets], len(made)
    table = [
        [sum(v * a * b for v, a, b in zip(w, left, right, strict=True)) for right, _ in (*made, *goals)]
        for left, _ in made
    ]
    before = 1
    for i in range(m):
        if table[i][i] == 0:
            return None
        for row in table[i + 1 :]:
            row[:] = [(table[i][i] * b - row[i] * a) // before for a, b in zip(table[i], row, strict=True)]
        before = table[i][i]
    return [
        _back_substituted(table, m, at, [Fraction(2) ** (power - each) for _, each in made])
        for at, (_, power) in enumerate(goals)
    ]


def _back_substituted(table, m: int, target: int, units: list[Fraction]) -> list[Fraction]:
    found = [Fraction(0)] * m
    for i in reversed(range(m)):
        known = sum((table[i][j] * found[j] for j in range(i + 1, m)), start=Fraction(0))
        found[i] = (table[i][m + target] - known) / table[i][i]
    return [value * unit for value, unit in zip(found, units, strict=True)]


def independent_columns(columns, *, fit_intercept=True) -> list[bool]:
    """Tell exactly which columns no combination of earlier ones (and of ones) gives."""
    basis: list[tuple[int, list[int]]] = []

    def joins(vector: list[int]) -> bool:
        for place, earlier in basis:
            vector = [a * earlier[place] - b * vector[place] for a, b in zip(vector, earlier, strict=True)]
            common = math.gcd(*vector) or 1
            vector = [a // common for a in vector]
        place = next((at for at, cell in enumerate(vector) if cell), None)
        if place is not None:
            basis.append((place, vector))
        return place is not None

    if fit_intercept:
        joins([1] * len(columns[0]))
    return [joins(whole_cells(column)[0]) for column in columns]


def digits_right(estimate: float, truth: Fraction) -> float:
    """Decimal digits that an estimate has of the truth, up to 16."""
    error = abs(Fraction(float(estimate)) - truth)
    if not error:
        return 16.0
    if not truth:
        return 0.0
    share = error / abs(truth)
    return min(16.0, math.log10(share.denominator) - math.log10(share.numerator))


@pytest.fixture(scope="session")
def exact() -> SimpleNamespace:
    """Arithmetic without rounding, the witness of what a solver says of its own digits and of columns."""
    return SimpleNamespace(solution=exact_solution, independent=independent_columns, digits=digits_right)
