"""Every number of inference that statsmodels has too, through the public methods, on one well-conditioned table."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from statsmodels.multivariate.multivariate_ols import _MultivariateOLS
from statsmodels.stats.diagnostic import het_breuschpagan, het_white, linear_reset
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.stats.stattools import durbin_watson, jarque_bera

import reta
from reta import LinearModel

PEER = 1e-8  # relative; asked for on well-conditioned data, where statsmodels' pseudo-inverse is good to some 1e-13
CLOSE = {"rtol": PEER, "atol": 0.0}
ROWS, FARMS = 200, 20
FEATURES, TARGETS = ["a", "b", "c", "d"], ["y", "z"]
TERMS = ["intercept", *FEATURES]
COEF = np.array([[0.5, -0.3, 0.2, 0.1], [0.1, 0.4, -0.2, 0.3]])


@dataclass(frozen=True)
class Case:
    """The table, the column of its weights, the model, and the peer's fit of every target."""

    frame: pl.DataFrame
    weights: str | None
    model: LinearModel
    peers: dict[str, Any]

    @property
    def root(self) -> np.ndarray:
        return np.ones(ROWS) if self.weights is None else np.sqrt(self.frame[self.weights].to_numpy())

    def whitened(self, target: str) -> Any:
        """The peer's fit of rows times √w: its influence and its tests of rows know nothing of weights."""
        A = sm.add_constant(self.frame.select(FEATURES).to_numpy())
        return sm.OLS(self.frame[target].to_numpy() * self.root, A * self.root[:, None]).fit()

    def of(self, found: pl.DataFrame, target: str) -> pl.DataFrame:
        return found.filter(pl.col("target") == target)


@pytest.fixture(params=[None, "w"], ids=["unweighted", "weighted"])
def case(request: pytest.FixtureRequest) -> Case:
    rng = np.random.default_rng(31)
    X = rng.normal(loc=[1.0, -2.0, 0.0, 0.5], size=(ROWS, 4))
    noise = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.5], [0.5, 2.0]], ROWS)
    frame = pl.DataFrame(np.hstack([X, X @ COEF.T + [2.0, -1.0] + noise]), schema=[*FEATURES, *TARGETS])
    frame = frame.with_columns(w=pl.Series(rng.uniform(0.5, 2.0, ROWS)), farm=pl.int_range(ROWS) % FARMS)
    model = reta.fit(frame, targets=TARGETS, features=FEATURES, weights=request.param)
    weights = 1.0 if request.param is None else frame[request.param].to_numpy()
    A = sm.add_constant(X)
    return Case(
        frame, request.param, model, {t: sm.WLS(frame[t].to_numpy(), A, weights=weights).fit() for t in TARGETS}
    )


def test_coefficients_errors_and_intervals(case: Case) -> None:
    for target, peer in case.peers.items():
        found = case.of(case.model.tidy(0.9), target)
        assert found["term"].to_list() == TERMS
        low, high = peer.conf_int(0.1).T
        expected = [peer.params, peer.bse, peer.tvalues, peer.pvalues, low, high]
        names = ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
        np.testing.assert_allclose(found.select(names), np.column_stack(expected), **CLOSE)
        np.testing.assert_allclose(case.model.coefficient_covariance(target), peer.cov_params(), **CLOSE)


def test_the_fit_as_a_whole(case: Case) -> None:
    for target, peer in case.peers.items():
        found = case.of(case.model.glance(), target).drop("target").row(0, named=True)
        expected = {
            "n_samples": peer.nobs,
            "df_residual": peer.df_resid,
            "rank": peer.df_model,
            "r_squared": peer.rsquared,
            "adj_r_squared": peer.rsquared_adj,
            "sigma": np.sqrt(peer.scale),
            "statistic": peer.fvalue,
            "p_value": peer.f_pvalue,
            "log_likelihood": peer.llf,
            "aic": peer.aic,
            "bic": peer.bic,
        }
        assert found == pytest.approx(expected, rel=PEER)
    residuals = np.column_stack([peer.wresid for peer in case.peers.values()])
    np.testing.assert_allclose(case.model.residual_covariance, residuals.T @ residuals / (ROWS - 5), **CLOSE)


@pytest.mark.parametrize(("kind", "columns"), [("prediction", "obs_ci"), ("confidence", "mean_ci")])
def test_intervals_of_new_rows(case: Case, kind: str, columns: str) -> None:
    new = case.frame.head(20).select(FEATURES) * 0.99
    found = case.model.predict(new, interval=0.9, kind=kind)
    for target, peer in case.peers.items():
        expected = peer.get_prediction(sm.add_constant(new.to_numpy())).summary_frame(alpha=0.1)
        of_target = found.select(target, f"{target}_lower", f"{target}_upper")
        np.testing.assert_allclose(of_target, expected[["mean", f"{columns}_lower", f"{columns}_upper"]], **CLOSE)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        *(({"covariance": kind}, {"cov_type": kind}) for kind in ("HC0", "HC1", "HC2", "HC3")),
        ({"cluster": "farm"}, {"cov_type": "cluster", "cov_kwds": {"groups": np.arange(ROWS) % FARMS}}),
        ({"lags": 3}, {"cov_type": "HAC", "cov_kwds": {"maxlags": 3, "use_correction": True}}),
    ],
)
def test_robust_covariances_and_the_tests_that_they_give(
    case: Case, asked: dict[str, Any], kind: dict[str, Any]
) -> None:
    model = reta.fit(case.frame, targets=TARGETS, features=FEATURES, weights=case.weights, **asked)
    for target, classical in case.peers.items():
        peer = classical.model.fit(use_t=True, **kind)
        found = case.of(model.tidy(), target)
        np.testing.assert_allclose(model.coefficient_covariance(target), peer.cov_params(), **CLOSE)
        low, high = peer.conf_int().T
        expected = np.column_stack([peer.bse, peer.tvalues, peer.pvalues, low, high])
        np.testing.assert_allclose(
            found.select("std_error", "statistic", "p_value", "conf_low", "conf_high"), expected, **CLOSE
        )
        joint = peer.wald_test("x1 = 0.4, x2 = x3", use_f=True, scalar=True)
        tested = case.of(model.test("a = 0.4, b = c"), target)
        assert tested.select("statistic", "p_value").row(0) == pytest.approx((joint.statistic, joint.pvalue), rel=PEER)


@pytest.mark.parametrize("distribution", ["F", "chi2"])
@pytest.mark.parametrize(
    ("words", "of_the_peer"), [("a = 0, b = 0", "x1 = 0, x2 = 0"), ("intercept = 2*d + 1/2", "const = 2*x4 + 0.5")]
)
def test_hypotheses(case: Case, words: str, of_the_peer: str, distribution: str) -> None:
    for target, peer in case.peers.items():
        found = case.of(case.model.test(words, distribution=distribution), target)
        expected = peer.wald_test(of_the_peer, use_f=distribution == "F", scalar=True)
        assert found.select("statistic", "p_value").row(0) == pytest.approx(
            (expected.statistic, expected.pvalue), rel=PEER
        )


@pytest.mark.parametrize(
    ("words", "rows"), [(None, np.eye(5)[1:]), ("a = 2*c", np.array([[0.0, 1.0, 0.0, -2.0, 0.0]]))]
)
def test_hypotheses_about_all_targets_at_once(case: Case, words: str | None, rows: np.ndarray) -> None:
    A = sm.add_constant(case.frame.select(FEATURES).to_numpy()) * case.root[:, None]
    fitted = _MultivariateOLS(case.frame.select(TARGETS).to_numpy() * case.root[:, None], A).fit()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # statsmodels' own use of pandas
        expected = fitted.mv_test([("h", rows)]).results["h"]["stat"].to_numpy(dtype=float)
    found = case.model.multivariate_test(words)
    assert found["test"].to_list() == ["wilks", "pillai", "hotelling_lawley", "roy"]
    np.testing.assert_allclose(found.select("value", "df_num", "df_den", "statistic", "p_value"), expected, **CLOSE)


def test_influence_of_every_row(case: Case) -> None:
    everything = case.model.augment(case.frame)
    for target, peer in case.peers.items():
        found, influence = case.of(everything, target), case.whitened(target).get_influence()
        expected = {
            "fitted": peer.fittedvalues,
            "residual": peer.resid,
            "leverage": influence.hat_matrix_diag,
            "std_residual": influence.resid_studentized_internal,
            "student_residual": influence.resid_studentized_external,
            "cooks_distance": influence.cooks_distance[0],
            "dffits": influence.dffits[0],
            "covratio": influence.cov_ratio,
        }
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, err_msg=name, **CLOSE)
        np.testing.assert_allclose(found.select([f"dfbetas_{term}" for term in TERMS]), influence.dfbetas, **CLOSE)


def test_what_the_fit_takes_for_granted(case: Case) -> None:
    tests = case.model.diagnose(case.frame)
    for target in TARGETS:
        white = case.whitened(target)
        A = sm.add_constant(case.frame.select(FEATURES).to_numpy())
        skewed = dict(zip(("statistic", "p", "skewness", "kurtosis"), jarque_bera(white.resid), strict=True))
        press = white.get_influence().ess_press
        expected = {
            "breusch_pagan": het_breuschpagan(white.resid, A)[:2],
            "white": het_white(white.resid, A)[:2],
            "reset": _reset(case, target),
            "durbin_watson": (durbin_watson(white.resid), None),
            "jarque_bera": (skewed["statistic"], skewed["p"]),
            "skewness": (skewed["skewness"], None),
            "kurtosis": (skewed["kurtosis"], None),
            "press": (press, None),
            "loo_r_squared": (1.0 - press / case.peers[target].centered_tss, None),
        }
        found = case.of(tests, target)
        assert found["test"].to_list() == list(expected)
        for row in found.rows(named=True):
            statistic, p_value = expected[row["test"]]
            assert row["statistic"] == pytest.approx(statistic, rel=PEER), row["test"]
            assert row["p_value"] == (p_value if p_value is None else pytest.approx(p_value, rel=PEER)), row["test"]


def _reset(case: Case, target: str) -> tuple[float, float]:
    """The peer's own test knows no weights; with them, its F test of the same powers."""
    peer = case.peers[target]
    if case.weights is None:
        found = linear_reset(peer, power=3, use_f=True)
        return float(found.statistic), float(found.pvalue)
    powers = np.column_stack([peer.model.exog, peer.fittedvalues**2, peer.fittedvalues**3])
    return sm.WLS(peer.model.endog, powers, weights=case.root**2).fit().compare_f_test(peer)[:2]


def test_features_that_move_together(case: Case) -> None:
    """A feature regressed on the others by the peer, with the weights of the fit."""
    A = sm.add_constant(case.frame.select(FEATURES).to_numpy())
    others = [sm.WLS(A[:, at], np.delete(A, at, axis=1), weights=case.root**2).fit() for at in range(1, 5)]
    found = case.model.collinearity()
    np.testing.assert_allclose(found["r_squared_by_others"], [peer.rsquared for peer in others], **CLOSE)
    if case.weights is None:
        np.testing.assert_allclose(found["vif"], [variance_inflation_factor(A, at) for at in range(1, 5)], **CLOSE)
