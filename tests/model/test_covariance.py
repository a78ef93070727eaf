"""The covariance of coefficients and of residuals, against statsmodels and NumPy."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

import reta
from reta import LinearModel
from reta.model.covariance import coefficient_covariance, term_names

PEER = 1e-8  # statsmodels works by pinv on well-conditioned data


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weights", [None, "w"])
def test_the_covariance_of_coefficients_is_that_of_statsmodels(
    frame: pl.DataFrame, fit_intercept: bool, weights: str | None
) -> None:
    w = np.random.default_rng(2).uniform(0.5, 2.0, frame.height)
    table = frame.with_columns(w=w)
    model = reta.fit(table, targets=["y", "z"], features=["a", "b", "c"], weights=weights, fit_intercept=fit_intercept)
    X = frame.select("a", "b", "c").to_numpy()
    exog = sm.add_constant(X) if fit_intercept else X
    for at, target in enumerate(("y", "z")):
        peer = sm.WLS(frame[target].to_numpy(), exog, weights=w if weights else np.ones(len(w))).fit()
        assert coefficient_covariance(model.solution, at) == pytest.approx(peer.cov_params(), rel=PEER)


def test_a_dropped_column_has_no_covariance(frame: pl.DataFrame) -> None:
    with pytest.warns(reta.errors.RetaWarning):
        model = reta.fit(frame.with_columns(d=pl.col("a") * 2), targets="y", features=["a", "d", "b"])
    covariance = coefficient_covariance(model.solution, 0)
    assert term_names(model.solution) == ("intercept", "a", "d", "b")
    assert np.isnan(covariance[2]).all()
    assert np.isnan(covariance[:, 2]).all()
    errors = model.tidy()["std_error"].to_numpy()
    assert np.sqrt(np.diagonal(covariance)) == pytest.approx(errors, nan_ok=True)


def test_the_residuals_of_the_targets_go_together_as_planted() -> None:
    rng = np.random.default_rng(3)
    X, noise = rng.normal(size=(20_000, 2)), rng.multivariate_normal([0, 0], [[4.0, -1.8], [-1.8, 1.0]], 20_000)
    model = reta.fit(X, X @ [[1.0, 2.0], [3.0, 4.0]] + noise)
    assert model.residual_covariance == pytest.approx(np.array([[4.0, -1.8], [-1.8, 1.0]]), rel=0.05)  # 20,000 rows
    assert model.residual_correlation[0, 1] == pytest.approx(-0.9, abs=0.01)
    assert np.diagonal(model.residual_correlation).tolist() == [1.0, 1.0]
    rest = X @ model.coef_.T + model.intercept_ - X @ [[1.0, 2.0], [3.0, 4.0]] - noise
    assert model.residual_covariance == pytest.approx(rest.T @ rest / (20_000 - 3), rel=PEER)


def test_where_there_are_no_residuals(model: LinearModel, frame: pl.DataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", reta.errors.RetaWarning)
        perfect = reta.fit(frame.with_columns(t=pl.col("a") * 3), targets=["y", "t"], features=["a", "b", "c"])
        saturated = reta.fit(frame.head(4), targets=["y", "z"])
    assert perfect.residual_covariance[0, 0] == pytest.approx(model.residual_covariance[0, 0])
    assert np.isnan(perfect.residual_correlation).tolist() == [[False, True], [True, True]]
    assert np.isnan(saturated.residual_covariance).all()
    assert np.isnan(coefficient_covariance(saturated.solution, 0)).all()
