"""``model.diagnose``: against statsmodels, against planted faults, and where nothing can be said."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from statsmodels.stats.diagnostic import het_breuschpagan, het_white, linear_reset
from statsmodels.stats.stattools import durbin_watson, jarque_bera

import reta
from reta.errors import RetaWarning
from reta.model import rows_pass
from reta.model.diagnose import diagnose_table
from reta.model.robust import CovarianceChoice, with_covariance
from reta.tables import ReadOptions, StartOver, open_table

PEER = 1e-8  # relative; statsmodels works through a pseudo-inverse, good to some 1e-12 here
POWERS = 1e-6  # relative; its RESET takes raw cubes of fitted values, whose conditioning costs it digits
HARD = 1e-6  # relative; the features hold only some 9 digits of what they differ in
FEATURES = ["a", "b", "c", "d"]
ROWS = 250


@pytest.fixture
def rows() -> pl.DataFrame:
    """Two targets of three numbers and a flag, far from zero, with spread that grows and a slight curve."""
    random = np.random.default_rng(6)
    X = np.column_stack([random.normal(size=(ROWS, 3)) * [1, 5, 0.2] + [3, 100, 0], random.integers(0, 2, ROWS)])
    noise = random.normal(size=(ROWS, 2)) * (0.5 + np.abs(X[:, :1]))
    Y = X @ random.normal(size=(4, 2)) + noise + 0.2 * X[:, :1] ** 2
    frame = pl.DataFrame(np.hstack([X, Y]), schema=[*FEATURES, "y", "z"])
    return frame.with_columns(w=pl.Series(random.uniform(0.2, 3.0, ROWS)))


def values(tests: pl.DataFrame, target: str) -> dict[str, dict[str, object]]:
    return {row["test"]: row for row in tests.filter(pl.col("target") == target).rows(named=True)}


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_every_test_is_that_of_statsmodels(rows, weights, fit_intercept):
    model = reta.fit(rows, targets=["y", "z"], features=FEATURES, weights=weights, fit_intercept=fit_intercept)
    found = values(model.diagnose(rows), "z")
    X, z = rows.select(FEATURES).to_numpy(), rows["z"].to_numpy()
    A = sm.add_constant(X) if fit_intercept else X
    root = np.ones(ROWS) if weights is None else np.sqrt(rows["w"].to_numpy())
    fit = sm.WLS(z, A, weights=root**2).fit()
    for name, peer in (("breusch_pagan", het_breuschpagan), ("white", het_white)):
        statistic, p_value, *_ = peer(fit.wresid, sm.add_constant(X))
        assert found[name]["statistic"] == pytest.approx(statistic, rel=PEER)
        assert found[name]["p_value"] == pytest.approx(p_value, rel=1e-7)
    assert (found["breusch_pagan"]["df"], found["white"]["df"]) == (4, 13)
    powers = np.column_stack([A, fit.fittedvalues**2, fit.fittedvalues**3])
    reset = sm.WLS(z, powers, weights=root**2).fit().compare_f_test(fit)
    assert found["reset"]["statistic"] == pytest.approx(reset[0], rel=POWERS)
    assert found["reset"]["p_value"] == pytest.approx(reset[1], rel=POWERS)
    assert (found["reset"]["df"], found["reset"]["df_residual"]) == (2, ROWS - 6 - fit_intercept)
    if weights is None:
        assert found["reset"]["statistic"] == pytest.approx(
            linear_reset(fit, power=3, use_f=True).statistic, rel=POWERS
        )
    assert found["durbin_watson"]["statistic"] == pytest.approx(durbin_watson(fit.wresid), rel=PEER)
    expected = dict(zip(("jarque_bera", "p", "skewness", "kurtosis"), jarque_bera(fit.wresid), strict=True))
    assert found["jarque_bera"]["p_value"] == pytest.approx(expected.pop("p"), rel=PEER)
    for name, statistic in expected.items():
        assert found[name]["statistic"] == pytest.approx(statistic, rel=PEER)
    B, b = A * root[:, None], z * root
    left_out = [b[i] - B[i] @ np.linalg.lstsq(np.delete(B, i, 0), np.delete(b, i))[0] for i in range(ROWS)]
    press = float(np.square(left_out).sum())
    assert found["press"]["statistic"] == pytest.approx(press, rel=PEER)
    total = fit.centered_tss if fit_intercept else fit.uncentered_tss
    assert found["loo_r_squared"]["statistic"] == pytest.approx(1 - press / total, rel=PEER)


def explained_share(columns: list[np.ndarray], y: np.ndarray) -> float:
    """R² about the mean, by a QR of well-conditioned columns."""
    A = np.column_stack([np.ones(len(y)), *columns])
    left = y - _projected(A, y)
    return 1.0 - (left @ left) / np.square(y - y.mean()).sum()


def _projected(A: np.ndarray, y: np.ndarray) -> np.ndarray:
    Q = np.linalg.qr(A)[0]
    return Q @ (Q.T @ y)


def planted(fault: str) -> pl.DataFrame:
    random = np.random.default_rng(11)
    x, u = random.uniform(1, 5, 400), random.normal(size=400)
    noise = {
        "spread": u * x,
        "tails": random.standard_t(2, size=400),
        "order": np.convolve(u, 0.8 ** np.arange(9))[:400],
    }
    curve = x**2 if fault == "curve" else 0.0
    return pl.DataFrame({"x": x, "y": 1 + 2 * x + curve + noise.get(fault, u)})


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_features_far_from_zero_and_nearly_alike_are_told_apart(weights, fit_intercept):
    """The witness knows the parts that the features were made of, and projects on those."""
    random = np.random.default_rng(21)
    u, v = random.normal(size=(2, 400))
    frame = pl.DataFrame({"a": 1e4 + u, "b": 1e4 + u + v / 1024.0, "w": random.uniform(0.5, 2.0, 400)})
    frame = frame.with_columns(y=pl.Series(3.0 + u - v + random.normal(size=400) * (1.0 + u**2)))
    model = reta.fit(frame, targets="y", features=["a", "b"], weights=weights, fit_intercept=fit_intercept)
    found = values(model.diagnose(frame), "y")
    root = np.ones(400) if weights is None else np.sqrt(frame["w"].to_numpy())
    u, v = frame["a"].to_numpy() - 1e4, (frame["b"] - frame["a"]).to_numpy() * 1024.0
    parts = np.column_stack([np.ones(400), u, v]) if fit_intercept else np.column_stack([1.0 + u / 1e4, v])
    fitted = (_projected(parts * root[:, None], frame["y"].to_numpy() * root)) / root
    squares = np.square((frame["y"].to_numpy() - fitted) * root)
    assert found["breusch_pagan"]["statistic"] == pytest.approx(400 * explained_share([u, v], squares), rel=HARD)
    white = 400 * explained_share([u, v, u * u, u * v, v * v], squares)
    assert (found["white"]["statistic"], found["white"]["df"]) == (pytest.approx(white, rel=HARD), 5)
    apart = fitted - fitted.mean()
    own = [(apart if fit_intercept else fitted) * apart**power for power in (1, 2)]
    wider = np.column_stack([parts, *own]) * root[:, None]
    left = [
        np.square((y := frame["y"].to_numpy() * root) - _projected(A, y)).sum() for A in (parts * root[:, None], wider)
    ]
    reset = (left[0] - left[1]) / 2 / (left[1] / (400 - wider.shape[1]))
    assert (found["reset"]["statistic"], found["reset"]["df"]) == (pytest.approx(reset, rel=HARD), 2)


@pytest.mark.parametrize(
    ("fault", "test", "words"),
    [
        ("spread", "breusch_pagan", "the spread of the residuals follows the features"),
        ("spread", "white", "the spread of the residuals follows the features"),
        ("curve", "reset", "something is missing"),
        ("order", "durbin_watson", "neighbouring rows resemble one another; if"),
        ("tails", "jarque_bera", "the residuals are not normal"),
    ],
)
def test_a_planted_fault_is_found_and_no_other(fault, test, words):
    for kind in (fault, "none"):
        frame = planted(kind)
        row = values(reta.fit(frame, targets="y").diagnose(frame), "y")[test]
        assert row["verdict"].startswith("no") is (kind == "none")
        if kind == fault:
            assert words in row["verdict"]


def test_small_batches_and_weights_of_zero_change_nothing(rows, monkeypatch):
    model = reta.fit(rows, targets=["y", "z"], features=FEATURES, weights="w")
    at_once = model.diagnose(rows)
    absent = rows[:3].with_columns(w=0.0, y=pl.lit(1e6))
    monkeypatch.setattr(rows_pass, "CELLS_AT_ONCE", 1)
    monkeypatch.setattr(rows_pass, "LEAST_ROWS", 7)
    in_parts = model.diagnose(pl.concat([absent, rows]))
    np.testing.assert_allclose(in_parts["statistic"], at_once["statistic"], rtol=PEER)
    assert in_parts["verdict"].equals(at_once["verdict"])


def test_the_most_influential_rows(rows, monkeypatch):
    monkeypatch.setattr(rows_pass, "CELLS_AT_ONCE", 1)
    monkeypatch.setattr(rows_pass, "LEAST_ROWS", 7)
    absent = rows[:3].with_columns(w=0.0)
    longer = pl.concat([absent, rows])
    model = reta.fit(longer, targets=["y", "z"], features=FEATURES, weights="w")
    found = diagnose_table(model, open_table(longer, ReadOptions())).influential
    everything = model.augment(longer).with_row_index("at")
    for target in ("y", "z"):
        expected = everything.filter(pl.col("target") == target).with_columns(row=pl.int_range(1, ROWS + 4))
        expected = expected.sort("cooks_distance", descending=True, nulls_last=True).head(5)
        own = found.filter(pl.col("target") == target)
        assert own["row"].to_list() == expected["row"].to_list()
        for name in ("fitted", "student_residual", "leverage", "cooks_distance"):
            np.testing.assert_allclose(own[name], expected[name], rtol=PEER)
        np.testing.assert_allclose(own["observed"], expected[target], rtol=PEER)


class Restarting:
    """A table whose first reading is thrown away half-way."""

    def __init__(self, table):
        self._table = table
        self._begun = False

    def __getattr__(self, name):
        return getattr(self._table, name)

    def batches(self, *arguments, **options):
        yield from self._table.batches(*arguments, **options)
        if not self._begun:
            self._begun = True
            raise StartOver


def test_a_reading_that_starts_over_counts_rows_once(rows):
    model = reta.fit(rows, targets="y", features=FEATURES)
    table = open_table(rows, ReadOptions())
    restarted = diagnose_table(model, Restarting(table))
    assert restarted.notes == ()
    assert repr(restarted.outcomes) == repr(diagnose_table(model, table).outcomes)  # NaN is NaN there
    robust = with_covariance(model, Restarting(table), CovarianceChoice("HC3"))
    again = with_covariance(model, table, CovarianceChoice("HC3"))
    np.testing.assert_array_equal(robust.robust.matrices, again.robust.matrices)
    assert (robust.passes, again.passes) == (3, 2)


def only_verdict(model: reta.LinearModel, frame: pl.DataFrame, test: str = "white") -> str:
    row = values(model.diagnose(frame), model.target_names[0])[test]
    assert (row["statistic"], row["p_value"], row["df"]) == (None, None, None)
    return row["verdict"]


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
def test_where_nothing_can_be_said_it_says_why(rows):
    few = reta.fit(rows[:5], targets="y", features=FEATURES)
    for test in few.diagnose(rows[:5])["test"]:
        assert "no degree of freedom" in only_verdict(few, rows[:5], test)
    exact = rows.with_columns(y=2 * pl.col("a") + 1)
    assert "the fit is perfect" in only_verdict(reta.fit(exact, targets="y", features=["a", "b"]), exact, "press")
    lonely = rows.with_columns(d=pl.Series([1.0] + [0.0] * (ROWS - 1)))
    model = reta.fit(lonely, targets="y", features=["a", "d"])
    for test in ("press", "loo_r_squared"):
        assert "leverage 1" in only_verdict(model, lonely, test)
    short = reta.fit(rows[:12], targets="y", features=FEATURES)
    assert only_verdict(short, rows[:12]) == "too few rows for this test"
    flag = reta.fit(rows, targets="y", features=["d"])
    assert "add nothing" in only_verdict(flag, rows, "reset")
    constant = rows.with_columns(k=pl.lit(1.0))
    nothing = reta.fit(constant, targets="y", features=["k"])
    for test in ("breusch_pagan", "white"):
        assert "no feature" in only_verdict(nothing, constant, test)
    random = np.random.default_rng(1)
    wide = pl.DataFrame(random.normal(size=(80, 36))).with_columns(y=pl.Series(random.normal(size=80)))
    assert "too many products" in only_verdict(reta.fit(wide, targets="y"), wide)


def test_squares_of_one_size_and_a_reset_with_one_power(rows):
    frame = pl.DataFrame({"x": [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], "y": [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]})
    found = values(reta.fit(frame, targets="y").diagnose(frame), "y")
    assert found["breusch_pagan"]["verdict"] == "all residuals are of one size"
    levels = rows.with_columns(d=pl.Series(np.arange(ROWS) % 3 * 1.0))
    assert values(reta.fit(levels, targets="y", features=["d"]).diagnose(levels), "y")["reset"]["df"] == 1


def test_other_rows_are_warned_of(rows):
    model = reta.fit(rows, targets="y", features=FEATURES)
    with pytest.warns(RetaWarning, match="does not hold the 250 rows"):
        model.diagnose(rows[:200])
