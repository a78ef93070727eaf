from __future__ import annotations

import numpy as np
import pytest

# The same sums in another order: a few units in the last place, times the condition of 15 rows.
CLOSE = {"rtol": 1e-9}
CLOSE_SHARE = {"rel": 1e-12}


@pytest.fixture
def model(reta):
    assert reta("fit", "crops.csv", "--targets", "apples,oranges", "-o", "crops.reta.json").code == 0
    return "crops.reta.json"


@pytest.fixture
def held_out(tmp_path):
    rows = np.array([[74.0, 66, 43, 57, 72], [90, 87, 65, 80, 104], [60, 70, 50, 66, 83]])
    lines = ["temp,rainfall,humidity,apples,oranges", *(",".join(f"{cell:g}" for cell in row) for row in rows)]
    (tmp_path / "held_out.csv").write_text("\n".join(lines) + "\n")
    return rows


def test_the_scores_are_those_of_the_residuals(reta, model, held_out, exact):
    document = reta("evaluate", model, "held_out.csv", "--json").document
    X, Y = np.column_stack([np.ones(3), held_out[:, :3]]), held_out[:, 3:]
    error = Y - X @ exact.coef
    scores = document["scores"]
    assert [score["target"] for score in scores] == ["apples", "oranges"]
    assert [score["n_samples"] for score in scores] == [3, 3]
    np.testing.assert_allclose([score["rmse"] for score in scores], np.sqrt((error**2).mean(axis=0)), **CLOSE)
    np.testing.assert_allclose([score["mae"] for score in scores], np.abs(error).mean(axis=0), **CLOSE)
    r_squared = 1 - (error**2).sum(axis=0) / ((Y - Y.mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose([score["r_squared"] for score in scores], r_squared, **CLOSE)


def test_the_screen_names_model_and_rows(reta, model, held_out):
    screen = reta("evaluate", model, "held_out.csv").out
    assert screen.splitlines()[0] == "crops.reta.json put to the test on held_out.csv"
    assert "RMSE" in screen
    assert "posto à prova" in reta("evaluate", model, "held_out.csv", "--lang", "pt-BR").out


def test_rows_without_the_target_cannot_be_evaluated(reta, model):
    run = reta("evaluate", model, "-", stdin="temp,rainfall,humidity,apples\n75,63,44,50\n")
    assert run.code == 3
    assert "oranges" in run.err


def test_without_an_intercept_both_screens_say_what_r_squared_is_about(reta):
    fit = ("fit", "crops.csv", "--targets", "apples", "--no-intercept", "-o", "m.reta.json")
    assert "about zero" in reta(*fit).out
    assert "em torno de zero" in reta("show", "m.reta.json", "--lang", "pt-BR").out
    shown, scored = (
        reta("show", "m.reta.json", "--json").document,
        reta("evaluate", "m.reta.json", "crops.csv", "--json"),
    )
    assert shown["r_squared_about"] == scored.document["r_squared_about"] == "zero"
    assert scored.document["scores"][0]["r_squared"] == pytest.approx(shown["fit"][0]["r_squared"], **CLOSE_SHARE)
    screen = reta("evaluate", "m.reta.json", "crops.csv").out
    assert "about zero" in screen
    assert "compares with always predicting zero" in screen


def test_the_mean_is_what_r_squared_is_about_otherwise(reta, model, held_out):
    assert reta("evaluate", model, "held_out.csv", "--json").document["r_squared_about"] == "mean"
    assert "about zero" not in reta("evaluate", model, "held_out.csv").out


def test_weights_are_those_of_the_fit_or_named(reta, tmp_path):
    (tmp_path / "w.csv").write_text("x,y,w,v\n1,2,1,1\n2,3,2,1\n3,5,3,1\n4,4,4,0\n")
    assert reta("fit", "w.csv", "--targets", "y", "--features", "x", "--weights", "w", "-o", "m.reta.json").code == 0
    document = reta("evaluate", "m.reta.json", "w.csv", "--json").document
    assert document["weights"] == "w"
    assert {"kind": "assumed", "text": "rows are weighted by `w`, as in the fit"} in document["notes"]
    named = reta("evaluate", "m.reta.json", "w.csv", "--weights", "v", "--json").document
    assert (named["weights"], named["scores"][0]["n_samples"]) == ("v", 3)
