"""Joint tests against statsmodels, a restricted fit, and the limits of float64."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reta.errors import NumericalError
from reta.inference import residual_variance
from reta.inference.hypotheses import linear_test, linear_tests
from reta.model.covariance import coefficient_covariance, estimates_of, unscaled_root
from reta.moment import Moments
from reta.solvers import solve_least_squares

PEER = 1e-8  # statsmodels works by pinv; both lose some 1e-12 on these cases
PLAIN = 1e-7  # a covariance matrix in float64 forgets what its root knows, where columns lie far from zero
TIED = 1e-6  # columns that differ by 1e-4 of their spread leave float64 moments some eight digits


def hypotheses(m):
    rng = np.random.default_rng(7)
    return rng.normal(size=(3, m)), rng.normal(size=3)


def test_f_and_chi_squared_are_those_of_statsmodels(case):
    solution = case.solution()
    for at in range(2):
        peer = case.peer(at)
        R, r = hypotheses(len(peer.params))
        b, V = estimates_of(solution), coefficient_covariance(solution, at)
        variance = residual_variance(solution.residual_scatter, solution.degrees_of_freedom)
        for distribution, use_f in (("F", True), ("chi2", False)):
            expected = peer.wald_test((R, r), use_f=use_f, scalar=True)
            rooted = linear_tests(
                b, variance, unscaled_root(solution), R, r, df_residual=peer.df_resid, distribution=distribution
            )[at]
            plain = linear_test(b[at], V, R, r, df_residual=peer.df_resid, distribution=distribution)
            for found, tolerance in ((rooted, PEER), (plain, PLAIN)):
                assert found.statistic == pytest.approx(expected.statistic, rel=tolerance)
                assert found.p_value == pytest.approx(expected.pvalue, rel=tolerance)
                assert found.df_num == 3
                assert found.df_den == (peer.df_resid if use_f else math.inf)


def test_a_robust_covariance_is_as_good_as_any(case):
    peer = case.peer(0).get_robustcov_results("HC1")
    R, r = hypotheses(len(peer.params))
    found = linear_test(peer.params, peer.cov_params(), R, r, df_residual=peer.df_resid)
    assert found.statistic == pytest.approx(float(peer.f_test((R, r)).fvalue), rel=PEER)


def test_coefficients_uncertain_each_and_known_together():
    """The covariance of two near copies forgets their sum; its root does not."""
    rng = np.random.default_rng(3)
    x, noise = rng.normal(size=(2, 300))
    X = np.column_stack([x, x + 1e-4 * noise])
    y = 0.2 * x + rng.normal(size=300)
    solution = solve_least_squares(Moments.from_arrays(X, y))
    variance = residual_variance(solution.residual_scatter, 297)
    (found,) = linear_tests(
        estimates_of(solution), variance, unscaled_root(solution), np.eye(3)[1:], np.zeros(2), df_residual=297
    )
    total = ((y - y.mean()) ** 2).sum()
    rest = y - np.column_stack([np.ones(300), X]) @ np.linalg.lstsq(np.column_stack([np.ones(300), X]), y)[0]
    expected = (total - rest @ rest) / 2 / (rest @ rest / 297)
    assert found.statistic == pytest.approx(expected, rel=TIED)
    assert found.p_value < 0.01


def test_a_covariance_that_float64_cannot_hold_is_refused():
    tied = np.array([[1.0, -1.0 + 1e-15], [-1.0 + 1e-15, 1.0]])
    with pytest.raises(NumericalError, match="cannot be tested together"):
        linear_test(np.ones(2), tied, np.eye(2), np.zeros(2), df_residual=10)
    alone = linear_test(np.ones(2), tied, np.array([[1.0, 0.0]]), np.zeros(1), df_residual=10)
    assert alone.statistic == pytest.approx(1.0)


@pytest.mark.parametrize("variance", [0.0, math.nan])
def test_nothing_to_judge_by(variance):
    V = variance * np.eye(2)
    for found in (
        linear_test(np.ones(2), V, np.eye(2), np.zeros(2), df_residual=10),
        *linear_tests(np.ones((1, 2)), np.array([variance]), np.eye(2), np.eye(2), np.zeros(2), df_residual=10),
    ):
        assert math.isnan(found.statistic)
        assert math.isnan(found.p_value)
    assert math.isnan(linear_test(np.ones(2), np.eye(2), np.eye(2), np.zeros(2), df_residual=0).p_value)
