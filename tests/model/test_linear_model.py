"""What a model says of itself: a planted truth, its likelihood on every road, and the tutorial's own figures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

import reta
from reta import LinearModel

if TYPE_CHECKING:
    from pathlib import Path

WITNESS = 1e-8  # statsmodels works by pinv in float64 on well-conditioned data; both are far better than this
EXACT = 1e-9  # the tolerance asked for on the tutorial's table, float64 throughout
PLANTED = 0.5  # noise of 0.3 over 60 rows moves a coefficient by a few hundredths; intercepts sit 20 spreads away


def test_coefficients_find_the_planted_truth(model: LinearModel) -> None:
    assert model.coef_ == pytest.approx(np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]]), abs=PLANTED)
    assert model.coef_.shape == (2, 3)
    assert model.intercept_.shape == (2,)


@pytest.mark.parametrize("pair", [(0.2, 3.0), (0.5, 1.5)])
def test_the_likelihood_of_weighted_rows_is_that_of_statsmodels_on_every_road(
    frame: pl.DataFrame, pair: tuple[float, float], tmp_path: Path
) -> None:
    """From rows, a stream and moments; weights that add up to the number of rows, as the second pair, hide nothing."""
    weighted = frame.with_columns(w=np.tile(pair, frame.height // 2))
    y, X = weighted["y"].to_numpy(), sm.add_constant(weighted.select("a", "b", "c").to_numpy())
    peer = sm.WLS(y, X, weights=weighted["w"].to_numpy()).fit()
    asked: dict[str, Any] = {"targets": ["y", "z"], "features": ["a", "b", "c"], "weights": "w"}
    weighted.write_csv(tmp_path / "w.csv")
    whole, part = reta.moments(weighted, **asked), reta.moments(weighted[20:], **asked)
    (reta.moments(weighted[:20], **asked) + part).save(tmp_path / "w.moments")
    reta.fit(weighted, **asked).save(tmp_path / "m.json")
    models = [reta.fit(tmp_path / "w.csv", **asked), reta.fit(tmp_path / "w.moments"), reta.load(tmp_path / "m.json")]
    models.append(reta.fit((whole + part) - part, targets=["y"], features=["a", "b", "c"]))
    for model in models:
        assert model.weighted
        found = model.glance().select("log_likelihood", "aic", "bic").row(0)
        assert found == pytest.approx((peer.llf, peer.aic, peer.bic), rel=WITNESS)
    assert not reta.fit(frame, targets="y").weighted


def test_files_that_do_not_tell_the_logarithms_of_weights_give_no_likelihood(frame: pl.DataFrame) -> None:
    moments = reta.moments(frame, targets="y", features=["a", "b"])
    model = reta.fit(replace(moments, log_weight_sum=np.nan))
    assert model.glance().select("log_likelihood", "aic", "bic").row(0) == (None, None, None)
    assert not model.weighted
    assert reta.fit(moments).glance()["aic"].null_count() == 0


def test_a_perfect_fit_has_no_likelihood(frame: pl.DataFrame) -> None:
    with pytest.warns(reta.errors.RetaWarning):
        model = reta.fit(frame.with_columns(t=pl.col("a") * 3), targets=["y", "t"], features=["a", "b", "c"])
    assert model.glance()["log_likelihood"].is_null().to_list() == [False, True]


def test_the_tutorials_exact_solution(reference: Path) -> None:
    expected = json.loads((reference / "tutorial/expected.json").read_text())["built_in"]["exact"]
    model = reta.fit(reta.datasets.crops_15(), targets=["apples", "oranges"])
    assert model.coef_ == pytest.approx(np.array(expected["weight"]), rel=EXACT)
    assert model.intercept_ == pytest.approx(np.array(expected["bias"]), rel=EXACT)
    assert model.predict([[75, 63, 44]])[0] == pytest.approx(expected["new_region"], rel=EXACT)


def test_without_intercept(frame: pl.DataFrame) -> None:
    model = reta.fit(frame, targets=["y", "z"], fit_intercept=False)
    witness = sm.OLS(frame["y"].to_numpy(), frame.select("a", "b", "c").to_numpy()).fit()
    assert model.coef_[0] == pytest.approx(witness.params, rel=WITNESS)
    assert model.r_squared[0] == pytest.approx(witness.rsquared, rel=WITNESS)
    assert model.intercept_.tolist() == [0.0, 0.0]
    assert model.predict(frame.select("a", "b", "c"))["y"].to_numpy() == pytest.approx(
        witness.fittedvalues, rel=WITNESS
    )


def test_evaluate_measures_held_out_rows(model: LinearModel, frame: pl.DataFrame) -> None:
    held_out = frame.with_columns(pl.col("y") + 1.0)
    scores = model.evaluate(held_out).row(0, named=True)
    error = held_out["y"].to_numpy() - model.predict(frame)["y"].to_numpy()
    assert scores["n_samples"] == frame.height
    assert scores["rmse"] == pytest.approx(np.sqrt(np.mean(error**2)))
    assert scores["mae"] == pytest.approx(np.mean(np.abs(error)))
    spread = held_out["y"].to_numpy() - held_out["y"].mean()
    assert scores["r_squared"] == pytest.approx(1 - (error**2).sum() / (spread**2).sum())


def test_the_summary_is_the_screen_in_both_languages() -> None:
    model = reta.fit(reta.datasets.crops_15(), targets=["apples", "oranges"])
    english, portuguese = model.summary(), model.summary(language="pt-BR")
    assert "Linear model of apples and oranges" in english
    assert "-0.422" in english
    assert "Modelo linear de apples e oranges" in portuguese
    assert "-0,422" in portuguese
    assert english.isascii()
