"""Weights that are none are named with their source and place, wherever the rows come from."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import DataError

NEGATIVE = "weights are finite and not negative"
SOURCES = ("crops.csv", "crops.csv.gz", "crops.parquet", "crops.ndjson", "polars", "pandas", "arrays")


@pytest.fixture(params=SOURCES)
def fitted(request, tmp_path, monkeypatch):
    """``fitted(weight)``: a fit of rows whose second weight is that one; and where such a weight stands."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(4)
    X, y = random.normal(size=(8, 2)), random.normal(size=8)

    def fit(weight, name="w", **options):
        weights = np.ones(8)
        weights[1] = weight
        frame = pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": y, "w": weights})
        match request.param:
            case "arrays":
                return reta.fit(X, y, weights=weights, **options)
            case "polars" | "pandas":
                data = frame if request.param == "polars" else frame.to_pandas()
            case "crops.csv.gz":
                import gzip

                (tmp_path / request.param).write_bytes(gzip.compress(frame.write_csv().encode()))
                data = request.param
            case _:
                getattr(frame, f"write_{request.param.partition('.')[2]}")(data := request.param)
        return reta.fit(data, targets="y", weights=name, **options)

    place = {"polars": "Polars DataFrame, row 2", "pandas": "pandas DataFrame, row 2", "arrays": "NumPy arrays, row 2"}
    unit = {"csv": "line 3", "gz": "line 3", "ndjson": "line 2"}.get(request.param.rpartition(".")[2], "row 2")
    return fit, place.get(request.param, f"{request.param}, {unit}"), request.param


def test_a_negative_weight_is_named_with_its_place(fitted):
    fit, place, source = fitted
    name = "sample_weight" if source == "arrays" else "w"
    for options in ({}, {"covariance": "HC3"}, {"missing": "drop", "bad_rows": "drop"}, {"missing": "mean"}):
        with pytest.raises(DataError, match=rf"^`{name}` holds -1\.0 in {re.escape(place)}: {NEGATIVE}$"):
            fit(-1.0, **options)


def test_one_that_is_missing_or_infinite_too(fitted):
    fit, place, source = fitted
    where, _, row = place.partition(", ")
    name = "sample_weight" if source == "arrays" else "w"
    with pytest.raises(DataError, match=rf"missing values in {re.escape(where)}: `{name}` 1 \(first: {row}\)"):
        fit(np.nan)
    if source != "crops.ndjson":  # JSON has no infinity
        with pytest.raises(DataError, match=rf"`{name}` holds '?inf'? in {re.escape(place)}: not a finite number"):
            fit(np.inf)
    with pytest.warns(reta.errors.RetaWarning, match="1 row left out for missing values"):
        assert fit(np.nan, missing="drop").n_samples == 7


def test_a_row_that_is_left_out_may_have_any_weight(tmp_path):
    rows = ["a,y,w", "1,2,1", "?,3,-1", "3,5,1", "4,5,0", "5,8,2", "6,8,1"]
    (tmp_path / "crops.csv").write_text("\n".join(rows) + "\n")
    with pytest.warns(reta.errors.RetaWarning, match="left out"):
        model = reta.fit(tmp_path / "crops.csv", targets="y", weights="w", bad_rows="drop")
    assert model.n_samples == 4


def test_a_descent_and_moments_say_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crops.csv").write_text("a,y,w\n1,2,1\n2,3,2\n\n3,5,-0.5\n4,5,1\n")
    message = rf"`w` holds -0\.5 in crops\.csv, line 5: {NEGATIVE}"
    with pytest.raises(DataError, match=message):
        reta.moments("crops.csv", targets="y", weights="w")
    for options in ({}, {"batch_size": 2}):
        with pytest.raises(DataError, match=message):
            reta.descend("crops.csv", targets="y", weights="w", lr=0.01, epochs=2, **options)
