"""What does not exist comes back as NaN, never as a number that looks like one."""

from __future__ import annotations

import numpy as np
import pytest

from reta.inference import half_widths, leverage, residual_variance, unscaled_variances
from reta.inference.coordinates import block_rows
from reta.moment import Moments
from reta.solvers import solve_least_squares

ROUNDING = 1e-12  # relative, a handful of operations


@pytest.fixture
def random():
    return np.random.default_rng(7)


@pytest.mark.parametrize(("n", "p"), [(1, 2), (2, 1), (4, 3), (5, 9)])
def test_without_degrees_of_freedom_there_are_neither_errors_nor_r_squared(random, evidence, n, p):
    solution = solve_least_squares(Moments.from_arrays(random.normal(size=(n, p)), random.normal(size=(n, 2))))
    table, quality = evidence(solution)
    assert solution.degrees_of_freedom == 0
    for undefined in (
        table.std_error,
        table.statistic,
        table.p_value,
        table.conf_low,
        table.conf_high,
        quality.r_squared,
        quality.adjusted_r_squared,
        quality.residual_standard_error,
        quality.f_statistic,
        quality.f_p_value,
        half_widths(np.ones(3), residual_variance(solution.residual_scatter, 0), 0),
    ):
        assert np.isnan(undefined).all()


def test_a_constant_target_has_no_r_squared(random, evidence):
    X = random.normal(size=(20, 2))
    Y = np.column_stack([np.full(20, 0.1), X[:, 0] + random.normal(size=20)])
    table, quality = evidence(solve_least_squares(Moments.from_arrays(X, Y)))
    assert np.isnan(quality.r_squared).tolist() == [True, False]
    assert np.isnan(quality.adjusted_r_squared).tolist() == [True, False]
    assert np.isnan(quality.f_p_value).tolist() == [True, False]
    assert np.isnan(table.statistic[0]).all()
    assert table.estimate[0] == pytest.approx([0.1, 0.0, 0.0], rel=ROUNDING)


def test_a_perfect_fit_has_no_t_and_no_f(random, evidence):
    X = random.normal(size=(20, 2))
    table, quality = evidence(solve_least_squares(Moments.from_arrays(X, 3.0 * X[:, 0] - X[:, 1] + 2.0)))
    assert np.isnan(table.statistic).all()
    assert np.isnan(table.p_value).all()
    assert (table.std_error == 0.0).all()
    assert np.isnan(quality.f_statistic).all()
    assert quality.r_squared.tolist() == [1.0]


def test_a_dropped_column_has_no_standard_error(random):
    X = random.normal(size=(20, 2))
    solution = solve_least_squares(Moments.from_arrays(np.column_stack([X, X[:, 0] + X[:, 1]]), X[:, 0] ** 2))
    of_coef, of_intercept = unscaled_variances(solution.inverse_root, solution.center, solution.weight_sum)
    assert np.isnan(of_coef).tolist() == [False, False, True]
    assert of_intercept > 1.0 / 20.0


def test_an_intercept_alone_is_the_mean_and_its_error(random, evidence):
    y = random.normal(size=16)
    table, quality = evidence(solve_least_squares(Moments.from_arrays(np.empty((16, 0)), y)))
    assert table.estimate[0, 0] == pytest.approx(y.mean(), rel=ROUNDING)
    assert table.std_error[0, 0] == pytest.approx(y.std(ddof=1) / 4.0, rel=ROUNDING)
    assert np.isnan(quality.f_statistic).all()
    assert quality.r_squared[0] == pytest.approx(0.0, abs=ROUNDING)


def test_leverage_of_many_rows_is_that_of_each(random):
    solution = solve_least_squares(Moments.from_arrays(random.normal(size=(90, 64)), random.normal(size=90)))
    step = block_rows(64)
    rows = random.normal(size=(step * 2 + 5, 64))
    at_once = leverage(rows, solution.inverse_root, solution.center, solution.weight_sum)
    some = [0, step - 1, step, len(rows) - 1]
    one_by_one = [
        leverage(rows[i : i + 1], solution.inverse_root, solution.center, solution.weight_sum)[0] for i in some
    ]
    np.testing.assert_allclose(at_once[some], one_by_one, rtol=ROUNDING)


def test_the_leverages_of_the_training_rows_add_up_to_the_parameters(random):
    X, weights = random.normal(size=(30, 3)), random.uniform(0.5, 2.0, 30)
    solution = solve_least_squares(Moments.from_arrays(X, random.normal(size=30), weights))
    h = leverage(X, solution.inverse_root, solution.center, solution.weight_sum)
    assert float(weights @ h) == pytest.approx(4.0, rel=ROUNDING)
