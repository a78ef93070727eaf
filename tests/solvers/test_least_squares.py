"""The edges of the exact solution: no rows, one row, nothing to explain, nothing left over, numbers out of range."""

from __future__ import annotations

import operator
from fractions import Fraction

import numpy as np
import pytest

from reta.errors import DataError, NumericalError, UsageError
from reta.moment import Moments
from reta.solvers import solve_least_squares
from reta.solvers.cholesky import WELL_CONDITIONED

ROUNDING = 1e-12
PAIRS = Fraction(1, 2**96)  # of the target's square: sums right to 2^-100 of it, for coefficients of some units
SMALL_RESIDUAL = 1e-3  # relative; a residual of 1e-6 of the target's spread is 1e-12 of its square, against 1e-15


def test_no_rows_are_an_error():
    with pytest.raises(DataError, match="no rows to fit"):
        solve_least_squares(Moments.empty(("a",), ("y",)))


def test_no_target_is_an_error(random):
    with pytest.raises(UsageError, match="no target to fit"):
        solve_least_squares(Moments.from_arrays(random.normal(size=(5, 2))))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_cells_that_are_not_finite_name_their_column(random, bad):
    X = random.normal(size=(9, 3))
    X[4, 1] = bad
    with np.errstate(invalid="ignore"):
        moments = Moments.from_arrays(X, X[:, 0])
    with pytest.raises(DataError, match="`x1` holds NaN or infinity"):
        solve_least_squares(moments)


@pytest.mark.parametrize("size", [1e-130, 1e130])
def test_numbers_near_the_ends_of_float64_do_no_harm(random, size):
    X, y = random.normal(size=(30, 2)), random.normal(size=30)
    plain = solve_least_squares(Moments.from_arrays(X, y))
    extreme = solve_least_squares(Moments.from_arrays(X * [1.0, size], y / size))
    np.testing.assert_allclose(extreme.coef * [size, size**2], plain.coef, rtol=ROUNDING)
    assert extreme.digits == plain.digits


def test_coefficients_near_the_ends_of_float64_are_right(random):
    X, y = random.normal(size=(30, 2)), random.normal(size=30)
    plain = solve_least_squares(Moments.from_arrays(X, y))
    for size_x, size_y, tolerance in ((1e-143, 1e153, ROUNDING), (1e152, 1e-143, ROUNDING)):
        extreme = solve_least_squares(Moments.from_arrays(X * size_x, y * size_y))
        np.testing.assert_allclose(extreme.coef * (size_x / size_y), plain.coef, rtol=tolerance)
        np.testing.assert_allclose(extreme.intercept / size_y, plain.intercept, rtol=tolerance)
        np.testing.assert_array_equal(extreme.coef_digits, plain.coef_digits)


def test_a_coefficient_beyond_float64_is_named(random):
    a, b, y = random.normal(size=(3, 30))
    X = 1e-143 * np.column_stack([a, a + 1e-13 * b])
    with pytest.raises(NumericalError, match=r"the coefficient of `x0` for `y` is beyond 1.8e308, where float64 ends"):
        solve_least_squares(Moments.from_arrays(X, (y + 100.0 * b) * 1e151))


def test_a_constant_of_any_size_does_no_harm(random):
    x, y = random.normal(size=(2, 30))
    for value in (1.7e308, 5e-324, -1e300):
        solution = solve_least_squares(Moments.from_arrays(np.column_stack([x, np.full(30, value)]), y))
        assert solution.dependencies[0].constant == value
        alone = solve_least_squares(Moments.from_arrays(x[:, None], y))
        assert (solution.coef[0, 0], solution.intercept[0]) == (alone.coef[0, 0], alone.intercept[0])


def test_one_row_gives_the_row_itself():
    solution = solve_least_squares(Moments.from_arrays([[3.0, 4.0]], [[7.0, 8.0]]))
    assert solution.intercept.tolist() == [7.0, 8.0]
    assert (solution.rank, solution.degrees_of_freedom, solution.underdetermined) == (0, 0, True)


def test_one_row_through_the_origin():
    solution = solve_least_squares(Moments.from_arrays([[2.0, 4.0]], [7.0]), fit_intercept=False)
    assert solution.coef.tolist() == [[3.5, 0.0]]
    assert (solution.rank, solution.degrees_of_freedom) == (1, 0)


def test_no_features_give_the_mean(random):
    y = random.normal(size=12)
    solution = solve_least_squares(Moments.from_arrays(np.empty((12, 0)), y))
    assert solution.coef.shape == (1, 0)
    assert solution.intercept[0] == pytest.approx(y.mean(), rel=ROUNDING)
    assert solution.condition == 1.0


def test_a_constant_target_gets_coefficients_of_zero(random):
    X = random.normal(size=(15, 2)) + 1e6
    solution = solve_least_squares(Moments.from_arrays(X, np.column_stack([np.full(15, 0.1), X[:, 0]])))
    assert solution.constant_target.tolist() == [True, False]
    assert solution.coef[0].tolist() == [0.0, 0.0]
    assert solution.intercept[0] == 0.1


@pytest.mark.parametrize("value", [0.1, 1e9 + 0.1, -1e-300])
def test_a_constant_column_is_known_by_its_extremes(random, value):
    X = np.column_stack([random.normal(size=30), np.full(30, value)])
    assert solve_least_squares(Moments.from_arrays(X, random.normal(size=30))).dropped == ("x1",)


def test_a_column_that_varies_by_rounding_only_is_constant(random):
    X = np.column_stack([random.normal(size=30), 1e9 * (1.0 + 2.0**-52 * random.integers(-2, 3, 30))])
    assert solve_least_squares(Moments.from_arrays(X, random.normal(size=30))).dropped == ("x1",)


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_a_perfect_fit_is_known_from_a_close_one(random, offset, fit_intercept):
    X, noise = random.normal(size=(200, 3)) + offset, random.normal(size=200)
    exact = X @ [1.0, -2.0, 0.5] + 3.0 * fit_intercept
    close = exact + (1e-6 if offset == 0.0 else 1e-3) * noise
    solution = solve_least_squares(Moments.from_arrays(X, np.column_stack([exact, close])), fit_intercept=fit_intercept)
    assert solution.perfect_fit[0]
    assert solution.residual_scatter[0].tolist() == [0.0, 0.0]
    if offset == 0.0 or fit_intercept:
        assert not solution.perfect_fit[1]
        left = close - X @ solution.coef[1] - solution.intercept[1]
        assert solution.residual_scatter[1, 1] == pytest.approx(left @ left, rel=SMALL_RESIDUAL)


@pytest.mark.parametrize("number", range(20))
def test_whole_numbers_that_are_related_fit_perfectly_beside_near_copies(number):
    """No cell is rounded: what is left is the rounding of the solution alone, at conditions of some 10 to 10,000."""
    rng = np.random.default_rng(number)
    first = rng.integers(-1000, 1001, 40)
    X = np.column_stack([first, first + rng.integers(-30, 31, 40), rng.integers(0, 50, 40)]).astype(np.float64)
    solution = solve_least_squares(Moments.from_arrays(X, X @ [3.0, -2.0, 5.0] + 7.0, extended=True))
    assert solution.condition < WELL_CONDITIONED
    assert solution.perfect_fit.all()


@pytest.mark.parametrize("number", range(20))
def test_small_residuals_beside_near_copies_are_right(number, exact):
    rng = np.random.default_rng(number)
    first = rng.integers(-1000, 1001, 20)
    X = np.column_stack([first, first + rng.integers(-30, 31, 20), rng.integers(0, 50, 20)]).astype(np.float64)
    y = X @ [3.0, -2.0, 5.0] + np.ldexp(rng.integers(-9, 10, 20).astype(np.float64), -38)
    solution = solve_least_squares(Moments.from_arrays(X, y, extended=True))
    [[*coef, intercept]] = exact.solution(X.T, [y])
    left = [Fraction(v) - intercept - sum(map(operator.mul, coef, map(Fraction, x))) for x, v in zip(X, y, strict=True)]
    square = sum(each * each for each in left)
    off = abs(Fraction(float(solution.residual_scatter[0, 0])) - square)
    assert off <= PAIRS * Fraction(float(solution.total_scatter[0, 0]))


def test_residual_squares_are_never_negative(random):
    for exponent in range(30):
        X = random.normal(size=(12, 4))
        Y = X @ random.normal(size=(4, 3)) + 0.5**exponent * random.normal(size=(12, 3))
        assert (np.diagonal(solve_least_squares(Moments.from_arrays(X, Y)).residual_scatter) >= 0.0).all()


def test_degrees_of_freedom_count_rows_and_not_weights(random):
    X, y, weights = random.normal(size=(20, 2)), random.normal(size=20), random.uniform(1.0, 9.0, 20)
    light = solve_least_squares(Moments.from_arrays(X, y, weights))
    heavy = solve_least_squares(Moments.from_arrays(X, y, weights * 1024.0))
    assert light.degrees_of_freedom == heavy.degrees_of_freedom == 17
    np.testing.assert_allclose(heavy.coef, light.coef, rtol=ROUNDING)
    np.testing.assert_allclose(heavy.residual_scatter, light.residual_scatter * 1024.0, rtol=ROUNDING)


def test_the_inverse_root_gives_the_inverse_cross_products(random):
    X, weights = random.normal(size=(40, 4)) * [1.0, 1e3, 1e-5, 1.0], random.uniform(0.5, 2.0, 40)
    X[:, 3] = X[:, 0] + 1.0
    solution = solve_least_squares(Moments.from_arrays(X, random.normal(size=40), weights))
    kept = X[:, :3] - weights @ X[:, :3] / weights.sum()
    inverse = solution.inverse_root.T @ solution.inverse_root
    product = inverse[:3, :3] @ ((kept * weights[:, None]).T @ kept)
    np.testing.assert_allclose(product, np.eye(3), atol=1e-7)  # entries of units 1e-5 to 1e3 mix
    assert (inverse[3] == 0.0).all()


def test_a_column_that_varies_by_a_thousand_roundings_is_none(random):
    X = np.column_stack([random.normal(size=30), 1.0 + 2.0**-52 * random.integers(0, 1000, 30)])
    assert solve_least_squares(Moments.from_arrays(X, random.normal(size=30))).kept.all()


def test_a_column_of_one_value_but_for_one_row_is_kept(random):
    X = np.column_stack([random.normal(size=2000), np.ones(2000)])
    X[7, 1] += 2.0**-52 * 40.0
    assert solve_least_squares(Moments.from_arrays(X, random.normal(size=2000))).kept.all()


def test_what_the_rounding_of_features_leaves_is_a_perfect_fit(random):
    y = 1e6 + random.integers(0, 100, 50)
    solution = solve_least_squares(Moments.from_arrays((y / 3.0)[:, None], y, extended=True))
    assert solution.perfect_fit.all()


def test_the_level_is_the_prediction_at_the_center(random, exact):
    X = random.normal(size=(20, 2)) + 1e3
    y = X @ [1e3, -2e3] + random.normal(size=20)
    solution = solve_least_squares(Moments.from_arrays(X, y, extended=True))
    [[*coef, intercept]] = exact.solution(X.T, [y])
    level = intercept + sum(map(operator.mul, coef, map(Fraction, solution.center.tolist())))
    found = Fraction(float(solution.level[0])) + Fraction(float(solution.level_low[0]))
    assert abs(found - level) <= abs(level) * Fraction(1, 2**90)


def test_standard_errors_of_near_copies_keep_twelve_digits(random, exact):
    first = random.normal(size=20)
    X = np.column_stack([first, first + 1e-3 * random.normal(size=20)])
    solution = solve_least_squares(Moments.from_arrays(X, random.normal(size=20), extended=True))
    root = solution.inverse_root[:, 0]
    [[slope, intercept]] = exact.solution([X[:, 1]], [X[:, 0]])
    left = sum((Fraction(a) - slope * Fraction(b) - intercept) ** 2 for a, b in X.tolist())
    assert float(root @ root) == pytest.approx(float(1 / left), rel=ROUNDING)


@pytest.mark.parametrize("apart", [1.0, 1e-2, 1e-4])
def test_the_condition_is_that_of_the_correlations(random, apart):
    X = random.normal(size=(40, 3))
    X[:, 1] = X[:, 0] + apart * X[:, 1]
    solution = solve_least_squares(Moments.from_arrays(X, random.normal(size=40), extended=True))
    centred = X - X.mean(axis=0)
    assert solution.condition == pytest.approx(np.linalg.cond(centred / centred.std(axis=0)) ** 2, rel=1e-6)
