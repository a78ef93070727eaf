"""NIST's certified linear problems, solved from moments."""

from __future__ import annotations

import json

import numpy as np
import pytest

from reta.double_double import DoubleDouble
from reta.moment import MomentsBuilder
from reta.solvers import solve_least_squares

NAMES = ("Norris", "Pontius", "NoInt1", "NoInt2", "Longley", "Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5")
CORRECT_DIGITS = 13.0  # of the worst coefficient; certified values have 15
POWERS_IN_PAIRS, POWERS_ROUNDED = 12.0, 7.5  # Filip, as exact arithmetic has it for rounded powers


def read_problem(folder, name):
    problem = json.loads((folder / "nist" / f"{name}.json").read_text())
    X = np.array([[float(cell) for cell in row.split()] for row in problem["x"]])
    columns = [DoubleDouble.of(column) for column in X.T]
    for _ in range((problem["poly_degree"] or 1) - 1):
        columns.append(columns[-1] * X[:, 0])
    certified = np.array([float(value) for value in problem["certified"]["coef"]])
    return columns, np.array([float(cell) for cell in problem["y"]]), problem["intercept"], certified


def correct_digits(columns, y, fit_intercept, certified):
    """Digits that the worst coefficient has right, and those claimed."""
    builder = MomentsBuilder([f"x{j}" for j in range(len(columns))], ["y"])
    builder.update([*columns, y])
    solution = solve_least_squares(builder.moments(), fit_intercept=fit_intercept)
    estimate = np.append(solution.intercept, solution.coef) if fit_intercept else solution.coef[0]
    return -np.log10(np.max(np.abs(estimate - certified) / np.abs(certified)) + 1e-16), solution.digits


@pytest.mark.parametrize("name", NAMES)
def test_certified_coefficients(reference, name):
    found, _ = correct_digits(*read_problem(reference, name))
    assert found >= CORRECT_DIGITS


def test_filip_by_powers_in_pairs_and_by_rounded_powers(reference):
    columns, *rest = read_problem(reference, "Filip")
    found, claimed = correct_digits(columns, *rest)
    assert found >= max(POWERS_IN_PAIRS, claimed)
    found, _ = correct_digits([column.high for column in columns], *rest)
    assert found >= POWERS_ROUNDED
