"""What a fit says of its own digits is never more than mpmath finds, and seldom much less."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import factorize, solve_least_squares
from reta.solvers.precision import FIXED_NOISE, correlation_condition, digits_of, quadratic_noise

BLOCKS, PROBLEMS_A_BLOCK = 10, 200
WORKING_DIGITS = 120  # condition 1e16 squared takes 32, offsets of 1e9 squared 18
MODEST = 3.0  # digits that the median claim may fall short of the truth
POWER_ITERATION = 0.05  # relative; it comes from below


def hard_problem(random: np.random.Generator):
    """Conditions from 1 to 1e16, offsets to 1e9, units from 1e-8 to 1e8, both float types, weights, two targets."""
    n, p = int(random.integers(6, 40)), int(random.integers(1, 6))
    Z = random.normal(size=(n, p))
    condition = 10.0 ** random.uniform(0, 16)
    for j in range(1, p):
        if random.random() < 0.6:
            Z[:, j] = Z[:, :j] @ random.normal(size=j) + Z[:, j] / condition ** random.random()
    offset = (random.random(p) < 0.5) * 10.0 ** random.uniform(0, 9, p) * random.choice([-1.0, 1.0], p)
    X = (Z + offset) * 10.0 ** random.uniform(-8, 8, p)
    effects = random.normal(size=(p, 2)) * 10.0 ** random.uniform(-4, 1, (p, 2))
    noise = 10.0 ** random.uniform(-6, 1) * random.normal(size=(n, 2))
    Y = Z @ effects + noise + random.choice([0.0, 1.0, 1e3, 1e6, 1e9])
    weights = random.uniform(0.1, 5.0, n) if random.random() < 0.4 else None
    X = X.astype(np.float32) if random.random() < 0.4 else X
    Y = Y.astype(np.float32) if random.random() < 0.3 else Y
    return X, Y, weights, bool(random.random() < 0.75)


def truth(X, Y, weights, fit_intercept) -> list:
    """Least squares of the cells as given, to far more digits than they have: (p + intercept) numbers a target."""
    A = mpmath.matrix([[mpmath.mpf(float(v)) for v in row] + [mpmath.mpf(1)] * fit_intercept for row in X])
    weighted = A.copy()
    for i, w in enumerate(np.ones(len(X)) if weights is None else weights):
        for j in range(A.cols):
            weighted[i, j] *= mpmath.mpf(float(w))
    gram = weighted.T * A
    return [list(mpmath.lu_solve(gram, weighted.T * mpmath.matrix([mpmath.mpf(float(v)) for v in y]))) for y in Y.T]


def claimed_and_true(X, Y, weights, fit_intercept, *, extended=None):
    """Yield the digits claimed for each estimate, and those it has, up to 16."""
    cut = len(X) // 3
    parts = [
        Moments.from_arrays(X[rows], Y[rows], None if weights is None else weights[rows], extended=extended)
        for rows in (slice(cut), slice(cut, None))
    ]
    moments = parts[0] + parts[1]
    solution = solve_least_squares(moments, fit_intercept=fit_intercept)
    exact = truth(X[:, solution.kept], Y, weights, fit_intercept)
    for k, truths in enumerate(exact):
        estimates = [*solution.coef[k, solution.kept], solution.intercept[k]][: len(truths)]
        claims = [*solution.coef_digits[k, solution.kept], solution.intercept_digits[k]][: len(truths)]
        for estimate, claim, number in zip(estimates, claims, truths, strict=True):
            relative = abs(mpmath.mpf(float(estimate)) - number) / (abs(number) or 1) + mpmath.mpf(10) ** -16
            yield int(claim), float(-mpmath.log10(relative))


@pytest.mark.parametrize("extended", [True, False])
@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_digit_is_claimed_that_is_not_there(block, extended):
    random = np.random.default_rng([block, 300])
    pairs = []
    with mpmath.workdps(WORKING_DIGITS):
        for _ in range(PROBLEMS_A_BLOCK if extended else PROBLEMS_A_BLOCK // 10):
            pairs += claimed_and_true(*hard_problem(random), extended=extended)
    claimed, true = np.array(pairs).T
    assert ((true >= claimed) | (claimed == 0)).all()
    assert not extended or np.median(true - claimed) <= MODEST
    assert claimed.max() >= 12


@pytest.mark.parametrize(("spread", "least"), [(1.0, 11), (1e-2, 8), (1e-4, 4)])
def test_the_claim_is_of_use(spread, least):
    random = np.random.default_rng(5)
    a, b, noise = random.normal(size=(3, 100))
    X, y = np.column_stack([a, a + spread * b]), a + b + noise
    solution = solve_least_squares(Moments.from_arrays(X, y, extended=False))
    assert least <= solution.digits <= 15


@pytest.mark.parametrize(
    ("error", "size", "digits"),
    [(1e-16, 1.0, 15), (0.0, 1.0, 15), (2e-7, 1.0, 6), (1e-9, 2e-3, 6), (3.0, 1.0, 0), (0.0, 0.0, 0), (np.nan, 1.0, 0)],
)
def test_digits_are_whole(error, size, digits):
    assert digits_of(np.array([error]), np.array([size])).tolist() == [digits]


@pytest.mark.parametrize("p", [3, 501])
def test_the_condition_is_that_of_the_eigenvalues(random, p):
    X = random.normal(size=(2 * p, p))
    X[:, 1] += 3.0 * X[:, 0]
    factor = factorize(X.T @ X)
    correlation = factor.gram.high / np.outer(factor.norm, factor.norm)
    eigenvalues = np.linalg.eigvalsh(correlation)
    condition = correlation_condition(correlation, factor.inverse_root)
    assert condition == pytest.approx(eigenvalues[-1] / eigenvalues[0], rel=POWER_ITERATION)


def test_the_noise_of_a_combination_grows_with_its_cancellation():
    none, noise = np.zeros(2), np.full(2, FIXED_NOISE)
    small = quadratic_noise(np.ones(2), none, noise)
    assert quadratic_noise(np.array([1e3, 1.0]), none, noise) > 1e5 * small
    assert quadratic_noise(np.ones(2), np.array([1e9, 0.0]), noise) > small
