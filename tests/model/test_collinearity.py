"""Features that move together: what a model says of them, and that it never says nothing."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest

import reta
from reta import LinearModel
from reta.errors import RetaWarning


def near_copy(distance: float) -> pl.DataFrame:
    rng = np.random.default_rng(6)
    x0, x1, x2, noise, error = rng.normal(size=(5, 500))
    x3 = x0 + x1 + distance * noise
    return pl.DataFrame({"x0": x0, "x1": x1, "x2": x2, "x3": x3, "y": x0 + 2 * x1 - 3 * x2 + 4 + 0.1 * error})


@pytest.mark.parametrize("distance", [1e-5, 1e-7, 1e-9, 1e-11, 1e-13])
def test_a_near_copy_never_goes_unremarked(distance: float) -> None:
    with pytest.warns(RetaWarning) as said:
        reta.fit(near_copy(distance), targets="y")
    text = " ".join(str(warning.message) for warning in said)
    assert all(f"`{name}`" in text for name in ("x0", "x1", "x3"))
    assert "`x2`" not in text


def test_the_note_says_what_to_do() -> None:
    with pytest.warns(RetaWarning) as said:
        model = reta.fit(near_copy(1e-5), targets="y")
    text = next(str(one.message) for one in said if "move together" in str(one.message))
    assert text.startswith("`x3`, `x0` and `x1` move together almost exactly (VIF ")
    assert "leave one of them out" in text
    assert model.notes[-1].kind == "warning"


def test_a_moderate_overlap_is_no_warning() -> None:
    model = reta.fit(near_copy(0.3), targets="y")
    assert model.notes == ()
    (group,) = model.features_together()
    assert group.features == ("x3", "x0", "x1")
    assert group.vif == pytest.approx(model.collinearity()["vif"].max())


def test_the_frame_has_a_row_per_feature() -> None:
    frame = near_copy(0.3).with_columns(x4=2 * pl.col("x0"))
    with pytest.warns(RetaWarning, match="`x4` = 2·`x0`"):
        model = reta.fit(frame, targets="y", features=["x0", "x1", "x2", "x3", "x4"])
    found = model.collinearity()
    assert found.columns == ["term", "vif", "r_squared_by_others", "moves_with"]
    assert found["moves_with"].to_list() == [["x1", "x3"], ["x0", "x3"], [], ["x0", "x1"], []]
    assert found["vif"].is_null().to_list() == [False] * 4 + [True]
    assert (1 / (1 - found["r_squared_by_others"])).to_list()[:4] == pytest.approx(found["vif"].to_list()[:4])
    indices = model.condition_indices()
    assert indices.height == 16
    assert indices["condition_index"].max() ** 2 == pytest.approx(model.condition)
    last = indices.filter(pl.col("direction") == 4)
    assert last.filter(pl.col("variance_proportion") > 0.5)["term"].to_list() == ["x0", "x1", "x3"]


def test_independent_features(model: LinearModel) -> None:
    assert model.collinearity()["vif"].max() < 1.5
    assert model.features_together() == []


def test_one_feature_and_none(frame: pl.DataFrame) -> None:
    one = reta.fit(frame, targets="y", features=["a"])
    assert one.collinearity()["vif"].to_list() == pytest.approx([1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        none = reta.fit(frame.select(pl.lit(1.0).alias("one"), "y"), targets="y")
    assert none.collinearity()["vif"].to_list() == [None]
    assert none.condition_indices().height == 0
