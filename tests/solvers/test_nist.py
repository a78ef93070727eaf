"""NIST's certified linear problems, at what moments in float64 honestly give."""

from __future__ import annotations

import json

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import solve_least_squares

CORRECT_DIGITS = {"Norris": 12, "Pontius": 13, "NoInt1": 14, "NoInt2": 14, "Longley": 11, "Wampler1": 6, "Wampler5": 6}
"""Of the worst coefficient: certified values have 15, and products of columns lose twice what columns lose."""


def read_problem(folder, name):
    problem = json.loads((folder / "nist" / f"{name}.json").read_text())
    X = np.array([[float(cell) for cell in row.split()] for row in problem["x"]])
    X = np.hstack([X**power for power in range(1, (problem["poly_degree"] or 1) + 1)])
    certified = np.array([float(value) for value in problem["certified"]["coef"]])
    return X, np.array([float(cell) for cell in problem["y"]]), problem["intercept"], certified


def digits(estimate: np.ndarray, certified: np.ndarray) -> float:
    return -np.log10(np.max(np.abs(estimate - certified) / np.abs(certified)) + 1e-16)


@pytest.mark.parametrize("name", CORRECT_DIGITS)
def test_certified_coefficients(reference, name):
    X, y, fit_intercept, certified = read_problem(reference, name)
    solution = solve_least_squares(Moments.from_arrays(X, y), fit_intercept=fit_intercept)
    estimate = np.append(solution.intercept, solution.coef) if fit_intercept else solution.coef[0]
    assert digits(estimate, certified) >= CORRECT_DIGITS[name]
    assert solution.digits_trusted <= digits(estimate, certified)


def test_filip_is_beyond_float64_moments_and_says_so(reference):
    X, y, _, _ = read_problem(reference, "Filip")
    solution = solve_least_squares(Moments.from_arrays(X, y))
    assert solution.dropped
    assert solution.digits_trusted == 0
