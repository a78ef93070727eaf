"""Hypotheses about a model, in words: what they mean to statsmodels, and where there is nothing to test."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

import reta
from reta import LinearModel
from reta.errors import DataError, RetaWarning, UsageError
from reta.model.covariance import coefficient_covariance
from reta.model.hypothesis_tests import constraints_of, hypothesis_frame

PEER = 1e-8  # statsmodels works by pinv on well-conditioned data


def exog(frame: pl.DataFrame) -> np.ndarray:
    return sm.add_constant(frame.select("a", "b", "c").to_numpy())


@pytest.mark.parametrize(
    ("words", "of_the_peer"),
    [
        ("a = 0, b = 0", "x1 = 0, x2 = 0"),
        ("b = 3*c + 1/2", "x2 = 3*x3 + 0.5"),
        ("intercept + 3*a = 1, b - c = 2", "const + 3*x1 = 1, x2 - x3 = 2"),
    ],
)
@pytest.mark.parametrize("distribution", ["F", "chi2"])
def test_words_mean_what_they_mean_to_statsmodels(
    model: LinearModel, frame: pl.DataFrame, words: str, of_the_peer: str, distribution: str
) -> None:
    found = model.test(words, distribution=distribution)
    assert found["target"].to_list() == ["y", "z"]
    for row, target in zip(found.rows(named=True), ("y", "z"), strict=True):
        peer = sm.OLS(frame[target].to_numpy(), exog(frame)).fit()
        expected = peer.wald_test(of_the_peer, use_f=distribution == "F", scalar=True)
        assert row["statistic"] == pytest.approx(expected.statistic, rel=PEER)
        assert row["p_value"] == pytest.approx(expected.pvalue, rel=PEER)
        assert row["df_den"] == (56.0 if distribution == "F" else None)


def test_by_default_no_feature_has_an_effect(model: LinearModel) -> None:
    found, glance = model.test(), model.glance()
    assert found["statistic"].to_numpy() == pytest.approx(glance["statistic"].to_numpy(), rel=PEER)
    assert found["p_value"].to_numpy() == pytest.approx(glance["p_value"].to_numpy(), rel=PEER)
    assert model.test(["a", "b", "c"]).equals(found)


def test_one_hypothesis_is_the_square_of_t(model: LinearModel) -> None:
    t = model.tidy().filter(pl.col("term") == "b")["statistic"].to_numpy()
    assert model.test("b = 0")["statistic"].to_numpy() == pytest.approx(t**2, rel=PEER)


def test_levels_have_names_with_brackets(regions: pl.DataFrame) -> None:
    model = reta.fit(regions, targets="y", categorical=["region"])
    assert model.test("region[south] = 3, `region[west]` = -3")["p_value"][0] > 0.01
    assert model.test("region[south] = region[west]")["p_value"][0] < 1e-6


def test_another_covariance_takes_the_same_road(frame: pl.DataFrame) -> None:
    with pytest.warns(RetaWarning):
        model = reta.fit(frame.with_columns(d=pl.col("a") * 2), targets=["y", "z"], features=["a", "d", "b"])
    constraints = constraints_of(model.solution, "a = b")
    by_root = hypothesis_frame(model.solution, constraints)
    by_matrix = hypothesis_frame(
        model.solution, constraints, "F", lambda at: coefficient_covariance(model.solution, at)
    )
    assert by_matrix["statistic"].to_numpy() == pytest.approx(by_root["statistic"].to_numpy(), rel=PEER)


def test_a_constant_beside_the_coefficients_counts(model: LinearModel) -> None:
    """Both slopes of b near their planted values are no news; both at 1 would be."""
    assert model.multivariate_test("b = 1")["p_value"].max() < 1e-12
    shifted = model.multivariate_test(f"b = {float(model.coef_[0, 1])!r}")
    assert 0 < shifted["p_value"][0] < 1e-12  # target z has 3


@pytest.mark.parametrize("method", ["test", "multivariate_test"])
def test_what_cannot_be_tested_is_said(frame: pl.DataFrame, method: str) -> None:
    columns = frame.with_columns(d=pl.col("a") + pl.col("b"), e=pl.lit(7.0))
    with pytest.warns(RetaWarning):
        model = reta.fit(columns, targets=["y", "z"], features=["a", "b", "d", "e"], fit_intercept=True)
    test = getattr(model, method)
    with pytest.raises(UsageError, match="about `d`: it was dropped from the fit, because `d` = `a` \\+ `b`"):
        test("a = d")
    with pytest.raises(UsageError, match="about `e`: it is 7 in every row, so it was dropped"):
        test(["e"])
    assert test().height == (2 if method == "test" else 4)
    origin = reta.fit(frame, targets=["y", "z"], fit_intercept=False)
    with pytest.raises(UsageError, match="about `intercept`: the model was fitted without one"):
        getattr(origin, method)("intercept = 0")


def test_nonsense_is_refused(model: LinearModel, frame: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="'t' is none of 'F', 'chi2'"):
        model.test("a = 0", distribution="t")
    with pytest.raises(UsageError, match="empty hypothesis"):
        model.test([])
    with pytest.warns(RetaWarning):
        constant = reta.fit(frame.select(pl.lit(1.0).alias("one"), "y"), targets="y")
    with pytest.raises(UsageError, match="no feature whose effect could be tested"):
        constant.test()


def test_without_residuals_there_is_no_test(frame: pl.DataFrame) -> None:
    with pytest.warns(RetaWarning):
        perfect = reta.fit(frame.with_columns(t=pl.col("a") * 3), targets=["y", "t"], features=["a", "b", "c"])
    with pytest.warns(RetaWarning):
        saturated = reta.fit(frame.head(4), targets=["y", "z"])
    rows = perfect.test("b = 0").rows(named=True)
    assert rows[0]["p_value"] is not None
    assert (rows[1]["statistic"], rows[1]["p_value"]) == (None, None)
    assert saturated.test("b = 0")["p_value"].to_list() == [None, None]
    assert saturated.test("b = 0", distribution="chi2")["p_value"].to_list() == [None, None]
    with pytest.raises(DataError, match="`t` is reproduced to rounding: it has no residuals"):
        perfect.multivariate_test("b = 0")
    with pytest.raises(DataError, match="2 targets cannot be judged together: 0 degrees of freedom left"):
        saturated.multivariate_test("b = 0")
    few = reta.fit(frame.head(5), targets=["y", "z"])
    with pytest.raises(DataError, match="1 degree of freedom left, at least 2 are needed"):
        few.multivariate_test("b = 0")


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-6])
def test_a_target_that_is_the_sum_of_others_adds_nothing(frame: pl.DataFrame, scale: float) -> None:
    """At scale 1e-6 R² is 1 − 1e-12: much of the residual scatter is rounding, and must not be taken for news."""
    noise = scale * np.random.default_rng(5).normal(size=(2, 60))
    table = frame.select("a", "b", u=pl.col("a") + pl.Series(noise[0]), v=pl.col("b") / 5 + pl.Series(noise[1]))
    model = reta.fit(
        table.with_columns(total=pl.col("u") + pl.col("v")), targets=["u", "v", "total"], features=["a", "b"]
    )
    with pytest.raises(DataError, match="the residuals of `total` are a combination of those of the targets before it"):
        model.multivariate_test()
    assert model.test().height == 3
