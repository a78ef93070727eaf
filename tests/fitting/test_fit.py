"""The whole road from data to model: every source gives the same model, whatever its gaps and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression

import reta
from reta.errors import DataError, RetaWarning, UsageError

if TYPE_CHECKING:
    from pathlib import Path

SEED = 3
WITNESS = 1e-9


def numeric(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop("region")


def test_every_source_gives_the_same_model(frame: pl.DataFrame, tmp_path: Path) -> None:
    numbers = numeric(frame)
    numbers.write_csv(tmp_path / "d.csv")
    numbers.write_parquet(tmp_path / "d.parquet")
    numbers.write_ipc(tmp_path / "d.arrow")
    numbers.write_ndjson(tmp_path / "d.ndjson")
    X, Y = numbers.select("a", "b", "c").to_numpy(), numbers.select("y", "z").to_numpy()
    named = [*(tmp_path / f"d.{end}" for end in ("csv", "parquet", "arrow", "ndjson")), numbers, numbers.lazy()]
    named += [pd.DataFrame(numbers.to_dict(as_series=False)), numbers.to_arrow()]
    models = [reta.fit(source, targets=["y", "z"]) for source in named]
    models += [
        reta.fit((X, Y)),
        reta.fit(X, Y),
        reta.fit(X.tolist(), Y.tolist()),
    ]
    witness = LinearRegression().fit(X, Y)
    for model in models:
        assert model.coef_ == pytest.approx(witness.coef_, rel=WITNESS)
        assert model.intercept_ == pytest.approx(witness.intercept_, rel=WITNESS)


def test_tensors_give_the_model_of_their_arrays(frame: pl.DataFrame) -> None:
    import torch

    X, Y = (numeric(frame).select(names).to_numpy() for names in (["a", "b", "c"], ["y", "z"]))
    model = reta.fit((torch.tensor(X), torch.tensor(Y)))
    assert model.coef_.tolist() == reta.fit(X, Y).coef_.tolist()


def test_arrays_take_names_and_weights() -> None:
    rng = np.random.default_rng(SEED)
    X, Y, w = rng.normal(size=(50, 2)), rng.normal(size=(50, 2)), rng.integers(0, 4, 50)
    model = reta.fit(X, Y, features=["a", "b"], targets=["y", "z"], weights=w)
    assert (model.feature_names, model.target_names) == (("a", "b"), ("y", "z"))
    repeated = reta.fit(np.repeat(X, w, axis=0), np.repeat(Y, w, axis=0))
    assert model.coef_ == pytest.approx(repeated.coef_, rel=WITNESS)
    assert model.n_samples == np.count_nonzero(w)
    with pytest.raises(UsageError, match=r"weights have shape \(49,\): give one for each of the 50 rows"):
        reta.fit(X, Y, weights=w[1:])
    with pytest.raises(DataError, match="holds -1.0 in NumPy arrays, row 1"):
        reta.fit(X, Y, weights=np.where(np.arange(50) == 0, -1, 1))


def test_an_array_of_weights_beside_a_frame_is_a_usage_error(frame: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="give the column's name"):
        reta.fit(numeric(frame), targets=["y"], weights=np.ones(200))


def test_arrays_with_gaps_follow_the_policy() -> None:
    rng = np.random.default_rng(SEED)
    X, y = rng.normal(size=(50, 2)), rng.normal(size=50)
    holed = X.copy()
    holed[7, 1] = np.nan
    with pytest.raises(DataError, match=r"x1.*row 8"):
        reta.fit(holed, y)
    with pytest.warns(RetaWarning, match="1 row"):
        dropped = reta.fit(holed, y, missing="drop")
    assert dropped.coef_ == pytest.approx(reta.fit(np.delete(X, 7, 0), np.delete(y, 7)).coef_, rel=WITNESS)
    filled = holed.copy()
    filled[7, 1] = np.nanmean(holed[:, 1])
    mended = reta.fit(holed, y, missing="mean")
    assert mended.coef_ == pytest.approx(reta.fit(filled, y).coef_, rel=WITNESS)
    assert mended.passes == 2
    holed[9, 0] = np.inf
    with pytest.raises(DataError, match=r"x0.*inf.*row 10"):
        reta.fit(holed, y, missing="drop")


def test_mean_filling_counts_the_gaps(frame: pl.DataFrame) -> None:
    gappy = numeric(frame).with_columns(a=pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise("a"))
    model = reta.fit(gappy, targets=["y"], features=["a", "b"], missing="mean")
    assert any("3" in note.text and "`a`" in note.text for note in model.notes)


def test_what_was_read_is_reported(frame: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    numeric(frame).write_csv(path)
    seen: list[int] = []
    model = reta.fit(path, targets=["y", "z"], on_rows=seen.append)
    assert seen[-1] == 200
    assert model.provenance.source == str(path)
    assert model.provenance.fingerprint == reta.fit(path, targets=["y", "z"]).provenance.fingerprint
    assert model.provenance.options == {}
    assert reta.fit(path, targets="y", fit_intercept=False).provenance.options == {"fit_intercept": "False"}


def test_no_rows_left_is_a_data_error(frame: pl.DataFrame) -> None:
    empty = numeric(frame).with_columns(a=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(DataError, match="no row|no value"):
        reta.fit(empty, targets=["y"], missing="drop")
    with pytest.raises(DataError, match="`a` .*has no value at all"):
        reta.fit(empty, targets=["y"], missing="mean")


def test_only_options_that_were_given_are_remembered():
    X, y = [[1.0], [2.0], [4.0]], [1.0, 3.0, 2.0]
    assert reta.fit(X, y, rank="drop", digits=10).provenance.options == {}
    assert reta.fit(X, y, missing="drop", digits=12).provenance.options == {"missing": "drop", "digits": "12"}


def test_options_that_equal_true_are_told_all_the_same(tmp_path):
    (tmp_path / "d.csv").write_text("x,y\n1,2\n2,3\n4,7\n")
    for asked in ({"digits": 1}, {"header": True}, {"lags": 0}, {"digits": 0}):
        told = reta.fit(tmp_path / "d.csv", targets="y", **asked).provenance.options
        assert {name: told.get(name) for name in asked} == {name: str(value) for name, value in asked.items()}


@pytest.mark.parametrize("function", [reta.fit, reta.descend, reta.trajectory, reta.moments])
@pytest.mark.parametrize("saved", [True, False])
def test_an_option_that_does_not_exist_is_refused_whatever_the_data(function, saved):
    data = reta.datasets.crops_15()
    given = reta.moments(data, targets=["apples"]) if saved else data
    with pytest.raises(UsageError, match="no option is called `delimeter`; did you mean `delimiter`"):
        function(given, targets=["apples"], delimeter=";")
