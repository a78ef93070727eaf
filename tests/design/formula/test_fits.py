"""Formulas from the data to predictions: planted truth, statsmodels, and every road that a model takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import formulaic
import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm

import reta
from reta.design import MAX_LEVELS, Encoder
from reta.design.formula import plan_formula
from reta.errors import DataError, FileError, RetaWarning, UsageError
from reta.model import strict_json
from reta.moment import gather
from reta.tables import open_table

if TYPE_CHECKING:
    from pathlib import Path

SEED = 8
ROWS = 300
# Both solve a well-conditioned problem of 300 rows in float64; conditions here stay under 1e4.
STATSMODELS = 1e-8
# The truth is planted without noise and found again from float64 sums.
TRUTH = {"rtol": 1e-7, "atol": 1e-7}
FORMULA = "log(y) + z ~ temp*region + poly(rain, 2) + log(rain) + C(code):temp - 1"


@pytest.fixture
def frame() -> pl.DataFrame:
    rng = np.random.default_rng(SEED)
    temp, rain = rng.normal(20, 5, ROWS), rng.uniform(1, 9, ROWS)
    region = rng.choice(["north", "south", "west"], ROWS)
    return pl.DataFrame(
        {
            "temp": temp,
            "rain": rain,
            "region": region,
            "code": rng.choice([3, 1, 2], ROWS),
            "w": rng.uniform(0.5, 2, ROWS),
            "y": np.exp(0.1 * temp + np.log(rain) + (region == "south") + rng.normal(0, 0.1, ROWS)),
            "z": rain**2 - temp * (region == "west") + rng.normal(0, 0.5, ROWS),
        }
    )


@pytest.mark.parametrize("formula", ["y ~ temp*region + log(rain)", FORMULA, "z ~ region:temp + poly(rain, 2)"])
def test_statsmodels_on_the_columns_of_formulaic_finds_the_same(frame: pl.DataFrame, formula: str) -> None:
    model = reta.fit(frame, formula=formula, weights="w")
    matrices = formulaic.model_matrix(formula.replace(", 2)", ", 2, raw=True)"), frame.to_pandas())
    X, Y = pd.DataFrame(matrices.rhs), pd.DataFrame(matrices.lhs)
    for target, (_, y) in zip(model.target_names, Y.items(), strict=True):
        witness = sm.WLS(y, X, weights=frame["w"].to_numpy()).fit()
        mine = model.tidy().filter(pl.col("target") == target)
        assert mine["estimate"].to_numpy() == pytest.approx(witness.params.to_numpy(), rel=STATSMODELS, abs=STATSMODELS)
        assert mine["std_error"].to_numpy() == pytest.approx(witness.bse.to_numpy(), rel=STATSMODELS)


def test_a_planted_truth_is_found_term_by_term(frame: pl.DataFrame) -> None:
    exact = frame.with_columns(
        y=3 + 2 * pl.col("rain").log() - 0.5 * pl.col("temp") * (pl.col("region") == "west") + pl.col("rain") ** 2
    )
    with pytest.warns(RetaWarning, match="reproduced to rounding"):
        model = reta.fit(exact, formula="y ~ log(rain) + region + temp:region + I(rain**2)")
    found = dict(zip(model.feature_names, model.coef_[0].tolist(), strict=True))
    expected = dict.fromkeys(model.feature_names, 0.0) | {"log(rain)": 2, "temp:region[west]": -0.5, "I(rain**2)": 1}
    np.testing.assert_allclose(list(found.values()), list(expected.values()), **TRUTH)
    assert model.intercept_[0] == pytest.approx(3, rel=TRUTH["rtol"])


def test_a_model_predicts_from_the_source_columns_of_the_right_side(frame: pl.DataFrame, tmp_path: Path) -> None:
    model = reta.fit(frame, formula=FORMULA)
    new = frame.select("code", "region", "rain", "temp").head(5)
    predicted = model.predict(new, interval=0.9)
    assert predicted.columns[:3] == ["log(y)", "log(y)_lower", "log(y)_upper"]
    X = model.design.matrix(new.with_columns(pl.col("code").cast(pl.String)))
    np.testing.assert_allclose(predicted["z"], X @ model.coef_[1], rtol=1e-10)
    model.save(tmp_path / "m.json")
    loaded = reta.load(tmp_path / "m.json")
    assert loaded.design == model.design
    assert loaded.predict(new, interval=0.9).equals(predicted)
    for wanting in ("log(y)", "poly(rain, 2)[2]", "region[south]", "code[3]:temp", "I("):
        assert (wanting in loaded.summary()) == (wanting != "I(")


def test_rows_are_judged_by_the_transformed_target(frame: pl.DataFrame) -> None:
    model = reta.fit(frame, formula="log(y) ~ temp + region + log(rain)")
    scores = model.evaluate(frame)
    y = np.log(frame["y"].to_numpy())
    error = y - model.predict(frame)["log(y)"].to_numpy()
    assert scores["rmse"][0] == pytest.approx(np.sqrt((error**2).mean()))
    assert scores["r_squared"][0] == pytest.approx(1 - (error**2).sum() / ((y - y.mean()) ** 2).sum())
    with pytest.raises(DataError, match="lacks the target `y`"):
        model.evaluate(frame.drop("y"))
    with pytest.raises(DataError, match=r"^log\(y\) has no finite value in row 3 of those used, where `y` is -1.0"):
        reta.fit(
            frame.with_columns(y=pl.when(pl.int_range(pl.len()) == 2).then(-1.0).otherwise("y")),
            formula="log(y) ~ temp",
        )


def test_new_rows_without_a_number_are_named_by_their_row(frame: pl.DataFrame) -> None:
    model = reta.fit(frame, formula="y ~ log(rain)")
    rows = pl.DataFrame({"rain": [1.0, 2.0, 0.0]})
    with pytest.raises(DataError, match=r"log\(rain\) has no finite value in row 3 of those used, where `rain` is 0.0"):
        model.predict(rows)


def test_extrapolation_is_told_by_column(frame: pl.DataFrame) -> None:
    model = reta.fit(frame, formula="y ~ log(rain) + temp:rain")
    with pytest.warns(RetaWarning, match=r"extrapolation.*`log\(rain\)` in 1 of 1 row .*`temp:rain` in 1 of 1 row"):
        model.predict(pl.DataFrame({"rain": [1000.0], "temp": [20.0]}))


def test_an_unknown_level_counts_as_the_baseline_in_every_term(frame: pl.DataFrame) -> None:
    model = reta.fit(frame, formula="y ~ region:temp + region - 1")
    rows = frame.head(2).with_columns(region=pl.Series(["east", "north"]))
    with pytest.raises(DataError, match="`region` holds 'east'"):
        model.predict(rows)
    with pytest.warns(RetaWarning, match="1 cell with a level unknown"):
        found = model.predict(rows, unknown="baseline")
    assert found.equals(model.predict(rows.with_columns(region=pl.lit("north"))))


@pytest.mark.parametrize("formula", ["y ~ log(rain) + temp:rain", "y ~ rain + poly(rain, 2):temp", "y ~ I(rain*temp)"])
def test_gaps_are_filled_in_the_source_columns(frame: pl.DataFrame, formula: str) -> None:
    holed = frame.with_columns(rain=pl.when(pl.int_range(pl.len()) % 7 == 3).then(None).otherwise("rain"))
    mean = (holed["rain"] * holed["w"]).sum() / holed.filter(pl.col("rain").is_not_null())["w"].sum()
    model = reta.fit(holed, formula=formula, missing="mean", weights="w")
    by_hand = reta.fit(holed.with_columns(pl.col("rain").fill_null(mean)), formula=formula, weights="w")
    np.testing.assert_allclose(model.coef_, by_hand.coef_, rtol=1e-9)
    filled = [note.text for note in model.notes if "filled" in note.text]
    assert len(filled) == 1
    assert filled[0].startswith(f"`rain`: {holed['rain'].null_count()} missing cells filled with the mean, {mean:.6g}")
    gap = pl.DataFrame({"rain": [None], "temp": [20.0]}, schema_overrides={"rain": pl.Float64})
    at_mean = model.predict(gap.fill_null(mean))
    np.testing.assert_allclose(model.predict(gap), at_mean, rtol=1e-12)
    np.testing.assert_allclose(by_hand.predict(gap, missing="mean"), at_mean, rtol=1e-9)


def test_rows_without_a_value_are_dropped_by_source_column(frame: pl.DataFrame) -> None:
    holed = frame.with_columns(rain=pl.when(pl.int_range(pl.len()) == 3).then(None).otherwise("rain"))
    with pytest.warns(RetaWarning, match="1 row left out for missing values: `rain` 1"):
        model = reta.fit(holed, formula="y ~ log(rain)", missing="drop")
    assert model.n_samples == ROWS - 1


def test_arrays_have_formulas_too(frame: pl.DataFrame) -> None:
    X, y = frame.select("temp", "rain").to_numpy(), frame["z"].to_numpy()
    model = reta.fit(X, y, formula="y ~ x0*log(x1)")
    same = reta.fit(frame, formula="z ~ temp*log(rain)")
    np.testing.assert_allclose(model.coef_, same.coef_, rtol=1e-12)
    np.testing.assert_allclose(model.predict(X)[:, 0], same.predict(frame)["z"], rtol=1e-12)
    weighted = reta.fit(X, y, formula="y ~ x0 + log(x1)", weights=frame["w"].to_numpy())
    named = reta.fit(frame, formula="z ~ temp + log(rain)", weights="w")
    np.testing.assert_allclose(weighted.coef_, named.coef_, rtol=1e-12)


def test_the_options_and_the_formula_exclude_each_other(frame: pl.DataFrame) -> None:
    for options in ({"targets": ["y"]}, {"features": ["temp"]}, {"categorical": ["region"]}):
        with pytest.raises(UsageError, match="a formula names targets and features itself"):
            reta.fit(frame, formula="y ~ temp", **options)
    with pytest.raises(UsageError, match="write - 1 in it"):
        reta.fit(frame, formula="y ~ temp", fit_intercept=False)


def test_moments_take_formulas_of_columns_only(frame: pl.DataFrame) -> None:
    moments = reta.moments(frame, formula="y ~ temp + C(code)")
    assert moments == reta.moments(frame, targets="y", features=["temp", "code"], categorical=["code"])
    for formula in ("y ~ log(rain)", "log(y) ~ temp", "y ~ temp:rain", "y ~ temp - 1"):
        with pytest.raises(UsageError, match="moments remember columns, not how they were computed"):
            reta.moments(frame, formula=formula)
    with pytest.raises(UsageError, match="saved moments hold columns, not rows"):
        reta.fit(moments, formula="y ~ temp")


def test_an_interaction_has_at_most_so_many_columns() -> None:
    many = [str(j) for j in range(40)]
    frame = pl.DataFrame({"a": many, "b": many, "y": range(40)})
    encoder = Encoder(plan_formula(open_table(frame), "y ~ a:b").terms, {})
    with pytest.raises(DataError, match=rf"`a:b` makes more than {MAX_LEVELS:,} columns: leave it out, or group"):
        encoder.encode(frame)


def test_a_large_batch_of_many_columns_is_cut_before_it_is_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(SEED)
    rows = 10_000
    frame = pl.DataFrame({"a": rng.integers(0, 30, rows), "b": rng.integers(0, 30, rows), "y": rng.normal(size=rows)})
    heights = []
    encode = Encoder.encode
    monkeypatch.setattr(Encoder, "encode", lambda self, part: (heights.append(part.height), encode(self, part))[1])
    table = open_table(frame)
    gathered = gather(table, plan_formula(table, "y ~ C(a):C(b)"))
    assert gathered.moments.n_features == 30 + 900
    assert max(heights) < 5_000


def test_files_from_before_formulas_still_load(frame: pl.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    model = reta.fit(frame, formula="z ~ temp + region")
    model.save(path)
    content = json.loads(path.read_text())["content"]
    assert content.pop("responses") == []
    assert all("full" not in term for term in content["terms"])
    strict_json.write_document(path, "reta linear model", 1, content)
    assert reta.load(path).predict(frame).equals(model.predict(frame))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["responses"].append({"kind": "transform", "expression": {"column": "q"}, "fills": {}}),
        lambda content: content["responses"].append({"kind": "number", "column": "z", "fill": None}),
        lambda content: content["responses"][0]["expression"].update(operation="system"),
        lambda content: content["terms"][0].update(degree=-1),
        lambda content: content.update(responses=None),
    ],
)
def test_a_file_whose_terms_make_no_sense_is_refused(frame: pl.DataFrame, tmp_path: Path, change) -> None:
    path = tmp_path / "m.json"
    reta.fit(frame, formula="log(y) ~ poly(temp, 2)").save(path)
    content = json.loads(path.read_text())["content"]
    change(content)
    strict_json.write_document(path, "reta linear model", 1, content)
    with pytest.raises(FileError, match="does not hold a model as reta writes it"):
        reta.load(path)
