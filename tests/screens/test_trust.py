"""What the section "Trust" says of fits that deserve none, and of overlap that is no fault."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import reta
from reta import LinearModel
from reta.screens.language import Speech
from reta.screens.terminal import plain_text
from reta.screens.trust import trust_lines

pytestmark = pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")


def trust(model: LinearModel, language: str = "en") -> str:
    """The section as one line."""
    return " ".join(" ".join(map(plain_text, trust_lines(model, Speech(language), 100))).split())


@pytest.fixture
def rows() -> pl.DataFrame:
    random = np.random.default_rng(12)
    x, z, u, v = random.normal([[10.0], [5.0], [0.0], [0.0]], 1.0, size=(4, 200))
    frame = pl.DataFrame({"x": x, "z": z, "near": x + 0.05 * u, "g": [f"g{i % 3}" for i in range(200)]})
    return frame.with_columns(y=x**2 + z + v, sum=pl.col("x") + pl.col("z"), one=1.0)


def test_few_degrees_of_freedom_are_no_comfort() -> None:
    random = np.random.default_rng(0)
    noise = trust(reta.fit(random.normal(size=(15, 12)), random.normal(size=15)))
    assert (
        "Evidence little: 15 rows for 13 coefficients; even features of pure noise would reach an R2 of some 0.86"
        in noise
    )
    saturated = trust(reta.fit(random.normal(size=(3, 2)), random.normal(size=3)))
    assert "Evidence none: 3 rows for 3 coefficients; the fit passes through every one of them" in saturated
    assert "Evidence" not in trust(reta.fit(random.normal(size=(26, 12)), random.normal(size=26)))
    assert "1 row for 1 coefficient;" in trust(reta.fit([[1.0]], [2.0]))


def test_the_share_that_noise_explains_is_what_noise_explains() -> None:
    random = np.random.default_rng(1)
    shares = [reta.fit(random.normal(size=(15, 12)), random.normal(size=15)).r_squared[0] for _ in range(200)]
    assert np.mean(shares) == pytest.approx(12 / 14, abs=0.02)


def test_more_features_than_rows_are_not_easy_to_tell_apart() -> None:
    random = np.random.default_rng(2)
    told = trust(reta.fit(random.normal(size=(30, 62)), random.normal(size=30)))
    assert "Overlap complete: 30 rows cannot tell 62 features apart; 33 were dropped" in told
    assert "easy to tell apart" not in told
    assert "move together" not in told


def test_combinations_are_counted_before_the_rest_is_judged(rows: pl.DataFrame) -> None:
    features = ["x", "z", "sum", "one"]
    dropped = trust(reta.fit(rows, targets="y", features=features))
    assert (
        "complete for 1 of 4 features: combinations of others, dropped, see Notes; of those that are left:" in dropped
    )
    assert "little: the features are easy to tell apart" in dropped
    shared = trust(reta.fit(rows, targets="y", features=features, rank="minimum_norm"))
    assert "with which they share one effect" in shared
    constant = trust(reta.fit(rows, targets="y", features=["x", "one"]))
    assert constant.startswith("Trust Overlap little")
    assert "descartados" in trust(reta.fit(rows, targets="y", features=features), "pt-BR")


@pytest.mark.parametrize(
    "formula", ["y ~ poly(x, 4)", "y ~ x + I(x**2)", "y ~ x*z", "y ~ z*g + poly(x, 2):z", "y ~ x + log(x) + z"]
)
def test_what_powers_and_products_have_in_common_is_no_alarm(rows: pl.DataFrame, formula: str) -> None:
    model = reta.fit(rows, formula=formula)
    assert model.collinearity()["vif"].max() > 100
    assert model.features_together() == []
    assert model.overlap().by_structure
    assert "Overlap only by construction: powers or products of the same columns" in trust(model)
    assert not any("move together" in note.text for note in model.notes)


@pytest.mark.parametrize("formula", ["y ~ poly(x, 3) + near", "y ~ x*z + near", "y ~ near + I(x**2) + z"])
def test_overlap_of_different_columns_is_one_all_the_same(rows: pl.DataFrame, formula: str) -> None:
    model = reta.fit(rows, formula=formula)
    (group,) = model.features_together()
    assert "near" in group.features
    assert "move together" in trust(model)


def test_a_copy_beside_a_polynomial_is_still_warned_of(rows: pl.DataFrame) -> None:
    copied = rows.with_columns(near=pl.col("x") + 1e-6 * (pl.col("near") - pl.col("x")))
    model = reta.fit(copied, formula="y ~ poly(x, 2) + near")
    assert any("move together almost exactly" in note.text and "`near`" in note.text for note in model.notes)
