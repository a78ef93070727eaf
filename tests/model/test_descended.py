"""A model of a descent: it predicts, saves and judges itself, and claims no certainty."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import RetaWarning, UsageError

TARGETS = ["y", "z"]
LEAST_SQUARES = "only least squares has them, and this model comes from gradient descent"


def quietly(*args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        return reta.descend(*args, **options)


@pytest.fixture
def descended(frame):
    return quietly(frame, targets=TARGETS, lr=1e-5, epochs=500).model


def test_it_is_right_about_its_own_residuals(frame, descended):
    X, Y = frame.select("a", "b", "c").to_numpy(), frame.select(TARGETS).to_numpy()
    rest = Y - (X @ descended.coef_.T + descended.intercept_)
    r_squared = 1 - (rest**2).sum(axis=0) / ((Y - Y.mean(axis=0)) ** 2).sum(axis=0)
    glance = descended.glance()
    np.testing.assert_allclose(glance["r_squared"], r_squared, rtol=1e-9)
    np.testing.assert_allclose(glance["sigma"], np.sqrt((rest**2).sum(axis=0) / (len(X) - 4)), rtol=1e-9)
    np.testing.assert_allclose(descended.predict(X), Y - rest, rtol=1e-9)
    score = descended.evaluate(frame)
    np.testing.assert_allclose(score["r_squared"], r_squared, rtol=1e-9)


def test_no_number_of_inference_is_given(descended):
    tidy = descended.tidy()
    assert tidy["estimate"].null_count() == 0
    for column in ("std_error", "statistic", "p_value", "conf_low", "conf_high"):
        assert tidy[column].null_count() == len(tidy), column
    glance = descended.glance()
    for column in ("statistic", "p_value", "log_likelihood", "aic", "bic"):
        assert glance[column].null_count() == len(glance), column
    assert descended.features_together() == []
    assert descended.digits == 0


@pytest.mark.filterwarnings("ignore")
def test_nor_where_no_column_varies():
    model = quietly(np.ones((6, 1)), np.arange(6.0)[:, None], lr=0.1, epochs=5).model
    assert model.tidy()["std_error"].null_count() == 2


@pytest.mark.parametrize(
    "question",
    [
        lambda model, rows: model.predict(rows, interval=0.95),
        lambda model, rows: model.prediction_region(rows),
        lambda model, rows: model.test("a = 0"),
        lambda model, rows: model.multivariate_test("a = 0"),
        lambda model, rows: model.coefficient_covariance("y"),
        lambda model, rows: model.collinearity(),
        lambda model, rows: model.condition_indices(),
        lambda model, rows: model.augment(rows),
        lambda model, rows: model.diagnose(rows),
    ],
)
def test_questions_about_least_squares_are_refused(frame, descended, question):
    with pytest.raises(UsageError, match=LEAST_SQUARES) as caught:
        question(descended, frame)
    assert "\n" not in str(caught.value)


def test_saved_and_loaded_it_has_the_same_bits(frame, descended, tmp_path):
    descended.save(tmp_path / "model.json")
    loaded = reta.load(tmp_path / "model.json")
    assert loaded.coef_.tobytes() == descended.coef_.tobytes()
    assert loaded.intercept_.tobytes() == descended.intercept_.tobytes()
    assert loaded.solver == "gradient descent"
    assert loaded.tidy().equals(descended.tidy())
    assert loaded.glance().equals(descended.glance())
    assert loaded.predict(frame).equals(descended.predict(frame))
    with pytest.raises(UsageError, match=LEAST_SQUARES):
        loaded.test("a = 0")
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()


def test_it_says_how_it_was_made(descended):
    options = descended.provenance.options
    assert options["method"] == "gradient descent"
    assert options["lr"] == "1e-05"
    assert options["epochs"] == "500"


@pytest.mark.parametrize(
    ("options", "told"), [({"loss": "absolute"}, "absolute"), ({"loss": "huber", "delta": 0.1}, "huber 0.1")]
)
def test_it_says_which_loss(frame, options, told):
    assert quietly(frame, targets=TARGETS, epochs=1, **options).model.provenance.options["loss"] == told


def test_a_fit_by_least_squares_is_one(frame, tmp_path):
    model = reta.fit(frame, targets=TARGETS)
    assert model.solution.least_squares
    model.save(tmp_path / "model.json")
    assert reta.load(tmp_path / "model.json").solution.least_squares


def test_dependent_columns_keep_their_coefficients(tmp_path):
    """Least squares drops a copy; a descent from zeros gives both the same share, and both are kept in the file."""
    a = np.random.default_rng(1).normal(size=30)
    rows = pl.DataFrame({"a": a, "copy": a, "y": 4 * a})
    model = quietly(rows, targets="y", lr=0.1, epochs=10_000).model
    np.testing.assert_allclose(model.coef_, [[2.0, 2.0]], rtol=1e-9)
    model.save(tmp_path / "model.json")
    np.testing.assert_array_equal(reta.load(tmp_path / "model.json").coef_, model.coef_)
    assert model.dropped == ()
