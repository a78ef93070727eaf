from __future__ import annotations

import numpy as np
import pytest

FORMULA = "log(apples) + oranges ~ temp*rainfall + poly(humidity, 2)"
# The same 15 rows, solved by a singular value decomposition of columns whose condition is under 1e6.
CLOSE = {"rtol": 1e-8}


def test_a_formula_names_targets_and_features(reta, exact):
    document = reta("fit", "crops.csv", FORMULA, "--json").document
    assert document["targets"] == ["log(apples)", "oranges"]
    features = ["temp", "rainfall", "poly(humidity, 2)[1]", "poly(humidity, 2)[2]", "temp:rainfall"]
    assert document["features"] == features
    ones, temp, rain, humidity = exact.X.T
    X = np.column_stack([ones, temp, rain, humidity, humidity**2, temp * rain])
    Y = np.column_stack([np.log(exact.Y[:, 0]), exact.Y[:, 1]])
    found = np.array([row["estimate"] for row in document["coefficients"]]).reshape(2, 6).T
    np.testing.assert_allclose(found, np.linalg.lstsq(X, Y, rcond=None)[0], **CLOSE)


def test_the_formula_may_stand_before_the_data(reta):
    first = reta("fit", "apples ~ temp", "crops.csv", "--json").document
    assert first == reta("fit", "crops.csv", "apples ~ temp", "--json").document
    assert first == {**reta("fit", "crops.csv", "-t", "apples", "--features", "temp", "--json").document}


def test_a_model_is_shown_and_applied_without_the_targets(reta, tmp_path):
    saved = reta("fit", "crops.csv", FORMULA, "-o", "m.reta.json")
    assert saved.code == 0
    for screen in (saved.out, reta("show", "m.reta.json").out):
        assert f"Formula    {FORMULA}" in screen
        assert "poly(humidity, 2)[2]" in screen
    (tmp_path / "new.csv").write_text("humidity,temp,rainfall\n44,75,63\n")
    run = reta("predict", "m.reta.json", "new.csv", "--interval", "0.9")
    assert run.code == 0
    header = (
        "humidity,temp,rainfall,log(apples),log(apples)_lower,log(apples)_upper,oranges,oranges_lower,oranges_upper"
    )
    assert run.out.splitlines()[0] == header
    assert reta("evaluate", "m.reta.json", "crops.csv", "--json").code == 0


def test_predicting_the_training_rows_says_nothing_of_the_target_column(reta):
    reta("fit", "crops.csv", "log(apples) ~ temp", "-o", "m.reta.json")
    run = reta("predict", "m.reta.json", "crops.csv")
    assert "does not use: `rainfall`, `humidity`, `oranges`" in run.err


MISUSED = [
    (["crops.csv", "apples ~ temp", "--targets", "oranges"], "a formula names targets and features itself: leave out"),
    (["crops.csv", "apples ~ temp", "--features", "temp"], "a formula names targets and features itself: leave out"),
    (["crops.csv", "apples ~ temp", "oranges ~ temp"], "two formulas, 'apples ~ temp' and 'oranges ~ temp': give one"),
    (["apples ~ temp"], "no DATA beside the formula 'apples ~ temp' (no file is called that): name the table first"),
    (["crops.csv", "apples ~ temp", "--no-intercept"], "a formula says itself whether there is an intercept"),
    (["crops.csv", "apples ~ tmep"], "no column `tmep` at character 10, before 'tmep'; crops.csv has temp, rainfall"),
    (["crops.csv", "apples ~ " + "temp + " * 100], "something is missing at its end"),
]


@pytest.mark.parametrize(("arguments", "message"), MISUSED)
def test_a_misused_formula_is_a_usage_error(reta, arguments, message):
    run = reta("fit", *arguments)
    assert run.code == 2
    assert message in run.err
    assert run.err.count("\n") == 1


def test_a_file_whose_name_has_the_sign_is_a_file(reta, tmp_path):
    (tmp_path / "crops~1.csv").write_bytes((tmp_path / "crops.csv").read_bytes())
    assert reta("fit", "crops~1.csv", "apples ~ temp").code == 0
    assert "/crops.csv does not exist" in reta("fit", "~/crops.csv", "-t", "apples").err


def test_moments_of_columns_take_a_formula(reta):
    assert reta("moments", "build", "crops.csv", "apples ~ temp + humidity", "-o", "a.moments").code == 0
    by_moments = reta("fit", "a.moments", "--json").document
    by_rows = reta("fit", "crops.csv", "apples ~ temp + humidity", "--json").document
    assert by_moments["coefficients"] == by_rows["coefficients"]
    run = reta("moments", "build", "crops.csv", "apples ~ log(temp)", "-o", "b.moments")
    assert (run.code, "moments remember columns, not how they were computed" in run.err) == (2, True)
    run = reta("fit", "a.moments", "apples ~ temp")
    assert (run.code, "saved moments hold columns, not rows" in run.err) == (2, True)
