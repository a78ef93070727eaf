"""The four multivariate statistics against statsmodels, the F test of one target, and their own definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.multivariate.multivariate_ols import _MultivariateOLS

from reta.inference import residual_variance
from reta.inference.hypotheses import linear_tests
from reta.inference.multivariate import multivariate_statistics
from reta.model.covariance import estimates_of, unscaled_root
from reta.model.residual_root import residual_root
from reta.moment import Moments
from reta.solvers import solve_least_squares

PEER = 1e-8  # statsmodels inverts the cross-products; float64 throughout on well-conditioned data
ORDER = {"wilks": "Wilks' lambda", "pillai": "Pillai's trace", "hotelling_lawley": "Hotelling-Lawley trace"}
ORDER["roy"] = "Roy's greatest root"


def problem(n: int, p: int, k: int):
    rng = np.random.default_rng(n + 10 * p + 100 * k)
    X = rng.normal(size=(n, p)) + 3.0
    mix = rng.normal(size=(k, k))
    return X, 0.2 * X @ rng.normal(size=(p, k)) + rng.normal(size=(n, k)) @ mix


def statistics(X, Y, L):
    solution = solve_least_squares(Moments.from_arrays(X, Y))
    found = multivariate_statistics(
        L @ estimates_of(solution).T,
        unscaled_root(solution) @ L.T,
        residual_root(solution),
        solution.degrees_of_freedom,
    )
    return {one.test: one for one in found}, solution


@pytest.mark.parametrize(("n", "p", "k"), [(60, 4, 3), (60, 1, 2), (40, 2, 5), (200, 6, 2), (15, 3, 9), (14, 3, 9)])
@pytest.mark.parametrize("rows", ["every feature", "one", "contrast"])
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # statsmodels' own
def test_every_figure_is_that_of_statsmodels(n, p, k, rows):
    X, Y = problem(n, p, k)
    L = {"every feature": np.eye(p + 1)[1:], "one": np.eye(p + 1)[1:2], "contrast": np.eye(p + 1)[:2] * [[1], [-2]]}[
        rows
    ]
    found, _ = statistics(X, Y, L)
    exog = np.column_stack([np.ones(n), X])
    peer = _MultivariateOLS(Y, exog).fit().mv_test([("h", L)]).results["h"]["stat"]
    for test, one in found.items():
        expected = [float(value) for value in peer.loc[ORDER[test]]]
        values = [one.value, one.df_num, one.df_den, one.statistic, one.p_value]
        assert values == pytest.approx(expected, rel=PEER), test


def test_one_target_gives_the_f_test():
    X, Y = problem(50, 3, 1)
    L = np.eye(4)[1:]
    found, solution = statistics(X, Y, L)
    variance = residual_variance(solution.residual_scatter, 46)
    (alone,) = linear_tests(estimates_of(solution), variance, unscaled_root(solution), L, np.zeros(3), df_residual=46)
    for one in found.values():
        assert one.statistic == pytest.approx(alone.statistic, rel=PEER)
        assert one.p_value == pytest.approx(alone.p_value, rel=PEER)


def test_values_are_those_of_the_definition():
    X, Y = problem(80, 3, 2)
    found, _ = statistics(X, Y, np.eye(4)[1:])
    exog = np.column_stack([np.ones(80), X])
    rest = Y - exog @ np.linalg.lstsq(exog, Y)[0]
    E, T = rest.T @ rest, np.cov(Y.T, bias=True) * 80
    H = T - E
    assert found["wilks"].value == pytest.approx(np.linalg.det(E) / np.linalg.det(T), rel=PEER)
    assert found["pillai"].value == pytest.approx(np.trace(H @ np.linalg.inv(T)), rel=PEER)
    assert found["hotelling_lawley"].value == pytest.approx(np.trace(H @ np.linalg.inv(E)), rel=PEER)
    assert found["roy"].value == pytest.approx(np.linalg.eigvals(H @ np.linalg.inv(E)).real.max(), rel=PEER)


def test_a_planted_effect_is_found_and_noise_is_not():
    rng = np.random.default_rng(11)
    X, noise = rng.normal(size=(400, 2)), rng.normal(size=(400, 3))
    Y = X[:, :1] * [0.5, -0.5, 0.0] + noise
    present, _ = statistics(X, Y, np.array([[0.0, 1.0, 0.0]]))
    absent, _ = statistics(X, Y, np.array([[0.0, 0.0, 1.0]]))
    assert all(one.p_value < 1e-12 for one in present.values())
    assert all(one.p_value > 0.01 for one in absent.values())  # seeded; false alarms at a rate of 1 in 100


@pytest.mark.parametrize("df", [3, 4, 5, 6])
def test_few_degrees_of_freedom_give_numbers_or_nan_but_never_fail(df):
    """With 3 targets n = (v − p − 1)/2 is −1/2, 0, 1/2 and 1, where the formulas change."""
    found = multivariate_statistics(np.ones((2, 3)) * [[1.0], [2.0]], np.eye(2), np.eye(3), df)
    for one in found:
        assert math.isfinite(one.value)
        assert math.isnan(one.p_value) or 0.0 <= one.p_value <= 1.0
        assert math.isnan(one.p_value) == (one.df_den <= 0)
