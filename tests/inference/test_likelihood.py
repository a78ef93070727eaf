"""Likelihood and information criteria against statsmodels and SciPy's normal density."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm

from reta.inference.likelihood import likelihood

PEER = 1e-10  # both are a few float64 operations on the same residuals


def test_it_is_the_likelihood_of_normal_errors():
    e = np.random.default_rng(5).normal(scale=3.0, size=40)
    found = likelihood(np.array([[e @ e]]), n_samples=40, n_coefficients=3)
    assert found.log_likelihood[0] == pytest.approx(
        scipy.stats.norm.logpdf(e, scale=np.sqrt(e @ e / 40)).sum(), rel=PEER
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_it_is_that_of_statsmodels(fit_intercept):
    rng = np.random.default_rng(6)
    X, y = rng.normal(size=(50, 3)), rng.normal(size=50) + 2.0
    peer = sm.OLS(y, sm.add_constant(X) if fit_intercept else X).fit()
    found = likelihood(np.array([[peer.ssr]]), n_samples=50, n_coefficients=3 + fit_intercept)
    assert found.log_likelihood[0] == pytest.approx(peer.llf, rel=PEER)
    assert found.aic[0] == pytest.approx(peer.aic, rel=PEER)
    assert found.bic[0] == pytest.approx(peer.bic, rel=PEER)


def test_weights_are_those_of_statsmodels():
    rng = np.random.default_rng(7)
    X, y, w = rng.normal(size=(50, 3)), rng.normal(size=50) + 2.0, rng.uniform(0.1, 5.0, 50)
    peer = sm.WLS(y, sm.add_constant(X), weights=w).fit()
    found = likelihood(np.array([[peer.ssr]]), n_samples=50, n_coefficients=4, log_weight_sum=np.log(w).sum())
    assert found.log_likelihood[0] == pytest.approx(peer.llf, rel=PEER)
    assert found.aic[0] == pytest.approx(peer.aic, rel=PEER)
    assert found.bic[0] == pytest.approx(peer.bic, rel=PEER)


def test_a_perfect_fit_has_none():
    found = likelihood(np.diag([0.0, 2.0]), n_samples=10, n_coefficients=2)
    assert np.isnan(found.aic).tolist() == [True, False]
    saturated = likelihood(np.diag([1.0]), n_samples=2, n_coefficients=2)
    assert np.isnan([saturated.log_likelihood, saturated.aic, saturated.bic]).all()
