"""No digit is claimed that exact arithmetic does not find, whatever the cells, the road and the way they came together.

Every problem follows from its family and number, so that each run makes the same claims. A longer campaign is the same
test with more problems: 4,000 of each family on each road, some 110,000 claims, hold no overclaim.
"""

from __future__ import annotations

import numpy as np
import pytest

from reta.errors import NumericalError
from reta.moment import Moments
from reta.solvers import solve_least_squares

PROBLEMS = 60  # of each family on each road
USEFUL = {None: 2.5, False: 4.0}  # digits by which the median claim may fall short of what is there, at most 15


def tiny(random):
    """From two rows on, saturated fits among them."""
    n = int(random.integers(2, 7))
    p = int(random.integers(1, max(2, min(n, 4))))
    X, y = random.normal(size=(n, p)), random.normal(size=n)
    if random.random() < 0.5:
        X = np.round(X * 8.0) / 8.0
        y = np.round(X @ random.integers(-4, 5, p)) + 10.0 ** random.uniform(-30, 0) * (random.random(n) < 0.5)
    return X + random.choice([0.0, 10.0 ** random.uniform(0, 12)]), y


def nearly_exact(random):
    """Whole numbers, a target that whole coefficients give but for some cells: intercepts that almost vanish."""
    n, p = int(random.integers(4, 30)), int(random.integers(1, 4))
    X = random.integers(0, random.choice([3, 10, 2**20]), (n, p)) + random.choice([0.0, 1000.0, 2.0**40])
    y = X @ random.choice([1.0, 2.0, 0.5, -7.0, 1024.0], p) + random.choice([0.0, 1.0])
    for _ in range(random.integers(0, 3)):
        y[random.integers(n)] += 10.0 ** random.uniform(-30, 0)
    at = random.integers(n)
    X[at], y[at] = 0.0, 10.0 ** random.uniform(-40, -5)
    return X, y


def scales_apart(random):
    """Units, offsets and effects of any size."""
    n, p = int(random.integers(5, 30)), int(random.integers(1, 4))
    X = random.normal(size=(n, p)) * 10.0 ** random.uniform(-30, 30, p)
    X = X + np.abs(X).max(axis=0) * random.choice([0.0, 10.0 ** random.uniform(0, 10)])
    centred = X - X.mean(axis=0)
    y = centred / np.abs(centred).max(axis=0) @ 10.0 ** random.uniform(-12, 2, p)
    y = y + 10.0 ** random.uniform(-18, 0) * random.normal(size=n) + random.choice([0.0, 1.0, 1e12])
    return X, y * 10.0 ** random.uniform(-30, 30)


def repeated(random):
    """Few values a column, which rounding treats alike in every row: errors add up and do not cancel."""
    n, p, levels = int(random.choice([100, 300, 1000])), int(random.integers(1, 4)), int(random.integers(2, 5))
    values, chosen = random.normal(size=(levels, p)), random.integers(0, levels, (n, p))
    X = np.take_along_axis(values, np.sort(chosen, axis=0) if random.random() < 0.5 else chosen, axis=0)
    y = random.normal(size=levels)[random.integers(0, levels, n)]
    return X + random.choice([0.0, 1e4]), y * 10.0 ** -random.uniform(0, 8) + X @ random.normal(size=p)


def alike(random):
    """Columns that nearly repeat one another, in single precision too."""
    n, p = int(random.integers(8, 40)), int(random.integers(2, 6))
    Z = random.normal(size=(n, p))
    for j in range(1, p):
        Z[:, j] = Z[:, :j] @ random.normal(size=j) + Z[:, j] / 10.0 ** random.uniform(0, 12)
    X = (Z + random.choice([0.0, 1e6], p)) * 10.0 ** random.uniform(-8, 8, p)
    y = Z @ random.normal(size=p) + 10.0 ** random.uniform(-6, 1) * random.normal(size=n)
    return (X.astype(np.float32) if random.random() < 0.4 else X), y


def far_away(random):
    """Up to 10^14 spreads from zero, whole numbers among them."""
    n, p = int(random.integers(8, 60)), int(random.integers(1, 5))
    X = random.normal(size=(n, p)) + 10.0 ** random.uniform(0, 14, p) * random.choice([-1.0, 1.0], p)
    X[:, -1] = X[:, 0] + random.integers(0, 30, n) if p > 1 else np.round(X[:, -1])
    y = (X - X.mean(axis=0)) @ random.normal(size=p) + random.normal(size=n) * 10.0 ** random.uniform(-6, 0)
    return X, y + random.choice([0.0, 1e10])


def whole(X, y, w, moments, random):
    return moments(X, y, w)


def merged(X, y, w, moments, random):
    """Two parts; a single row may be one of them."""
    cut = int(random.integers(1, len(X)))
    first, rest = slice(cut), slice(cut, None)
    return moments(X[first], y[first], None if w is None else w[first]) + moments(
        X[rest], y[rest], None if w is None else w[rest]
    )


def selected(X, y, w, moments, random):
    """With columns that are not used, in another order."""
    more = random.normal(size=(len(X), 2)) * 10.0 ** random.uniform(-8, 8, 2)
    features = [f"x{j}" for j in range(X.shape[1])]
    return moments(np.column_stack([more, X[:, ::-1]]), y, w, features=["a", "b", *features[::-1]]).select(features)


def subtracted(X, y, w, moments, random):
    """Rows up to a thousand times as far out as those that stay are taken away."""
    k, far = int(random.integers(1, len(X))), 10.0 ** random.uniform(0, 3)
    which = random.integers(0, len(X), k)
    others = X.mean(axis=0) + (X[which] - X.mean(axis=0)) * far, y.mean() + (y[which] - y.mean()) * far
    v = None if w is None else random.uniform(0.1, 5.0, k)
    both = moments(
        np.vstack([X, others[0]]), np.append(y, others[1]), None if w is None or v is None else np.append(w, v)
    )
    return both - moments(*others, v)


FAMILIES = (tiny, nearly_exact, scales_apart, repeated, alike, far_away)
WAYS = (whole, merged, selected, subtracted)


def claims(exact, family, number, *, extended):
    """Yield the digits claimed of each number of a solution, and those it has."""
    random = np.random.default_rng([FAMILIES.index(family), number])
    X, y = family(random)
    weights = (None, None, random.uniform(0.1, 5.0, len(X)), 10.0 ** random.uniform(-6, 6, len(X)))[number % 4]
    fit_intercept = bool(random.random() < 0.8)

    def moments(X, y, w=None, **names):
        return Moments.from_arrays(X, y, w, extended=extended, **names)

    X = X.astype(np.float64) if number % len(WAYS) else X
    try:
        found = WAYS[number % len(WAYS)](X, y, weights, moments, random)
    except NumericalError:  # of a difference too little would remain
        return
    solution = solve_least_squares(found, fit_intercept=fit_intercept)
    kept = np.flatnonzero(solution.kept)
    (truths,) = exact.solution(X[:, kept].T, [y], weights, fit_intercept=fit_intercept)
    estimates = [*solution.coef[0, kept], *solution.intercept][: len(truths)]
    digits = [*solution.coef_digits[0, kept], *solution.intercept_digits][: len(truths)]
    yield from ((int(d), exact.digits(e, t)) for d, e, t in zip(digits, estimates, truths, strict=True))


@pytest.mark.parametrize("extended", [None, False])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_no_digit_is_claimed_that_is_not_there(exact, family, extended):
    pairs = [pair for number in range(PROBLEMS) for pair in claims(exact, family, number, extended=extended)]
    claimed, true = np.array(pairs).T
    assert len(pairs) >= PROBLEMS
    assert (true >= claimed)[claimed > 0].all(), [pair for pair in pairs if 0 < pair[0] > pair[1]]
    assert np.median(np.minimum(true, 15.0) - claimed) <= USEFUL[extended]


def test_an_intercept_that_almost_vanishes_claims_what_it_has(exact):
    """Means and coefficients cancel to 28 digits: what float64 makes of the difference holds none of them."""
    X, y = np.array([[0.0], [1.0], [2.0], [4.0], [8.0]]), np.array([1e-28, 3.0, 6.0, 12.0, 24.0])
    solution = solve_least_squares(Moments.from_arrays(X, y))
    (truths,) = exact.solution(X.T, [y])
    assert solution.coef_digits[0, 0] == 15
    assert solution.intercept_digits[0] <= exact.digits(solution.intercept[0], truths[1])


@pytest.mark.parametrize("number", range(10))
def test_coefficients_that_copies_share_claim_what_they_have(number, exact):
    """Two columns and their difference, far from zero: the smallest coefficients of all, against exact arithmetic."""
    random = np.random.default_rng(number)
    a = 1_700_000_000.0 + random.integers(0, 10 ** int(random.integers(2, 8)), 40)
    X = np.column_stack([a, a + random.integers(1, 50, 40)])
    X = np.column_stack([X, X[:, 1] - X[:, 0]])
    y = X[:, 2] * 2.0 + np.round(random.normal(size=40) * 8.0) / 8.0
    solution = solve_least_squares(Moments.from_arrays(X, y), rank="minimum_norm")
    ((first, second, _),) = exact.solution(X[:, :2].T, [y])
    cells = [[exact.solution([[1.0] * 40], [column], fit_intercept=False)[0][0], column] for column in X.T]
    s0, s1, s2 = (sum((type(first)(cell) - mean) ** 2 for cell in column) for mean, column in cells)
    shared = (s1 * second - s0 * first) / (s0 + s1 + s2)  # of s0·(b0 + c)² + s1·(b1 − c)² + s2·c² the least
    for estimate, digits, truth in zip(
        solution.coef[0], solution.coef_digits[0], [first + shared, second - shared, shared], strict=True
    ):
        assert exact.digits(estimate, truth) >= digits
        assert digits >= 4


@pytest.mark.parametrize("number", range(40))
def test_a_sum_and_a_difference_share_what_they_have(number, exact):
    """Of two columns, their difference and their sum: two equations, in exact arithmetic, for the smallest of all."""
    random = np.random.default_rng(number)
    a, d = random.integers(-9, 10, 9) / 8.0, random.integers(-99, 100, 9) / 4.0
    X, y = np.column_stack([a, d, a - d, a + d]), np.round(random.normal(size=9) * 16.0) / 16.0
    solution = solve_least_squares(Moments.from_arrays(X, y), rank="minimum_norm")
    ((of_a, of_d, level),) = exact.solution(X[:, :2].T, [y])
    exactly = [[type(of_a)(cell) for cell in column] for column in X.T]
    s_a, s_d, s_less, s_plus = (sum((cell - sum(column) / 9) ** 2 for cell in column) for column in exactly)
    right = s_a * of_a - s_d * of_d, s_a * of_a + s_d * of_d
    rows = (s_a + s_d + s_less, s_a - s_d), (s_a - s_d, s_a + s_d + s_plus)
    determinant = rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    less = (right[0] * rows[1][1] - rows[0][1] * right[1]) / determinant
    plus = (rows[0][0] * right[1] - right[0] * rows[1][0]) / determinant
    truths = [of_a - less - plus, of_d + less - plus, less, plus, level]
    estimates = [*solution.coef[0], solution.intercept[0]]
    for estimate, claimed, truth in zip(
        estimates, [*solution.coef_digits[0], solution.intercept_digits[0]], truths, strict=True
    ):
        assert 4 <= claimed <= exact.digits(estimate, truth)


@pytest.mark.parametrize("number", range(10))
def test_a_column_that_float64_takes_for_a_copy_leaves_the_others_in_doubt(number, exact):
    """About zero ``a + d`` is ``a`` to float64, and the later ``d`` no part of it: that moves the effects a little."""
    random = np.random.default_rng(number)
    a = 1_700_000_000_000.0 + random.integers(0, 10**5, 12)
    d = random.integers(0, 10**5, 12).astype(float)
    X, y = np.column_stack([a, a + d, d]), d * 2.0 + np.round(random.normal(size=12) * 16.0) / 16.0
    moments = Moments.from_arrays(X, y, extended=False)
    solution = solve_least_squares(moments, fit_intercept=False, rank="minimum_norm")
    ((first, second),) = exact.solution(X[:, :2].T, [y], fit_intercept=False)
    s0, s1, s2 = (sum(type(first)(cell) ** 2 for cell in column) for column in X.T)
    shared = (s1 * second - s0 * first) / (s0 + s1 + s2)
    truths = [first + shared, second - shared, shared]
    for estimate, digits, truth in zip(solution.coef[0], solution.coef_digits[0], truths, strict=True):
        assert digits <= max(exact.digits(estimate, truth), 0)


def test_a_target_that_varies_by_rounding_has_not_all_digits():
    near = np.where(np.arange(20) % 2, 0.3, np.nextafter(0.3, 1.0))
    X = np.random.default_rng(1).normal(size=(20, 1))
    solution = solve_least_squares(Moments.from_arrays(X, np.column_stack([near, np.full(20, 0.3)])))
    assert solution.constant_target.all()
    assert solution.intercept_digits[0] < solution.intercept_digits[1] == 15


@pytest.mark.parametrize("number", range(20))
def test_an_intercept_that_is_a_mean_claims_what_the_mean_has(number, exact):
    """Features without a mean add no error of theirs: what is left of a centred target is the rounding of its sum."""
    random = np.random.default_rng(number)
    X = np.where(np.arange(24) % 2, 1.0, -1.0)[:, None]
    y = random.normal(size=24)
    y -= y.mean()
    solution = solve_least_squares(Moments.from_arrays(X, y, extended=False))
    (truths,) = exact.solution(X.T, [y])
    assert solution.intercept_digits[0] <= max(exact.digits(solution.intercept[0], truths[1]), 0)


def test_a_target_of_the_smallest_number_there_is_has_not_all_digits():
    """Merged moments may hold a column whose squares, and half of whose range, vanish: it is zero in most rows."""
    tiny = Moments.from_arrays([[1.0], [2.0], [3.0]], np.zeros(3)) + Moments.from_arrays([[5.0]], [5e-324])
    assert solve_least_squares(tiny).intercept_digits[0] == 0
