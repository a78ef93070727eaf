"""Covariances from the rows, through ``reta.fit``: against statsmodels, in the file, and where there is none."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

import reta
from reta.errors import DataError, FileError, NumericalError, RetaWarning, UsageError
from reta.model import strict_json
from reta.model.robust import CovarianceChoice, with_covariance
from reta.tables import ReadOptions, open_table

PEER = 1e-8  # relative; statsmodels works through a pseudo-inverse, good to some 1e-12 here
FAR_TAIL = 1e-250  # below this statsmodels' p values lose their digits
FEATURES = ["a", "b", "c"]
ROWS = 300
FARMS = 25


@pytest.fixture
def farms() -> pl.DataFrame:
    """Two targets whose spread grows with a feature, in farms, with weights, features far from zero."""
    random = np.random.default_rng(8)
    X = random.normal(size=(ROWS, 3)) * [1.0, 5.0, 0.2] + [3.0, 1000.0, 0.0]
    farm = random.integers(0, FARMS, ROWS)
    noise = random.normal(size=(ROWS, 2)) * (0.2 + np.abs(X[:, :1])) + random.normal(size=(FARMS, 2))[farm]
    Y = X @ random.normal(size=(3, 2)) + [4.0, -7.0] + noise
    frame = pl.DataFrame(np.hstack([X, Y]), schema=[*FEATURES, "y", "z"])
    return frame.with_columns(w=pl.Series(random.uniform(0.2, 3.0, ROWS)), farm=pl.Series([f"farm {i}" for i in farm]))


KINDS = [
    *(({"covariance": kind}, {"cov_type": kind}) for kind in ("HC0", "HC1", "HC2", "HC3")),
    ({"cluster": "farm"}, {"cov_type": "cluster"}),
    ({"lags": 0}, {"cov_type": "HAC", "cov_kwds": {"maxlags": 0, "use_correction": True}}),
    ({"lags": 4}, {"cov_type": "HAC", "cov_kwds": {"maxlags": 4, "use_correction": True}}),
    ({"covariance": "newey_west"}, {"cov_type": "HAC", "cov_kwds": {"maxlags": 5, "use_correction": True}}),
]


def peer(frame: pl.DataFrame, target: str, fit_intercept: bool, weights: str | None, **kind):
    X = frame.select(FEATURES).to_numpy()
    if kind["cov_type"] == "cluster":
        kind = {**kind, "cov_kwds": {"groups": frame["farm"].rank("dense").to_numpy()}}
    own = np.ones(frame.height) if weights is None else frame[weights].to_numpy()
    return sm.WLS(frame[target].to_numpy(), sm.add_constant(X) if fit_intercept else X, weights=own).fit(
        use_t=True, **kind
    )


@pytest.mark.parametrize(("asked", "kind"), KINDS)
@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_errors_tests_and_intervals_are_those_of_statsmodels(farms, asked, kind, weights, fit_intercept):
    model = reta.fit(
        farms, targets=["y", "z"], features=FEATURES, weights=weights, fit_intercept=fit_intercept, **asked
    )
    for target in ("y", "z"):
        tidy = model.tidy(0.9).filter(pl.col("target") == target)
        expected = peer(farms, target, fit_intercept, weights, **kind)
        np.testing.assert_allclose(tidy["std_error"], expected.bse, rtol=PEER)
        np.testing.assert_allclose(tidy["p_value"], expected.pvalues, rtol=PEER, atol=FAR_TAIL)
        np.testing.assert_allclose(tidy["conf_low"], expected.conf_int(0.1)[:, 0], rtol=PEER, atol=PEER)
        covariance = model.coefficient_covariance(target)
        scale = np.sqrt(np.outer(np.diag(covariance), np.diag(covariance)))
        np.testing.assert_allclose(covariance / scale, expected.cov_params() / scale, atol=PEER)


def test_the_classical_covariance_is_there_too(farms):
    model = reta.fit(farms, targets=["y", "z"], features=FEATURES, weights="w")
    assert model.covariance == "classical"
    expected = peer(farms, "z", True, "w", cov_type="nonrobust").cov_params()
    np.testing.assert_allclose(model.coefficient_covariance("z"), expected, rtol=PEER)
    with pytest.raises(UsageError, match="no target `x` in the model, which has y, z"):
        model.coefficient_covariance("x")


def test_files_in_batches_weights_of_zero_and_gaps_give_the_same(farms, tmp_path: Path):
    gap = pl.DataFrame({**farms[0].to_dicts()[0], "a": None})
    absent = farms[:20].with_columns(w=0.0, y=pl.col("y") + 1e3, farm=pl.lit("nowhere"))
    longer = pl.concat([farms, gap.cast(dict(farms.schema)), absent])
    longer.write_csv(tmp_path / "farms.csv")
    options = {"targets": ["y", "z"], "weights": "w", "cluster": "farm"}
    with pytest.warns(RetaWarning, match="1 row left out"):
        from_file = reta.fit(tmp_path / "farms.csv", missing="drop", **options)
    model = reta.fit(farms, **options)
    assert from_file.feature_names == tuple(FEATURES)
    assert (from_file.robust.n_clusters, from_file.passes) == (FARMS, 2)
    np.testing.assert_allclose(from_file.robust.matrices, model.robust.matrices, rtol=PEER)


def test_a_cluster_column_may_be_a_feature_too(farms):
    years = farms.with_columns(year=farms["farm"].rank("dense").cast(pl.Float64))
    named = reta.fit(years, targets="y", features=["a", "year"], cluster="year")
    other = reta.fit(years, targets="y", features=["a", "year"], cluster="farm")
    np.testing.assert_allclose(named.robust.matrices, other.robust.matrices, rtol=PEER)


def test_arrays_with_weights(farms):
    X, Y, w = (farms.select(names).to_numpy() for names in (FEATURES, ["y", "z"], ["w"]))
    model = reta.fit(X, Y, weights=w.ravel(), covariance="HC3")
    expected = reta.fit(farms, targets=["y", "z"], features=FEATURES, weights="w", covariance="HC3")
    np.testing.assert_allclose(model.robust.matrices, expected.robust.matrices, rtol=PEER)


def test_errors_beyond_float64_are_refused_and_not_infinite(farms):
    extreme = farms.with_columns(a=pl.col("a") * 1e-130, y=pl.col("y") * 1e140)
    with pytest.raises(NumericalError, match="the covariance of the coefficients overflows"):
        reta.fit(extreme, targets="y", features=["a"], covariance="HC1")
    errors = reta.fit(extreme, targets="y", features=["a"]).tidy()["std_error"]
    plain = reta.fit(farms, targets="y", features=["a"]).tidy()["std_error"]
    np.testing.assert_allclose(errors, plain.to_numpy() * [1e140, 1e270], rtol=PEER)


def test_dropped_columns_have_no_error(farms):
    doubled = farms.with_columns(d=pl.col("a") * 2)
    with pytest.warns(RetaWarning, match="`d`"):
        model = reta.fit(doubled, targets="y", features=["a", "d", "b", "c"], covariance="HC2")
    whole = reta.fit(farms, targets="y", features=FEATURES, covariance="HC2")
    covariance = model.coefficient_covariance("y")
    assert np.isnan(covariance[2]).all()
    kept = [0, 1, 3, 4]
    np.testing.assert_allclose(covariance[np.ix_(kept, kept)], whole.coefficient_covariance("y"), rtol=PEER)
    for name in ("statistic", "p_value"):  # of the columns kept: what was dropped is no hypothesis
        np.testing.assert_allclose(model.glance()[name].to_numpy(), whole.glance()[name].to_numpy(), rtol=PEER)


def test_a_row_of_leverage_one_leaves_no_hc3_and_no_warning_of_division(farms):
    lonely = farms.with_columns(d=pl.Series([1.0] + [0.0] * (ROWS - 1)))
    for kind in ("HC2", "HC3"):
        with pytest.warns(RetaWarning, match=f"{kind} does not exist: 1 row of leverage 1"):
            model = reta.fit(lonely, targets="y", features=[*FEATURES, "d"], covariance=kind)
        assert model.tidy()["std_error"].null_count() == 5
    hc1 = reta.fit(lonely, targets="y", features=[*FEATURES, "d"], covariance="HC1")
    assert hc1.tidy()["std_error"].null_count() == 0


def test_without_degrees_of_freedom_and_for_perfect_fits_there_is_no_false_precision(farms):
    with pytest.warns(RetaWarning):
        model = reta.fit(farms[:4], targets="y", features=FEATURES, covariance="HC3")
    assert model.tidy()["std_error"].null_count() == 4
    exact = farms.with_columns(y=2.0 * pl.col("a") + 1.0)
    with pytest.warns(RetaWarning):
        model = reta.fit(exact, targets=["y", "z"], features=FEATURES, covariance="HC3")
    tidy = model.tidy()
    assert tidy["std_error"][:4].to_list() == [0.0] * 4
    assert tidy["statistic"].null_count() == 4


REFUSED = [
    ({"covariance": "HC4"}, "'HC4' is no covariance: there are classical, HC0"),
    ({"covariance": "cluster"}, "needs the column that says which rows belong together"),
    ({"covariance": "HC3", "cluster": "farm"}, "--cluster does not go with --covariance HC3"),
    ({"covariance": "HC3", "lags": 2}, "--lags does not go with --covariance HC3"),
    ({"cluster": "farm", "lags": 2}, "choose one"),
    ({"lags": -1}, "--lags -1"),
    ({"lags": ROWS}, "reaches across all of the 300 rows"),
    ({"cluster": "farmer"}, "no column `farmer` in Polars DataFrame; did you mean `farm`"),
]


@pytest.mark.parametrize(("asked", "message"), REFUSED)
def test_what_makes_no_sense_is_refused(farms, asked, message):
    with pytest.raises(UsageError, match=message):
        reta.fit(farms, targets="y", features=FEATURES, **asked)


def test_moments_and_single_clusters_are_refused(farms):
    with pytest.raises(UsageError, match="the HC3 covariance needs the rows, and moments have none"):
        reta.fit(reta.moments(farms, targets="y", features=FEATURES), covariance="HC3")
    with pytest.raises(UsageError, match="`farm` holds one value only"):
        reta.fit(farms.with_columns(farm=pl.lit("here")), targets="y", features=FEATURES, cluster="farm")
    gap = farms.with_columns(farm=pl.when(pl.col("a") > 3).then("farm"))
    with pytest.raises(DataError, match="missing cells: every row needs its cluster"):
        reta.fit(gap, targets="y", features=FEATURES, cluster="farm")
    with pytest.warns(RetaWarning, match="`farm` has 2 clusters only"):
        reta.fit(
            farms.with_columns(farm=pl.Series(["here", "there"] * (ROWS // 2))),
            targets="y",
            features=FEATURES,
            cluster="farm",
        )


def test_scores_that_cancel_in_every_cluster_leave_no_error(farms):
    two = farms.with_columns(side=pl.Series(["left", "right"] * (ROWS // 2)))
    cancelled = r"no error of `intercept`, `side\[right\]` exists"
    with pytest.warns(RetaWarning, match="2 clusters only"), pytest.warns(RetaWarning, match=cancelled):
        model = reta.fit(two, targets="y", features=["side"], categorical=["side"], cluster="side")
    assert model.tidy()["std_error"].null_count() == 2


def test_a_single_row_has_no_lags_and_no_complaint_about_leverage(farms):
    for kind in ("newey_west", "HC3"):
        with pytest.warns(RetaWarning) as said:
            model = reta.fit(farms[:1], targets="y", features=["a"], covariance=kind)
        assert not any("leverage" in str(warning.message) for warning in said)
        assert model.tidy()["std_error"].null_count() == 2


def test_rows_that_changed_meanwhile_are_noticed(farms):
    model = reta.fit(farms, targets="y", features=FEATURES)
    for other in (farms[1:], farms.with_columns(y=pl.col("y") * 1.001)):
        with pytest.raises(DataError, match="gave other rows at the second reading"):
            with_covariance(model, open_table(other, ReadOptions()), CovarianceChoice("HC3"))


def test_saved_is_loaded(farms, tmp_path: Path):
    path = tmp_path / "m.reta.json"
    doubled = farms.with_columns(d=pl.col("a") * 2)
    with pytest.warns(RetaWarning):
        model = reta.fit(doubled, targets=["y", "z"], features=["a", "d", "b"], cluster="farm")
    undefined = np.where(np.arange(2)[:, None, None] == 1, math.nan, model.robust.matrices)
    for robust in (model.robust, replace(model.robust, matrices=undefined)):
        replace(model, robust=robust).save(path)
        loaded = reta.load(path).robust
        assert (loaded.kind, loaded.cluster, loaded.n_clusters, loaded.lags) == ("cluster", "farm", FARMS, None)
        assert loaded.degrees_of_freedom == FARMS - 1
        np.testing.assert_array_equal(loaded.matrices, robust.matrices)
        np.testing.assert_array_equal(loaded.in_coordinates, robust.in_coordinates)
    content = json.loads(path.read_text())["content"]
    content.pop("robust")
    strict_json.write_document(path, "reta linear model", 1, content)
    assert reta.load(path).covariance == "classical"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "HC9"},
        {"extra": 1},
        {"matrices": [[[1.0]]]},
        {"matrices": []},
        {"in_coordinates": []},
        {"lags": "x"},
        {"cluster": 1},
    ],
)
def test_a_file_with_a_strange_covariance_is_refused(farms, tmp_path: Path, change):
    path = tmp_path / "m.reta.json"
    reta.fit(farms, targets="y", features=FEATURES, covariance="HC3").save(path)
    content = json.loads(path.read_text())["content"]
    content["robust"].update(change)
    strict_json.write_document(path, "reta linear model", 1, content)
    with pytest.raises(FileError, match="does not hold a model as reta writes it"):
        reta.load(path)


def test_the_documented_keys_are_the_files_keys(farms, tmp_path: Path):
    path = tmp_path / "m.reta.json"
    reta.fit(farms, targets="y", features=FEATURES, lags=1).save(path)
    page = (Path(__file__).parents[2] / "docs/reference/model-file.md").read_text()
    for key in json.loads(path.read_text())["content"]["robust"]:
        assert f"`{key}`" in page


@pytest.mark.parametrize("kind", ["HC1", "HC3"])
def test_hypotheses_are_judged_by_the_covariance_of_the_model(kind):
    rng = np.random.default_rng(8)
    X = rng.normal(size=(80, 3))
    y = X @ [1.0, 2.0, 0.0] + rng.normal(size=80) * (1.0 + X[:, 0] ** 2)
    model = reta.fit(X, y, covariance=kind)
    peer = sm.OLS(y, sm.add_constant(X)).fit().get_robustcov_results(kind)
    expected = peer.f_test("x2 = 2*x1, x3 = 0")
    (found,) = model.test("x1 = 2*x0, x2 = 0").rows(named=True)
    assert found["statistic"] == pytest.approx(float(expected.fvalue), rel=PEER)
    assert found["p_value"] == pytest.approx(float(expected.pvalue), rel=PEER)


def test_computed_columns_and_targets_are_read_again_as_they_were_computed(tmp_path):
    rng = np.random.default_rng(9)
    frame = pl.DataFrame({"x": rng.uniform(1.0, 5.0, 60), "y": np.exp(rng.normal(size=60))})
    model = reta.fit(frame, formula="log(y) ~ poly(x, 2)", covariance="HC3")
    x = frame["x"].to_numpy()
    peer = sm.OLS(np.log(frame["y"].to_numpy()), np.column_stack([np.ones(60), x, x**2])).fit()
    np.testing.assert_allclose(model.tidy()["std_error"], peer.HC3_se, rtol=PEER)
    np.testing.assert_allclose(model.augment(frame)["residual"], peer.resid, rtol=PEER)
    assert model.diagnose(frame).height > 5


@pytest.mark.parametrize("base", [1e15, 2.0**53 - 20.0])
def test_whole_numbers_far_from_zero_are_the_rows_that_they_were(base: float) -> None:
    """Their mean is no float: leverage about a rounded one is that of other rows."""
    random = np.random.default_rng(0)
    small = random.integers(0, 10, (60, 1)).astype(float)
    y = 3.0 * small[:, 0] + random.normal(size=60)
    far, near = (reta.fit(X, y, covariance="HC3").tidy()["std_error"][1] for X in (base + small, small))
    assert far == pytest.approx(near, rel=1e-12)
