"""Joint prediction regions: the interval of one target, planted coverage, and what rows they take."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest

import reta
from reta import LinearModel
from reta.errors import DataError, RetaWarning, UsageError

EXACT = 1e-9  # the quantiles of F and of t to 1e-10
TRIALS = 400
NEW_ROWS = 25
COVERAGE = 0.9
ALLOWED = 0.012  # 10,000 rows from 400 fits: three standard errors of some 0.004, rows of a fit going together


def test_one_target_gives_the_interval(frame: pl.DataFrame) -> None:
    model = reta.fit(frame, targets="y", features=["a", "b", "c"])
    new = frame.select("a", "b", "c").head(6)
    for kind in ("prediction", "confidence"):
        region = model.prediction_region(new, level=0.8, kind=kind)
        expected = model.predict(new, interval=0.8, kind=kind)
        half = region.radius * np.sqrt(region.shape[0, 0])
        assert region.centers[:, 0] - half == pytest.approx(expected["y_lower"].to_numpy(), rel=EXACT)
        assert region.centers[:, 0] + half == pytest.approx(expected["y_upper"].to_numpy(), rel=EXACT)
        assert region.contains(expected["y_upper"] - 1e-6).all()
        assert not region.contains(expected["y_upper"] + 1e-6).any()


def test_they_hold_new_rows_as_often_as_they_say() -> None:
    rng = np.random.default_rng(2026)
    mix = np.array([[1.0, 0.0, 0.0], [0.9, 0.3, 0.0], [-0.5, 0.5, 2.0]])
    coef = np.array([[1.0, -2.0], [0.5, 3.0], [0.0, 0.0]])
    inside = []
    apart = []
    for _ in range(TRIALS):
        X, new = rng.normal(size=(14, 2)), rng.normal(size=(NEW_ROWS, 2)) / 2
        model = reta.fit(X, X @ coef.T + rng.normal(size=(14, 3)) @ mix.T)
        Y = new @ coef.T + rng.normal(size=(NEW_ROWS, 3)) @ mix.T
        solution_rows = quiet_region(model, new)
        inside.append(solution_rows.contains(Y).mean())
        half = solution_rows.radius[:, None] * np.sqrt(np.diagonal(solution_rows.shape))
        apart.append((np.abs(Y - solution_rows.centers) <= half).all(axis=1).mean())
    assert np.mean(inside) == pytest.approx(COVERAGE, abs=ALLOWED)
    assert np.mean(apart) > np.mean(inside)


def quiet_region(model: LinearModel, rows: np.ndarray) -> reta.PredictionRegion:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        return model.prediction_region(rows, level=COVERAGE)


def test_the_ellipsoid_is_that_of_the_formula(model: LinearModel, frame: pl.DataFrame) -> None:
    region = model.prediction_region(frame)
    Y = frame.select("y", "z").to_numpy()
    gap = Y - region.centers
    distance = np.sqrt(np.einsum("ij,jk,ik->i", gap, np.linalg.inv(region.shape), gap))
    assert region.contains(Y).tolist() == (distance <= region.radius).tolist()
    assert 0 < region.contains(Y).sum() <= 60
    assert region.targets == ("y", "z")
    assert region.shape == pytest.approx(model.residual_covariance)


def test_targets_of_a_frame_are_taken_by_name(model: LinearModel, frame: pl.DataFrame) -> None:
    region = model.prediction_region(frame)
    expected = region.contains(frame.select("y", "z").to_numpy()).tolist()
    assert region.contains(frame.select("z", "a", "y")).tolist() == expected
    assert region.contains(frame.to_pandas()).tolist() == expected
    with pytest.raises(UsageError, match=r"Y has shape \(60, 1\): give one of \(60, 2\)"):
        region.contains(frame.select("y").to_numpy())


def test_rows_come_as_they_do_for_predictions(model: LinearModel, frame: pl.DataFrame) -> None:
    rows = frame.select("a", "b", "c").with_columns(a=pl.when(pl.int_range(60) == 3).then(None).otherwise(pl.col("a")))
    with pytest.raises(DataError, match="missing values"):
        model.prediction_region(rows)
    with pytest.warns(RetaWarning, match="1 of 60 rows lack a feature"):
        dropped = model.prediction_region(rows, missing="drop")
    assert dropped.centers.shape == (59, 2)
    assert dropped.radius.shape == (59,)
    array = model.prediction_region(frame.select("a", "b", "c").to_numpy())
    assert array.centers == pytest.approx(model.prediction_region(frame).centers)


def test_what_is_refused(model: LinearModel, frame: pl.DataFrame) -> None:
    for level in (0.0, 1.0, 95.0):
        with pytest.raises(UsageError, match="is not between 0 and 1"):
            model.prediction_region(frame, level=level)
    few = reta.fit(frame.head(5), targets=["y", "z"])
    with pytest.raises(DataError, match="2 targets cannot be judged together"):
        few.prediction_region(frame)
