"""Intervals and F tests of models with robust errors: against statsmodels, exact arithmetic, where there are none."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

import reta
from reta.errors import RetaWarning
from reta.inference import student_t_quantile

PEER = 1e-8  # relative; statsmodels works through a pseudo-inverse, good to some 1e-12 here
EXACT = 1e-9  # relative; widths of a fit at condition 1e2
FAR = 1e-7  # relative; the mean of a feature near 2^27 is rounded to 2^-26
ROWS = 120
FARMS = 12
FEATURES = ["a", "b"]
KINDS = [
    *(({"covariance": kind}, kind, {}) for kind in ("HC0", "HC1", "HC2", "HC3")),
    ({"cluster": "farm"}, "cluster", {"groups": "farm"}),
    ({"lags": 3}, "HAC", {"maxlags": 3, "use_correction": True}),
]


def plots(offset: float = 40.0) -> pl.DataFrame:
    random = np.random.default_rng(21)
    X = random.normal(size=(ROWS, 2)) * [1.0, 4.0] + [0.0, offset]
    farm = random.integers(0, FARMS, ROWS)
    spread = (0.3 + np.abs(X[:, :1])) * random.normal(size=(ROWS, 2)) + random.normal(size=(FARMS, 2))[farm]
    frame = pl.DataFrame(np.hstack([X, X @ [[1.0, 0.2], [-0.5, 0.0]] + spread]), schema=[*FEATURES, "y", "z"])
    return frame.with_columns(farm=pl.Series(farm), w=pl.Series(random.uniform(0.5, 2.0, ROWS)))


def design(frame, *, fit_intercept=True):
    X = frame.select(FEATURES).to_numpy()
    return sm.add_constant(X, has_constant="add") if fit_intercept else X


def peer(frame, target, kind, options, *, fit_intercept=True, weights=None):
    options = {name: frame[value].to_numpy() if name == "groups" else value for name, value in options.items()}
    own = np.ones(frame.height) if weights is None else frame[weights].to_numpy()
    plain = sm.WLS(frame[target].to_numpy(), design(frame, fit_intercept=fit_intercept), weights=own).fit()
    return plain.get_robustcov_results(kind, use_t=True, **options)


@pytest.mark.parametrize(("asked", "kind", "options"), KINDS)
@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_intervals_are_those_of_statsmodels(asked, kind, options, weights, fit_intercept):
    frame, new = plots(), plots().head(7)
    model = reta.fit(
        frame, targets=["y", "z"], features=FEATURES, weights=weights, fit_intercept=fit_intercept, **asked
    )
    # For tests statsmodels takes clusters - 1 as degrees of freedom, for intervals of rows those of the residuals; reta
    # takes the former for both.
    t = student_t_quantile(0.95, FARMS - 1 if kind == "cluster" else model.degrees_of_freedom)
    intervals = {of: model.predict(new, interval=0.9, kind=of) for of in ("confidence", "prediction")}
    for target in ("y", "z"):
        result = peer(frame, target, kind, options, fit_intercept=fit_intercept, weights=weights)
        expected = result.get_prediction(design(new, fit_intercept=fit_intercept))
        for errors, found in zip((expected.se_mean, expected.se_obs), intervals.values(), strict=True):
            np.testing.assert_allclose(found[f"{target}_lower"], expected.predicted_mean - t * errors, rtol=PEER)
            np.testing.assert_allclose(found[f"{target}_upper"], expected.predicted_mean + t * errors, rtol=PEER)
        if kind != "cluster":
            mean = intervals["confidence"].select(f"{target}_lower", f"{target}_upper")
            np.testing.assert_allclose(mean, expected.conf_int(obs=False, alpha=0.1), rtol=PEER)


@pytest.mark.parametrize(("asked", "kind", "options"), KINDS)
def test_the_test_of_the_whole_is_that_of_statsmodels_and_of_test(asked, kind, options):
    frame = plots()
    model = reta.fit(frame, targets=["y", "z"], features=FEATURES, **asked)
    for target, row, tested in zip(
        ("y", "z"), model.glance().rows(named=True), model.test().rows(named=True), strict=True
    ):
        expected = peer(frame, target, kind, options)
        assert row["statistic"] == pytest.approx(float(expected.fvalue), rel=PEER)
        assert row["p_value"] == pytest.approx(float(expected.f_pvalue), rel=PEER)
        assert row["statistic"] == pytest.approx(tested["statistic"], rel=PEER)


def test_features_far_from_zero_keep_their_intervals():
    near = plots(0.0).with_columns((pl.col("b") * 1024).round() / 1024)
    far = near.with_columns(pl.col("b") + 2.0**27)
    bounds = [
        reta.fit(frame, targets="y", features=FEATURES, covariance="HC1").predict(
            frame, interval=0.95, kind="confidence"
        )
        for frame in (near, far)
    ]
    widths = [bound["y_upper"] - bound["y_lower"] for bound in bounds]
    np.testing.assert_allclose(widths[1], widths[0], rtol=FAR)


def test_widths_are_those_of_exact_arithmetic():
    x, y = [1, 2, 4, 7, 8], [3, 1, 4, 1, 5]
    n, mean = len(x), Fraction(sum(x), len(x))
    square = sum((v - mean) ** 2 for v in x)
    slope = sum((v - mean) * w for v, w in zip(x, y, strict=True)) / square
    residuals = [w - Fraction(sum(y), n) - slope * (v - mean) for v, w in zip(x, y, strict=True)]
    at = Fraction(3)
    gains = [Fraction(1, n) + (at - mean) * (v - mean) / square for v in x]
    variance = sum(g**2 * e**2 for g, e in zip(gains, residuals, strict=True))
    model = reta.fit(pl.DataFrame({"x": x, "y": y}), targets="y", covariance="HC0")
    row = model.predict(pl.DataFrame({"x": [3.0]}), interval=0.95, kind="confidence").row(0)
    T_975_3 = 3.182446305284263  # Student's t, 97.5%, 3 degrees of freedom (tables)
    assert row[2] - row[0] == pytest.approx(T_975_3 * float(variance) ** 0.5, rel=EXACT)


def test_files_keep_the_intervals(tmp_path):
    frame = plots().with_columns(c=pl.col("a") * 2)
    with pytest.warns(RetaWarning, match="`c`"):
        model = reta.fit(frame, targets=["y", "z"], features=["a", "c", "b"], cluster="farm")
    model.save(tmp_path / "m.reta.json")
    loaded = reta.load(tmp_path / "m.reta.json")
    for kind in ("confidence", "prediction"):
        expected = model.predict(frame, interval=0.5, kind=kind)
        np.testing.assert_array_equal(loaded.predict(frame, interval=0.5, kind=kind), expected)
    assert loaded.glance().equals(model.glance())


def test_where_no_error_exists_there_is_no_width_and_no_test():
    frame = plots().with_columns(d=pl.Series([1.0] + [0.0] * (ROWS - 1)))
    with pytest.warns(RetaWarning, match="HC3 does not exist"):
        model = reta.fit(frame, targets="y", features=["a", "d"], covariance="HC3")
    assert model.predict(frame.head(2), interval=0.9)["y_lower"].is_nan().all()
    assert model.glance().select("statistic", "p_value").row(0) == (None, None)
    sides = frame.with_columns(side=pl.Series(["left", "right"] * (ROWS // 2)))
    with pytest.warns(RetaWarning, match="2 clusters only"), pytest.warns(RetaWarning, match="no error of"):
        model = reta.fit(sides, targets="y", features=["side"], categorical=["side"], cluster="side")
    assert model.predict(sides.head(2), interval=0.9, kind="confidence")["y_lower"].is_nan().all()
    with pytest.warns(RetaWarning):
        model = reta.fit(frame[:3], targets="y", features=FEATURES, covariance="HC1")
    assert model.glance().select("statistic", "p_value").row(0) == (None, None)


def test_fewer_clusters_than_features_leave_no_test_of_the_whole():
    frame = plots().with_columns(half=pl.col("farm") % 2)
    with pytest.warns(RetaWarning, match="2 clusters only"):
        model = reta.fit(frame, targets="y", features=FEATURES, cluster="half")
    assert model.glance().select("statistic", "p_value").row(0) == (None, None)
    assert model.tidy()["std_error"].null_count() == 0


def test_perfect_fits_have_intervals_of_no_width():
    frame = plots().with_columns(y=2.0 * pl.col("a") + 1.0)
    with pytest.warns(RetaWarning):
        model = reta.fit(frame, targets=["y"], features=FEATURES, covariance="HC3")
    row = model.predict(frame.head(1), interval=0.9, kind="confidence").row(0)
    assert row[0] == row[1] == row[2]
    assert model.glance()["statistic"].to_list() == [None]
