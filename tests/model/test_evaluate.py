"""``model.evaluate``: on the rows of the fit the fit's own figures, elsewhere those of scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

import reta
from reta.errors import DataError, RetaWarning, UsageError
from reta.model import evaluate as evaluation
from reta.model.predict import Predictor
from reta.tables import ReadOptions, open_table

if TYPE_CHECKING:
    from pathlib import Path

    from reta import LinearModel

PEER = 1e-12  # relative: the same sums in another order
TARGETS = ["y", "z"]


@pytest.fixture
def weighted(frame: pl.DataFrame) -> pl.DataFrame:
    random = np.random.default_rng(3)
    return frame.with_columns(w=pl.Series(random.uniform(0.0, 3.0, frame.height)) * (pl.int_range(pl.len()) % 7 > 0))


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_on_the_rows_of_the_fit_it_is_the_fit(weighted: pl.DataFrame, weights: str | None, fit_intercept: bool) -> None:
    model = reta.fit(weighted, targets=TARGETS, features=["a", "b"], weights=weights, fit_intercept=fit_intercept)
    scores = model.evaluate(weighted)
    np.testing.assert_allclose(scores["r_squared"], model.glance()["r_squared"], rtol=PEER)
    assert scores["n_samples"].to_list() == [model.n_samples] * 2
    squares = np.square(model.residual_standard_error) * model.degrees_of_freedom
    weight = weighted["w"].sum() if weights else weighted.height
    np.testing.assert_allclose(scores["rmse"], np.sqrt(squares / weight), rtol=PEER)


@pytest.mark.parametrize("weights", [None, "w"])
def test_scores_are_those_of_scikit_learn(model: LinearModel, weighted: pl.DataFrame, weights: str | None) -> None:
    other = weighted.with_columns(pl.col("y", "z") * 1.1 + pl.col("a"))
    scores = model.evaluate(other, weights)
    own = other["w"].to_numpy() if weights else np.ones(other.height)
    fitted = model.predict(other)
    for row in scores.rows(named=True):
        y, f = other[row["target"]].to_numpy(), fitted[row["target"]].to_numpy()
        assert row["rmse"] == pytest.approx(mean_squared_error(y, f, sample_weight=own) ** 0.5, rel=PEER)
        assert row["mae"] == pytest.approx(mean_absolute_error(y, f, sample_weight=own), rel=PEER)
        assert row["r_squared"] == pytest.approx(r2_score(y, f, sample_weight=own), rel=PEER)
        assert row["n_samples"] == int((own > 0).sum())


def test_without_an_intercept_r_squared_is_about_zero(frame: pl.DataFrame) -> None:
    model = reta.fit(frame, targets="y", features=["a", "b"], fit_intercept=False)
    other = frame.with_columns(pl.col("y") + 5.0)
    y, error = other["y"].to_numpy(), other["y"].to_numpy() - model.predict(other)["y"].to_numpy()
    assert model.evaluate(other)["r_squared"][0] == pytest.approx(1 - (error @ error) / (y @ y), rel=PEER)


def test_every_source_gives_the_same_bits(weighted: pl.DataFrame, tmp_path: Path) -> None:
    model = reta.fit(weighted, targets=TARGETS, weights="w")
    weighted.write_parquet(tmp_path / "rows.parquet")
    weighted.write_csv(tmp_path / "rows.csv")
    expected = model.evaluate(weighted)
    for source in (tmp_path / "rows.parquet", tmp_path / "rows.csv", weighted.lazy(), weighted.to_pandas()):
        assert model.evaluate(source).equals(expected)
    arrays = (weighted.select("a", "b", "c").to_numpy(), weighted.select(TARGETS).to_numpy())
    assert model.evaluate(arrays, weighted["w"].to_numpy()).equals(expected)


def test_batches_merge(model: LinearModel, weighted: pl.DataFrame) -> None:
    """Parts of a table, the targets far from zero and drifting, are the whole."""
    drifting = weighted.with_columns(pl.col("y", "z") + 1e6 + 100.0 * pl.int_range(pl.len()))
    sums = evaluation._Errors(2, about_mean=True)
    fitted = model.predict(drifting).to_numpy().T
    Y, weights = drifting.select(TARGETS).to_numpy().T, drifting["w"].to_numpy() + 0.1
    for start, stop in ((0, 1), (1, 1), (1, 40), (40, 60)):
        sums.update(Y[:, start:stop], fitted[:, start:stop], weights[start:stop])
    whole = model.evaluate(drifting.with_columns(pl.col("w") + 0.1), "w")
    for name in ("rmse", "mae", "r_squared"):
        np.testing.assert_allclose(sums.scores(("y", "z"))[name], whole[name], rtol=1e-9)


def test_weights_that_nobody_names_are_told(weighted: pl.DataFrame) -> None:
    model = reta.fit(weighted, targets="y", features=["a"], weights="w")
    found = evaluation.evaluate_table(Predictor(model), open_table(weighted, ReadOptions()))
    assert found.weights == "w"
    assert "rows are weighted by `w`, as in the fit" in [note.text for note in found.notes]
    assert not any("`w`" in note.text for note in found.notes if "does not use" in note.text)
    bare = weighted.drop("w")
    with pytest.warns(RetaWarning, match="weighted by `w`, and Polars DataFrame names no weights: every row counts"):
        assert model.evaluate(bare)["n_samples"][0] == bare.height
    with pytest.raises(UsageError, match="lacks the column of weights `v`"):
        model.evaluate(weighted, "v")
    with pytest.raises(DataError, match="weights are finite and not negative"):
        model.evaluate(weighted.with_columns(-pl.col("w")))
    with pytest.raises(DataError, match="holds text, so it cannot be the weights"):
        model.evaluate(weighted.with_columns(w=pl.lit("heavy")))
    with pytest.raises(DataError, match="leaves no row to evaluate"):
        model.evaluate(weighted.with_columns(w=0.0))


def test_where_there_is_nothing_to_explain_there_is_no_share(frame: pl.DataFrame) -> None:
    constant = frame.with_columns(y=0.1)
    assert reta.fit(frame, targets="y", features=["a"]).evaluate(constant)["r_squared"].to_list() == [None]
    through_zero = reta.fit(frame, targets="y", features=["a"], fit_intercept=False)
    assert through_zero.evaluate(constant)["r_squared"].null_count() == 0
    assert through_zero.evaluate(frame.with_columns(y=0.0))["r_squared"].to_list() == [None]
