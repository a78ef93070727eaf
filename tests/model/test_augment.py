"""``model.augment``: the rows as they were, once a target, with what the model makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pytest

import reta
from reta import LinearModel
from reta.errors import DataError, RetaWarning, UsageError
from reta.model import rows_pass

if TYPE_CHECKING:
    from pathlib import Path

PEER = 1e-8  # relative, as in tests/inference
MEASURES = [
    "fitted",
    "residual",
    "leverage",
    "std_residual",
    "student_residual",
    "cooks_distance",
    "dffits",
    "covratio",
]
DFBETAS = ["dfbetas_intercept", "dfbetas_a", "dfbetas_b", "dfbetas_c"]


def test_a_row_for_each_row_and_target(frame: pl.DataFrame, model: LinearModel) -> None:
    rows = model.augment(frame)
    assert rows.columns == [*frame.columns, "target", *MEASURES, *DFBETAS]
    assert rows.height == 2 * frame.height
    assert rows["target"].to_list() == ["y", "z"] * frame.height
    own = rows.filter(pl.col("target") == "z")
    assert own.select(frame.columns).equals(frame)


def test_a_planted_outlier_stands_out(frame: pl.DataFrame) -> None:
    spoilt = frame.with_columns(y=pl.when(pl.int_range(pl.len()) == 17).then(pl.col("y") + 9).otherwise("y"))
    rows = reta.fit(spoilt, targets="y", features=["a", "b", "c"]).augment(spoilt)
    assert rows["cooks_distance"].arg_max() == 17
    assert rows["student_residual"][17] > 20


def test_small_batches_give_the_same(frame: pl.DataFrame, model: LinearModel, monkeypatch) -> None:
    at_once = model.augment(frame)
    monkeypatch.setattr(rows_pass, "CELLS_AT_ONCE", 1)
    monkeypatch.setattr(rows_pass, "LEAST_ROWS", 7)
    assert model.augment(frame).equals(at_once)


def test_every_kind_of_source(frame: pl.DataFrame, model: LinearModel, tmp_path: Path) -> None:
    expected = model.augment(frame).select(*MEASURES, *DFBETAS).to_numpy()
    from_pandas = model.augment(frame.to_pandas())
    assert isinstance(from_pandas, pd.DataFrame)
    np.testing.assert_array_equal(from_pandas[[*MEASURES, *DFBETAS]].to_numpy(), expected)
    arrays = model.augment((frame.select("a", "b", "c").to_numpy(), frame.select("y", "z").to_numpy()))
    np.testing.assert_array_equal(arrays.select(*MEASURES, *DFBETAS).to_numpy(), expected)
    frame.write_parquet(tmp_path / "rows.parquet")
    np.testing.assert_array_equal(model.augment(tmp_path / "rows.parquet").select(*MEASURES, *DFBETAS), expected)
    frame.write_csv(tmp_path / "rows.csv")
    from_text = model.augment(tmp_path / "rows.csv")
    assert from_text.columns == model.augment(frame).columns
    np.testing.assert_array_equal(
        from_text.select(*frame.columns, *MEASURES), model.augment(frame).select(*frame.columns, *MEASURES)
    )


def test_weights_are_those_of_the_fit_and_zero_means_absent(frame: pl.DataFrame) -> None:
    random = np.random.default_rng(3)
    weighted = frame.with_columns(w=pl.Series(random.uniform(0.5, 2.0, frame.height)))
    longer = pl.concat([weighted, weighted[:1].with_columns(w=0.0, y=pl.lit(1e3))])
    model = reta.fit(longer, targets="y", features=["a", "b", "c"], weights="w")
    rows = model.augment(longer)
    assert rows.select(MEASURES[2:]).tail(1).null_count().row(0) == (1,) * 6
    assert rows["residual"][-1] > 900
    assert rows[:-1].equals(model.augment(weighted))
    X, y = weighted.select("a", "b", "c").to_numpy(), weighted["y"].to_numpy()
    arrays = reta.fit(X, y, weights=weighted["w"].to_numpy())
    same = arrays.augment((X, y), weights=weighted["w"].to_numpy())
    np.testing.assert_allclose(same["leverage"], rows["leverage"][:-1], rtol=PEER)
    assert rows["leverage"].sum() == pytest.approx(4, rel=PEER)
    with pytest.raises(UsageError, match="lacks the column of weights `w`"):
        model.augment(frame)
    with pytest.raises(UsageError, match="give one for each of the 60 rows"):
        arrays.augment((X, y), weights=[1.0])
    with pytest.raises(DataError, match="weights are finite and not negative"):
        model.augment(weighted.with_columns(w=-pl.col("w")))


def test_moments_with_weights_need_to_be_told_the_column(frame: pl.DataFrame) -> None:
    weighted = frame.with_columns(w=pl.int_range(pl.len()) % 2 + 0.5)  # they add up to the number of rows
    moments = reta.moments(weighted, targets="y", features=["a", "b"], weights="w")
    model = reta.fit(moments)
    with pytest.raises(UsageError, match="was fitted with weights: name their column"):
        model.augment(weighted)
    assert model.augment(weighted, weights="w").height == weighted.height


def test_names_that_are_taken_get_a_prefix(frame: pl.DataFrame) -> None:
    odd = frame.rename({"a": "target", "b": "residual"})
    model = reta.fit(odd, targets="y", features=["target", "residual", "c"])
    rows = model.augment(odd)
    assert rows.columns[5:8] == ["model_target", "fitted", "model_residual"]
    with pytest.raises(DataError, match="have a column `model_target` already"):
        model.augment(odd.rename({"z": "model_target"}))


def test_other_rows_are_warned_of(frame: pl.DataFrame, model: LinearModel) -> None:
    for other in (frame[1:], frame.with_columns(y=pl.col("y") + 0.1), frame.with_columns(a=pl.col("a") * 1.1)):
        with pytest.warns(RetaWarning, match="does not hold the 60 rows that the model was fitted to"):
            model.augment(other)


@pytest.mark.parametrize("noise", [0.3, 0.01])
def test_rows_that_differ_in_the_fourth_digit_of_their_squares_are_warned_of(frame: pl.DataFrame, noise: float) -> None:
    """One residual a little larger: by 1e-4 of the squares left over, or of the rounding that the targets have."""
    rng = np.random.default_rng(8)
    y = frame["a"].to_numpy() * 2 + frame["b"].to_numpy() + noise * rng.normal(size=frame.height)
    rows = frame.with_columns(y=pl.Series(y))
    model = reta.fit(rows, targets="y", features=["a", "b", "c"])
    residuals = model.augment(rows)["residual"].to_numpy()
    place = int(np.abs(residuals).argmax())
    step = 1e-4 * float(residuals @ residuals) / (2 * residuals[place])
    other = rows.with_columns(y=pl.Series(y + step * (np.arange(len(y)) == place)))
    with pytest.warns(RetaWarning, match="does not hold the 60 rows that the model was fitted to"):
        model.augment(other)


def test_the_same_rows_in_another_order_are_the_same(frame: pl.DataFrame, model: LinearModel) -> None:
    assert model.augment(frame.sample(fraction=1.0, shuffle=True, seed=3)).height == frame.height * 2


def test_categories_gaps_and_dropped_terms(regions: pl.DataFrame) -> None:
    doubled = pl.concat([regions, regions[:1].with_columns(a=None)]).with_columns(d=pl.col("a") * 2)
    with pytest.warns(RetaWarning):
        model = reta.fit(doubled, targets="y", categorical=["region"], missing="drop")
    rows = model.augment(doubled)
    assert rows.height == regions.height
    assert rows["dfbetas_d"].null_count() == rows.height
    assert rows["dfbetas_region[south]"].null_count() == 0
    filled = reta.fit(doubled.drop("d"), targets="y", categorical=["region"], missing="mean")
    assert filled.augment(doubled).height == doubled.height


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")
def test_no_false_precision(frame: pl.DataFrame) -> None:
    few = frame[:4]
    saturated = reta.fit(few, targets="y", features=["a", "b", "c"]).augment(few)
    assert saturated.select(MEASURES[3:]).null_count().row(0) == (4,) * 5
    exact = frame.with_columns(y=2 * pl.col("a") + 1)
    perfect = reta.fit(exact, targets="y", features=["a", "b"]).augment(exact)
    assert perfect.select(MEASURES[3:]).null_count().row(0) == (60,) * 5
    assert perfect["leverage"].null_count() == 0
    lonely = frame.with_columns(d=pl.Series([1.0] + [0.0] * 59))
    rows = reta.fit(lonely, targets="y", features=["a", "b", "d"]).augment(lonely)
    assert rows["leverage"][0] == pytest.approx(1.0)
    assert rows.select(MEASURES[3:]).null_count().row(0) == (1,) * 5


def test_a_target_that_is_absent(frame: pl.DataFrame, model: LinearModel) -> None:
    with pytest.raises(DataError, match="lacks the target `z`, without which there are no residuals"):
        model.augment(frame.drop("z"))


def test_a_feature_called_intercept_is_refused_beside_the_intercept(frame: pl.DataFrame) -> None:
    renamed = frame.rename({"a": "intercept"})
    with pytest.raises(UsageError, match="two coefficients are called `intercept`"):
        reta.fit(renamed, targets="y").augment(renamed)
    origin = reta.fit(renamed, targets="y", fit_intercept=False)
    assert "dfbetas_intercept" in origin.augment(renamed).columns


def test_a_lazy_frame_gives_its_rows_without_a_warning(frame: pl.DataFrame, model: LinearModel) -> None:
    assert model.augment(frame.lazy()).equals(model.augment(frame))


def test_weights_of_text_are_refused(frame: pl.DataFrame, model: LinearModel) -> None:
    with pytest.raises(DataError, match="`w` in Polars DataFrame holds text, so it cannot be the weights"):
        model.augment(frame.with_columns(w=pl.lit("heavy")), weights="w")
