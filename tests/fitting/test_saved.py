"""Moments in the place of data: as good as rows, merged, subtracted and selected from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import RetaWarning

if TYPE_CHECKING:
    from pathlib import Path

SEED = 4
SAME = 1e-12  # equal rows, other batches: float64 sums in another order, well conditioned
WITNESS = 1e-9


def test_moments_are_as_good_as_rows(frame: pl.DataFrame, tmp_path: Path) -> None:
    straight = reta.fit(frame, targets=["y", "z"], categorical=["region"])
    whole = reta.moments(frame, targets=["y", "z"], categorical=["region"])
    whole.save(tmp_path / "w.moments")
    for source in (whole, tmp_path / "w.moments", str(tmp_path / "w.moments")):
        model = reta.fit(source)
        assert model.design == straight.design
        assert model.coef_ == pytest.approx(straight.coef_, rel=SAME)
        assert model.predict(frame).equals(straight.predict(frame))
        assert model.passes == 0


def test_parts_with_other_levels_merge_and_subtract(frame: pl.DataFrame) -> None:
    straight = reta.fit(frame, targets=["y"], features=["region", "a"], categorical=["region"])
    south, others = frame.filter(pl.col("region") == "s"), frame.filter(pl.col("region") != "s")
    parts = [
        reta.moments(part, targets=["y"], features=["region", "a"], categorical=["region"]) for part in (south, others)
    ]
    merged = reta.fit(parts[0] + parts[1])
    assert merged.feature_names == straight.feature_names
    assert merged.coef_ == pytest.approx(straight.coef_, rel=WITNESS)


@pytest.mark.parametrize("weights", [None, "w"])
def test_a_region_can_be_unlearned(frame: pl.DataFrame, weights: str | None) -> None:
    """The rows of one region, then of all but one, are taken out: their levels' columns hold one value afterwards."""
    weighted = frame.with_columns(w=pl.Series(np.random.default_rng(SEED).uniform(0.5, 2.0, frame.height)))
    asked = {"targets": ["y"], "features": ["region", "a"], "categorical": ["region"], "weights": weights}
    of = {region: reta.moments(part, **asked) for (region,), part in weighted.group_by("region")}
    without = reta.moments(weighted, **asked) - of["s"]
    straight = reta.fit(weighted.filter(pl.col("region") != "s"), **asked)
    with pytest.warns(RetaWarning, match=r"`region\[s\]` is 0 in every row"):
        unlearned = reta.fit(without)
    coefficients = dict(zip(unlearned.feature_names, unlearned.coef_[0], strict=True))
    assert [coefficients["region[w]"], coefficients["a"]] == pytest.approx(straight.coef_[0], rel=WITNESS)
    alone = without - of["w"]
    assert alone.scatter_xx[-1, -1] == pytest.approx(of["n"].scatter_xx[-1, -1], rel=WITNESS)
    at = alone.features.index("region[n]")
    assert (alone.mean[at], alone.minimum[at], alone.maximum[at], alone.scatter[at, at]) == (1, 1, 1, 0)


def test_moments_choose_features_and_targets(frame: pl.DataFrame) -> None:
    whole = reta.moments(frame, targets=["y", "z"], categorical=["region"])
    chosen = reta.fit(whole, targets=["z"], features=["region", "b"])
    straight = reta.fit(frame, targets=["z"], features=["region", "b"], categorical=["region"])
    assert chosen.coef_ == pytest.approx(straight.coef_, rel=WITNESS)
    turned = reta.fit(whole, targets=["a"], features=["y", "z"])
    assert turned.coef_ == pytest.approx(reta.fit(frame, targets=["a"], features=["y", "z"]).coef_, rel=WITNESS)
