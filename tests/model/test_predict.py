"""Predictions: every kind of rows, and everything odd about them said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import reta
from reta import LinearModel
from reta.errors import DataError, RetaWarning, UsageError
from reta.model import Predictor, predict_batches
from reta.model.predict import output_name
from reta.tables import ReadOptions, open_table

if TYPE_CHECKING:
    import numpy as np

FLOAT64 = 1e-13  # the same sums in another order
FLOAT32 = 1e-5  # a float32 tensor gets float32 predictions back


def expected(model: LinearModel, frame: pl.DataFrame) -> np.ndarray:
    return frame.select("a", "b", "c").to_numpy() @ model.coef_.T + model.intercept_


def inside(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows well inside the ranges of ``frame``."""
    return frame.select(pl.col("a", "b", "c") * 0.5 + pl.col("a", "b", "c").mean() * 0.5)


def test_arrays_lists_and_tensors_come_back_as_such(model: LinearModel, frame: pl.DataFrame) -> None:
    X = inside(frame).to_numpy()
    truth = expected(model, inside(frame))
    assert model.predict(X) == pytest.approx(truth, rel=FLOAT64)
    assert model.predict(X.tolist()) == pytest.approx(truth, rel=FLOAT64)
    import torch

    tensor = model.predict(torch.tensor(X, dtype=torch.float32))
    assert tensor.dtype == torch.float32
    assert tensor.numpy() == pytest.approx(truth, rel=FLOAT32)


def test_intervals_of_arrays_have_names(model: LinearModel, frame: pl.DataFrame) -> None:
    found = model.predict(frame.select("a", "b", "c").to_numpy(), interval=0.95)
    framed = model.predict(frame, interval=0.95)
    assert found.mean == pytest.approx(framed.select("y", "z").to_numpy())
    assert found.lower == pytest.approx(framed.select("y_lower", "z_lower").to_numpy())
    assert found.upper == pytest.approx(framed.select("y_upper", "z_upper").to_numpy())


def test_frames_come_back_as_their_own_kind(model: LinearModel, frame: pl.DataFrame) -> None:
    truth = expected(model, frame)
    assert isinstance(model.predict(frame), pl.DataFrame)
    assert isinstance(model.predict(frame.to_arrow()), pa.Table)
    pandas = model.predict(pd.DataFrame(frame.to_dict(as_series=False), index=range(100, 160)))
    assert isinstance(pandas, pd.DataFrame)
    assert pandas.index.tolist() == list(range(100, 160))
    assert pandas[["y", "z"]].to_numpy() == pytest.approx(truth, rel=FLOAT64)


def test_the_order_of_columns_does_not_matter(model: LinearModel, frame: pl.DataFrame) -> None:
    assert model.predict(frame.select("c", "z", "b", "a")).equals(model.predict(frame))


def test_an_array_of_the_wrong_width_says_what_is_needed(model: LinearModel) -> None:
    with pytest.raises(UsageError, match=r"2 columns, the model needs 3 \(a, b, c\)"):
        model.predict([[1.0, 2.0]])


def test_gaps_are_refused_dropped_or_filled(model: LinearModel, frame: pl.DataFrame) -> None:
    gappy = frame.with_columns(a=pl.when(pl.int_range(pl.len()) == 2).then(None).otherwise("a"))
    with pytest.raises(DataError, match=r"`a`.*row 3"):
        model.predict(gappy)
    with pytest.warns(RetaWarning, match="1 of 60 rows lack a feature"):
        assert model.predict(gappy, missing="drop").height == frame.height - 1
    filled = model.predict(gappy, missing="mean")
    whole = model.predict(gappy.with_columns(pl.col("a").fill_null(frame["a"].mean())))
    assert filled["y"].to_numpy() == pytest.approx(whole["y"].to_numpy(), rel=FLOAT64)


def test_extrapolation_is_warned_of(model: LinearModel, frame: pl.DataFrame) -> None:
    with pytest.warns(RetaWarning, match=r"outside the range of the training data: `b` in 60 of 60 rows"):
        model.predict(frame.with_columns(pl.col("b") + 1000.0))


def test_levels_are_encoded_as_in_training(regions: pl.DataFrame) -> None:
    model = reta.fit(regions, targets="y", categorical=["region"])
    assert model.feature_names == ("region[south]", "region[west]", "a")
    assert model.coef_[0] == pytest.approx([3.0, -3.0, 2.0], abs=0.05)
    new = pl.DataFrame({"a": [2.0, 2.0, 2.0], "region": ["west", "north", "south"]})
    assert model.predict(new)["y"].to_numpy() == pytest.approx([2.0, 5.0, 8.0], abs=0.05)
    with pytest.raises(DataError, match=r"`region` holds 'east'"):
        model.predict(new.with_columns(region=pl.lit("east")))
    with pytest.warns(RetaWarning, match="3 cells with a level unknown"):
        found = model.predict(new.with_columns(region=pl.lit("east")), unknown="baseline")
    assert found["y"].to_numpy() == pytest.approx([5.0] * 3, abs=0.05)


def test_levels_late_in_a_stream_change_nothing(regions: pl.DataFrame) -> None:
    """The first batch shows one level only; the result is that of a one-hot matrix made beforehand."""
    many = pl.concat([regions.filter(pl.col("region") == "south")] * 30_000 + [regions])
    dummies = many.select(
        (pl.col("region") == "south").cast(pl.Float64).alias("south"),
        (pl.col("region") == "west").cast(pl.Float64).alias("west"),
        "a",
        "y",
    )
    found = reta.fit(many, targets="y", categorical=["region"])
    witness = reta.fit(dummies, targets="y")
    assert found.coef_ == pytest.approx(witness.coef_, rel=1e-9)
    assert found.intercept_ == pytest.approx(witness.intercept_, rel=1e-9)


def test_rows_that_break_a_relation_are_warned_of(frame: pl.DataFrame) -> None:
    with pytest.warns(RetaWarning, match="`s` = `a` \\+ `b`"):
        model = reta.fit(frame.with_columns(s=pl.col("a") + pl.col("b")), targets="y", features=["a", "b", "c", "s"])
    new = inside(frame).with_columns(s=pl.col("a") + pl.col("b"))
    model.predict(new)
    with pytest.warns(RetaWarning, match=r"60 of 60 rows break a relation .*`s` = `a` \+ `b`"):
        model.predict(new.with_columns(pl.col("s") + 1e-3))


def test_batches_keep_the_rows_and_append(model: LinearModel, frame: pl.DataFrame) -> None:
    rows = frame.with_columns(id=pl.int_range(pl.len()).cast(pl.String))
    predictor = Predictor(model, interval=0.95)
    (batch,) = predict_batches(predictor, open_table(rows, ReadOptions()))
    assert batch.columns[:6] == ["a", "b", "c", "y", "z", "id"]
    assert batch.columns[6:9] == ["y_predicted", "y_predicted_lower", "y_predicted_upper"]
    assert batch.select(rows.columns).equals(rows)
    assert [note.text for note in predictor.notes()] == ["columns that the model does not use: `id`"]


def test_names_of_predictions_beside_columns_that_are_there() -> None:
    assert output_name("y", {"a"}, ("y",)) == "y"
    assert output_name("y_lower", {"y"}, ("y",)) == "y_predicted_lower"
    assert output_name("y_lower", {"y"}, ("y", "y_lower")) == "y_lower"
    with pytest.raises(DataError, match="`y_predicted` already"):
        output_name("y", {"y", "y_predicted"}, ("y",))


@pytest.mark.parametrize("bound", ["y_lower", "y_upper"])
def test_a_target_called_like_a_bound_is_not_overwritten(frame: pl.DataFrame, bound: str) -> None:
    renamed = frame.rename({"z": bound})
    model = reta.fit(renamed, targets=["y", bound])
    with pytest.raises(UsageError, match=f"`{bound}` is a target, and the name of a bound for `y`: rename"):
        model.predict(renamed, interval=0.9)
    assert model.predict(renamed.select("a", "b", "c")).columns == ["y", bound]
