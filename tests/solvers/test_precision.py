"""What a fit says of its own digits is never more than exact rationals find."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import factorize, solve_least_squares
from reta.solvers.least_squares import TINY_COEFFICIENT
from reta.solvers.precision import correlation_condition, digits_trusted, quadratic_noise

PROBLEMS_A_BLOCK = 30
POWER_ITERATION = 0.05  # relative; it comes from below


def hard_problem(random: np.random.Generator):
    """Collinear to any degree, offsets to 1e9 deviations, units from 1e-8 to 1e8, weights, two targets."""
    n = int(random.integers(8, 26))
    p = int(random.integers(1, 6))
    Z = random.normal(size=(n, p))
    for j in range(1, p):
        if random.random() < 0.6:
            Z[:, j] = Z[:, :j] @ random.normal(size=j) + 10.0 ** -random.uniform(0, 7) * Z[:, j]
    far = random.random(p) < 0.5
    offset = far * random.choice([-1.0, 1.0], p) * 10.0 ** random.uniform(0, 9, p)
    effects = random.normal(size=(p, 2)) * 10.0 ** random.uniform(-4, 1, (p, 2))
    noise = 10.0 ** random.uniform(-6, 1) * random.normal(size=(n, 2))
    Y = Z @ effects + noise + random.choice([0.0, 1.0, 1e3, 1e6])
    weights = random.uniform(0.1, 5.0, n) if random.random() < 0.4 else np.ones(n)
    return (Z + offset) * 10.0 ** random.uniform(-8, 8, p), Y, weights, bool(random.random() < 0.75)


def true_digits(solution, exact, X, Y, weights) -> float:
    """Digits of the worst coefficient or intercept, in the units that ``solve_least_squares`` documents."""
    W = weights.sum()
    center_x, center_y = (weights @ X / W, weights @ Y / W) if solution.fit_intercept else (0.0, 0.0)
    spread_x, spread_y = np.sqrt(weights @ (X - center_x) ** 2 / W), np.sqrt(weights @ (Y - center_y) ** 2 / W)
    worst = 0.0
    for k, truths in enumerate(exact):
        estimates = [*solution.coef[k, solution.kept], solution.intercept[k]][: len(truths)]
        units = [*(spread_y[k] / spread_x[solution.kept]), spread_y[k]]
        for estimate, truth, unit in zip(estimates, truths, units[: len(truths)], strict=True):
            error = float(abs(Fraction(float(estimate)) - truth))
            worst = max(worst, error / max(abs(float(truth)), TINY_COEFFICIENT * unit))
    return -math.log10(max(worst, 1e-17))


@pytest.mark.parametrize("block", range(10))
def test_no_digit_is_claimed_that_is_not_there(rational, block):
    random = np.random.default_rng([block, 300])
    conditions = []
    for _ in range(PROBLEMS_A_BLOCK):
        X, Y, weights, fit_intercept = hard_problem(random)
        solution = solve_least_squares(Moments.from_arrays(X, Y, weights), fit_intercept=fit_intercept)
        exact = rational(X[:, solution.kept], Y, weights, fit_intercept=fit_intercept)
        found = true_digits(solution, exact, X, Y, weights)
        assert solution.digits_trusted == 0 or found >= solution.digits_trusted
        conditions.append(solution.condition)
    assert max(conditions) > 1e10


@pytest.mark.parametrize(("spread", "least"), [(1.0, 12), (1e-2, 8), (1e-4, 4)])
def test_the_claim_is_of_use(spread, least):
    random = np.random.default_rng(5)
    a, b, noise = random.normal(size=(3, 100))
    solution = solve_least_squares(Moments.from_arrays(np.column_stack([a, a + spread * b]), a + b + noise))
    assert least <= solution.digits_trusted <= 15


@pytest.mark.parametrize(
    ("error", "size", "digits"), [([1e-16], [1.0], 15), ([2e-7, 1e-9], [1.0, 1.0], 6), ([3.0], [1.0], 0), ([], [], 15)]
)
def test_digits_are_whole_and_those_of_the_worst(error, size, digits):
    assert digits_trusted(np.array(error), np.array(size)) == digits


def test_an_undefined_error_leaves_no_digit():
    assert digits_trusted(np.array([np.nan]), np.array([1.0])) == 0


@pytest.mark.parametrize("p", [3, 501])
def test_the_condition_is_that_of_the_eigenvalues(random, p):
    X = random.normal(size=(2 * p, p))
    X[:, 1] += 3.0 * X[:, 0]
    factor = factorize(X.T @ X)
    eigenvalues = np.linalg.eigvalsh(factor.correlation)
    condition = correlation_condition(factor.correlation, factor.inverse_root)
    assert condition == pytest.approx(eigenvalues[-1] / eigenvalues[0], rel=POWER_ITERATION)


def test_the_noise_of_a_combination_grows_with_its_cancellation():
    none = np.zeros(2)
    assert quadratic_noise(np.array([1e3, 1.0]), none, 8.0) > 1e5 * quadratic_noise(np.array([1.0, 1.0]), none, 8.0)
    assert quadratic_noise(np.ones(2), np.array([1e9, 0.0]), 8.0) > quadratic_noise(np.ones(2), none, 8.0)
