"""The same rows from anywhere are predicted to the same bits, whatever holds them."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pytest

import reta
from reta.errors import DataError, RetaWarning
from reta.inference.coordinates import block_rows
from reta.model.outside import outside_range
from reta.moment import in_order

if TYPE_CHECKING:
    from pathlib import Path

    from reta import LinearModel

FEATURES, TARGETS = ["a", "b", "c"], ["y", "z"]
LONG = 2 * 65_536 + 77  # three batches, each of several blocks, the last odd
FLOAT64 = 1e-13  # relative: the same sums in another order


@pytest.fixture
def rows() -> np.ndarray:
    """Well inside the ranges of ``model``; short decimals, which text holds exactly."""
    return np.random.default_rng(3).integers(-999, 999, size=(LONG, 3)) / 1000.0


@pytest.fixture
def model() -> LinearModel:
    random = np.random.default_rng(4)
    X = random.normal(size=(60, 3)) * 9.0
    Y = X @ random.normal(size=(3, 2)) + random.normal(size=(60, 2))
    return reta.fit(pl.DataFrame(np.hstack([X, Y]), schema=[*FEATURES, *TARGETS]), targets=TARGETS)


@pytest.mark.parametrize("n", [1, 2, 7, block_rows(3) + 1, LONG])
@pytest.mark.parametrize("interval", [None, 0.9])
def test_arrays_of_any_layout_and_frames(model: LinearModel, rows: np.ndarray, n: int, interval: float | None) -> None:
    X = rows[:n]
    frame = pl.DataFrame(X, schema=FEATURES)
    expected = model.predict(frame, interval=interval)
    wide = np.zeros((n, 8))
    wide[:, 1:7:2] = X
    for array in (X, np.asfortranarray(X), wide[:, 1:7:2], X[::-1][::-1]):
        found = model.predict(array, interval=interval)
        if interval is None:
            np.testing.assert_array_equal(found, expected.select(TARGETS).to_numpy())
        else:
            for values, bound in ((found.mean, ""), (found.lower, "_lower"), (found.upper, "_upper")):
                np.testing.assert_array_equal(values, expected.select(f"{name}{bound}" for name in TARGETS).to_numpy())
    np.testing.assert_allclose(
        expected.select(TARGETS).to_numpy(), X @ model.coef_.T + model.intercept_, rtol=FLOAT64, atol=FLOAT64
    )


def test_files_and_frames_of_others(model: LinearModel, rows: np.ndarray, tmp_path: Path) -> None:
    frame = pl.DataFrame(rows, schema=FEATURES)
    frame.write_parquet(tmp_path / "rows.parquet", row_group_size=10_000)
    frame.write_csv(tmp_path / "rows.csv")
    frame.write_ndjson(tmp_path / "rows.ndjson")
    expected = model.predict(rows)
    for name in ("rows.parquet", "rows.csv", "rows.ndjson"):
        np.testing.assert_array_equal(model.predict(tmp_path / name).to_numpy(), expected, err_msg=name)
    np.testing.assert_array_equal(model.predict(pd.DataFrame(rows, columns=FEATURES)).to_numpy(), expected)


def test_other_types_of_number(model: LinearModel) -> None:
    whole = np.random.default_rng(5).integers(-5, 5, size=(500, 3))
    expected = model.predict(whole.astype(np.float64))
    for dtype in (np.float32, np.float16, np.int8, np.int64, object):
        np.testing.assert_array_equal(model.predict(whole.astype(dtype)), expected)
    np.testing.assert_array_equal(model.predict(whole > 0), model.predict((whole > 0).astype(np.float64)))


@pytest.mark.parametrize("at", [3, 70_000])
def test_odd_cells_of_arrays_get_what_those_of_frames_get(model: LinearModel, rows: np.ndarray, at: int) -> None:
    rows[at, 1] = np.nan
    frame = pl.DataFrame(rows, schema=FEATURES)
    with pytest.raises(DataError, match=rf"missing values in NumPy array: `b` 1 \(first: row {at + 1}\)"):
        model.predict(rows)
    for policy, n_left, warns in (
        ("drop", LONG - 1, pytest.warns(RetaWarning, match="lack a feature")),
        ("mean", LONG, nullcontext()),
    ):
        with warns:
            of_array = model.predict(rows, missing=policy)
            of_frame = model.predict(frame, missing=policy)
        assert len(of_array) == n_left
        np.testing.assert_array_equal(of_array, of_frame.to_numpy())
    rows[at, 1] = np.inf
    with pytest.raises(DataError, match=rf"`b` holds inf in NumPy array, row {at + 1}"):
        model.predict(rows, missing="drop")


def test_cells_outside_the_range_are_counted() -> None:
    random = np.random.default_rng(6)
    X = np.asfortranarray(random.normal(size=(block_rows(4) * 2 + 5, 4)))
    low, high = np.full(4, -1.0), np.array([1.0, 2.0, 0.0, 9.0])
    X[0] = low
    X[1] = high
    found = outside_range(X, low, high)
    assert found.finite
    np.testing.assert_array_equal(found.outside, ((X < low) | (X > high)).sum(axis=0))
    for odd in (np.nan, np.inf, -np.inf):
        X[-1, 2] = odd
        assert not outside_range(X, low, high).finite


def test_one_thread_and_several_give_the_same(model: LinearModel, rows: np.ndarray, monkeypatch) -> None:
    wide = np.tile(rows, (4, 1))
    alone, shared = [], []
    for found, cpus in ((alone, 1), (shared, 3)):
        monkeypatch.setattr(in_order, "usable_cpus", lambda cpus=cpus: cpus)
        found.extend([model.predict(wide), model.predict(wide, interval=0.9).upper])
    np.testing.assert_array_equal(alone, shared)
    np.testing.assert_array_equal(alone[0], model.predict(pl.DataFrame(wide, schema=FEATURES)).to_numpy())


def test_no_rows_are_no_table(model: LinearModel) -> None:
    with pytest.raises(DataError, match="NumPy array has columns but no rows"):
        model.predict(np.empty((0, 3)))


def test_extrapolation_in_arrays_is_warned_of(model: LinearModel, rows: np.ndarray) -> None:
    rows[[5, 80_000], 2] = 1e4
    with pytest.warns(RetaWarning, match="`c` in 2 of 131,149 rows"):
        model.predict(rows)


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
@pytest.mark.parametrize("base", [2**53, 2**60, 2**63 - 200])
def test_integers_beyond_2_to_53_are_predicted_as_they_were_fitted(base: int, dtype: type) -> None:
    random = np.random.default_rng(4)
    k, other = random.integers(0, 100, 60), random.integers(0, 9, 60)
    y = 3.0 * k - other + random.normal(size=60)
    small = np.column_stack([k, other])
    wide = np.column_stack([base + k, other]).astype(dtype)
    with pytest.warns(RetaWarning, match=r"integers over 2\^53"):
        model = reta.fit(wide, y)
    found, truth = model.predict(wide, interval=0.9), reta.fit(small, y).predict(small, interval=0.9)
    for name in ("mean", "lower", "upper"):
        np.testing.assert_allclose(getattr(found, name), getattr(truth, name), rtol=FLOAT64)
