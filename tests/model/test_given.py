"""A model of given weights: it predicts, saves and evaluates, and shows nothing that looks like evidence."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import UsageError
from reta.model.given import given_model

NAMES = ["a", "b", "c"]
TARGETS = ["y", "z"]
WEIGHT = np.array([[2.0, -1.0, 0.1], [0.0, 3.0, -2.0 / 3.0]])
BIAS = np.array([4.0, -7.1])
ROUNDING = 1e-14  # of a sum of four products
WITHOUT_ROWS = "this model is weights that were given, without rows; fit the rows with reta fit"
EVIDENCE = {
    "en": ("R²", "R2", "error", "p-value", "95%", "Rows", "degree", "Fit\n", "condition", "digits"),
    "pt-BR": ("R²", "R2", "erro", "valor-p", "95%", "Linhas", "grau", "Ajuste", "condição", "dígitos"),
}
NULL_IN_GLANCE = ("df_residual", "rank", "r_squared", "adj_r_squared", "sigma", "statistic", "p_value")


def made(bias=BIAS, weight=WEIGHT, features=NAMES, targets=TARGETS):
    return given_model(weight, bias, features, targets, source="a drawer")


@pytest.fixture
def given():
    return made()


def test_predictions_are_the_formula(frame, given):
    X = frame.select(NAMES).to_numpy()
    np.testing.assert_allclose(given.predict(X), X @ WEIGHT.T + BIAS, rtol=ROUNDING)
    by_name = given.predict(frame.select("z", "c", "a", "b"))
    assert by_name.columns == TARGETS
    np.testing.assert_allclose(by_name.to_numpy(), X @ WEIGHT.T + BIAS, rtol=ROUNDING)


def test_without_a_bias(frame):
    model = made(bias=None)
    assert not model.fit_intercept
    X = frame.select(NAMES).to_numpy()
    np.testing.assert_allclose(model.predict(X), X @ WEIGHT.T, rtol=ROUNDING)
    assert "intercept" not in model.tidy()["term"]
    assert "without intercept" in model.summary()


def test_no_row_is_outside_a_range_that_nobody_knows(given):
    """Warnings are errors here."""
    rows = np.array([[1e300, -1e300, 0.0], [np.finfo(float).max, 0.0, 0.0]])
    assert np.isfinite(given.predict(rows[:1])).all()
    given.predict(rows[1:] / 4)


def test_evaluation_is_that_of_the_formula(frame, given):
    X, Y = frame.select(NAMES).to_numpy(), frame.select(TARGETS).to_numpy()
    error = Y - X @ WEIGHT.T - BIAS
    score = given.evaluate(frame)
    np.testing.assert_allclose(score["rmse"], np.sqrt((error**2).mean(axis=0)), rtol=1e-12)
    expected = 1 - (error**2).sum(axis=0) / ((Y - Y.mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(score["r_squared"], expected, rtol=1e-12)


def test_rows_with_gaps_are_refused_or_left_out(given):
    rows = pl.DataFrame({"a": [1.0, None], "b": [1.0, 2.0], "c": [0.0, 0.0]})
    with pytest.raises(reta.errors.DataError, match="`a`"):
        given.predict(rows)
    with pytest.warns(reta.errors.RetaWarning, match="1 of 2 rows"):
        assert given.predict(rows, missing="drop")["y"].to_list() == [5.0]


@pytest.mark.parametrize("language", EVIDENCE)
@pytest.mark.parametrize("bias", [BIAS, None])
def test_the_summary_says_what_it_is_and_no_more(language, bias):
    text = made(bias).summary(language=language)
    assert "a drawer" in text
    assert {"en": "as given", "pt-BR": "como fornecidos"}[language] in text
    assert {"en": "-0.666667", "pt-BR": "-0,666667"}[language] in text
    assert [word for word in EVIDENCE[language] if word in text] == []
    assert [word for word in ("nan", "None", "inf", "∞") if word in text.lower()] == []


def test_a_summary_of_many_targets_lists_them():
    text = made(bias=None, weight=np.ones((6, 1)), features=["a"], targets=[f"y{j}" for j in range(6)]).summary()
    assert "y0, y1, y2, y3, y4, y5" in text
    assert "Rows" not in text


def test_frames_are_null_where_rows_would_tell(given):
    tidy = given.tidy()
    assert tidy["estimate"].to_list() == [4.0, *WEIGHT[0], -7.1, *WEIGHT[1]]
    for column in ("std_error", "statistic", "p_value", "conf_low", "conf_high"):
        assert tidy[column].null_count() == len(tidy), column
    glance = given.glance()
    assert glance["n_samples"].to_list() == [0, 0]
    for column in (*NULL_IN_GLANCE, "log_likelihood", "aic", "bic"):
        assert glance[column].null_count() == len(glance), column


def test_glance_has_the_types_of_any_other(given, model):
    assert given.glance().schema == model.glance().schema
    assert given.tidy().schema == model.tidy().schema


def test_no_property_claims_anything(given):
    for name in ("r_squared", "adjusted_r_squared", "residual_standard_error", "residual_covariance", "condition"):
        assert np.isnan(getattr(given, name)).all(), name
    assert (given.n_samples, given.degrees_of_freedom, given.digits, given.passes) == (0, 0, 0, 0)
    assert given.features_together() == []
    assert given.dropped == ()


@pytest.mark.parametrize(
    "question",
    [
        lambda model, rows: model.predict(rows, interval=0.95),
        lambda model, rows: model.prediction_region(rows),
        lambda model, rows: model.half_widths(np.zeros((1, 3)), 0.95, "prediction"),
        lambda model, rows: model.test("a = 0"),
        lambda model, rows: model.multivariate_test("a = 0"),
        lambda model, rows: model.coefficient_covariance("y"),
        lambda model, rows: model.collinearity(),
        lambda model, rows: model.condition_indices(),
        lambda model, rows: model.augment(rows),
        lambda model, rows: model.diagnose(rows),
    ],
)
def test_questions_about_rows_are_refused(frame, given, question):
    with pytest.raises(UsageError, match=WITHOUT_ROWS) as caught:
        question(given, frame)
    assert "\n" not in str(caught.value)
    assert "descent" not in str(caught.value)


@pytest.mark.parametrize("ask", [lambda model: model.predict, lambda model: model.evaluate])
def test_there_are_no_means_to_fill_gaps_with(frame, given, ask):
    with pytest.raises(UsageError, match="knows no means, only weights; leave such rows out with 'drop'"):
        ask(given)(frame, missing="mean")


@pytest.mark.parametrize("bias", [BIAS, None])
def test_saved_and_loaded_it_has_the_same_bits(frame, bias, tmp_path):
    model = made(bias)
    model.save(tmp_path / "model.json")
    loaded = reta.load(tmp_path / "model.json")
    assert loaded.coef_.tobytes() == WEIGHT.tobytes()
    assert loaded.intercept_.tobytes() == model.intercept_.tobytes()
    assert loaded.predict(frame).equals(model.predict(frame))
    assert loaded.tidy().equals(model.tidy())
    assert loaded.glance().equals(model.glance())
    assert loaded.summary() == model.summary()
    assert np.isnan(loaded.condition)
    with pytest.raises(UsageError, match=WITHOUT_ROWS):
        loaded.test("a = 0")
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()
    assert json.loads((tmp_path / "model.json").read_text())["content"]["solution"]["condition"] is None


def test_a_descent_may_start_from_it(frame, given):
    """Of one step without length: the start is the end."""
    run = reta.descend(frame, targets=TARGETS, initial=given, epochs=1, lr=1e-300)
    np.testing.assert_allclose(run.model.coef_, WEIGHT, rtol=1e-12, atol=1e-290)
    np.testing.assert_allclose(run.model.intercept_, BIAS, rtol=1e-12)


def test_the_caller_s_arrays_stay_the_caller_s():
    weight, bias = WEIGHT.copy(), BIAS.copy()
    model = made(bias, weight)
    weight[:], bias[:] = 0.0, 0.0
    np.testing.assert_array_equal(model.coef_, WEIGHT)
    np.testing.assert_array_equal(model.intercept_, BIAS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": ["a", "b"]}, "a drawer has 3 features, but 2 names for them: give 3"),
        ({"targets": "y"}, "a drawer has 2 targets, but 1 name for them: give 2"),
        ({"features": ["a", "b", "a"]}, "column `a` comes twice"),
        ({"targets": ["y", "a"]}, "column `a` is both feature and target"),
        ({"features": [1, 2, 3]}, r"feature names are \[1, 2, 3\]: a list of texts is meant"),
        ({"features": 3}, "feature names are 3: a list of texts is meant"),
        ({"bias": np.zeros(3)}, r"a drawer has biases of shape \(3,\), but 2 targets: one for each is meant"),
        ({"bias": np.array([np.inf, 0.0])}, "a drawer holds NaN or infinity"),
        ({"weight": np.full((2, 3), np.nan)}, "a drawer holds NaN or infinity"),
        ({"weight": np.zeros((2, 0)), "features": []}, "a drawer has no features: a model needs one"),
        ({"weight": np.zeros((0, 3)), "targets": [], "bias": None}, "a drawer has no targets: a model needs one"),
    ],
)
def test_what_does_not_go_together_is_refused(options, message):
    with pytest.raises(UsageError, match=message) as caught:
        made(**options)
    assert "\n" not in str(caught.value)
