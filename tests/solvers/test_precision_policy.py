"""When float64 will do, and when it turns out that it did not."""

from __future__ import annotations

import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import RetaWarning, UsageError
from reta.moment import Moments
from reta.moment.road import is_small_work, rows_at_first
from reta.solvers.precision import EPS
from reta.solvers.precision_policy import PrecisionPolicy
from reta.tables.table import BATCH_ROWS

COLUMNS = 11
FIRST = rows_at_first(COLUMNS + 1)
ROWS = FIRST + 3 * BATCH_ROWS + 1_000
DIGITS = 10


@pytest.fixture
def easy(random):
    X = random.normal(size=(ROWS, COLUMNS))
    return X, X[:, :3] @ [1.0, 2.0, -3.0] + 4.0 + 0.1 * random.normal(size=ROWS)


def test_small_tables_stay_in_extended_precision(random):
    X = random.normal(size=(1000, 2))
    assert reta.fit(X, X[:, 0] + random.normal(size=1000)).precision == "extended"


def test_long_easy_tables_are_summed_in_float64(easy):
    model = reta.fit(*easy)
    assert (model.precision, model.passes, model.notes) == ("float64", 1, ())
    exact = reta.fit(*easy, digits=15)
    assert exact.precision == "extended"
    np.testing.assert_allclose(model.coef_[:, :3], exact.coef_[:, :3], rtol=10.0**-DIGITS)
    errors = exact.tidy()["std_error"].to_numpy()[1:]
    assert (abs(model.coef_ - exact.coef_)[0] <= 1e-7 * errors).all()
    np.testing.assert_allclose(model.residual_standard_error, exact.residual_standard_error, rtol=1e-10)


@pytest.fixture
def as_file(tmp_path):
    """Return a function that writes a table, y last, and returns its path."""

    def write(X, y):
        path = tmp_path / "table.csv"
        pl.DataFrame(np.column_stack([X, y]), schema=[*(f"x{j}" for j in range(X.shape[1])), "y"]).write_csv(path)
        return path

    return write


def test_nearly_equal_columns_keep_the_whole_table_in_extended_precision(easy, as_file):
    X, y = easy
    X[:, 2] = X[:, 0] + 1e-7 * X[:, 2]
    with pytest.warns(RetaWarning, match="move together almost exactly"):
        model = reta.fit(as_file(X, y), targets=["y"])
    assert (model.precision, model.passes) == ("extended", 1)
    assert model.digits >= DIGITS


def test_copies_in_the_first_rows_keep_the_whole_table_in_extended_precision(easy, as_file):
    X, y = easy
    X[:, 2] = X[:, 0]
    with pytest.warns(RetaWarning, match="`x2` = `x0`"):
        model = reta.fit(as_file(X, y), targets=["y"])
    assert (model.precision, model.passes, model.dropped) == ("extended", 1, ("x2",))


def test_a_constant_needs_no_extended_precision(easy, as_file):
    X, y = easy
    X[:, 2] = 7.0
    with pytest.warns(RetaWarning, match="`x2`"):
        model = reta.fit(as_file(X, y), targets=["y"])
    assert (model.precision, model.passes, model.dropped) == ("float64", 1, ("x2",))


@pytest.mark.parametrize("late", [1e-5, 1e-9])
def test_every_row_decides_what_is_a_copy(easy, as_file, late):
    X, y = easy
    X[:, 2] = X[:, 0]
    X[FIRST + 5 :, 2] *= 1.0 + late
    with pytest.warns(RetaWarning, match="move together almost exactly"):
        from_file = reta.fit(as_file(X, y), targets=["y"])
    with pytest.warns(RetaWarning, match="move together almost exactly"):
        from_arrays = reta.fit(X, y)
    assert from_file.dropped == from_arrays.dropped == ()


@pytest.mark.parametrize("slope", [1e5, 1e6, 1e7])
@pytest.mark.parametrize("kind", ["arrays", "file"])
def test_residual_variances_are_judged_too(random, as_file, slope, kind):
    X = random.normal(size=(ROWS, COLUMNS)) + 3.0
    noise = random.normal(size=ROWS)
    y = slope * X[:, 0] + noise
    model = reta.fit(X, y) if kind == "arrays" else reta.fit(as_file(X, y), targets=["y"])
    exact = reta.fit(X, y, digits=15)
    np.testing.assert_allclose(model.residual_standard_error, exact.residual_standard_error, rtol=1e-8)
    np.testing.assert_allclose(model.residual_standard_error, noise.std(), rtol=1e-2)
    for term in ("std_error", "p_value"):
        np.testing.assert_allclose(model.tidy()[term].to_numpy(), exact.tidy()[term].to_numpy(), rtol=1e-6)


def test_one_row_more_changes_no_standard_error(random):
    n = 131_073
    x = random.normal(size=(n, 1)) + 3.0
    y = 1e7 * x[:, 0] + random.normal(size=n)
    assert reta.fit(x, y).residual_standard_error[0] == pytest.approx(1.0, rel=5e-3)


def test_coefficients_that_nothing_tells_from_zero_are_no_reason_to_read_again(random):
    X = random.normal(size=(40_000, 60)) + 3.0
    Y = random.normal(size=(40_000, 5))
    model = reta.fit((X, Y))
    assert (model.precision, model.passes) == ("float64", 1)
    exact = reta.fit((X, Y), digits=15)
    errors = exact.tidy()["std_error"].to_numpy().reshape(5, -1)[:, 1:]
    assert (abs(model.coef_ - exact.coef_) <= 1e-7 * errors).all()
    assert (model.digits_trusted <= np.floor(-np.log10(abs(model.coef_ / exact.coef_ - 1.0) + 1e-16))).all()


def test_wide_tables_are_small_by_work_not_by_rows(random, as_file):
    assert is_small_work(10_000, 2)
    assert not is_small_work(1_000, 50)
    X = random.normal(size=(50, 40))
    y = X[:, 0] + random.normal(size=50)
    for model in (reta.fit(X, y), reta.fit(as_file(X, y), targets=["y"])):
        assert (model.precision, model.passes) == ("extended", 1)
    X = random.normal(size=(70_000, 80))
    y = X[:, 0] + random.normal(size=70_000)
    for model in (reta.fit(X, y), reta.fit(as_file(X, y), targets=["y"])):
        assert (model.precision, model.passes) == ("float64", 1)
    assert Moments.from_arrays(X, y).rounding > Moments.from_arrays(X[:100], y[:100]).rounding


@pytest.mark.parametrize(("spread", "told"), [(1e-7, "move together almost exactly"), (0.0, "`x2` = `x0`")])
def test_arrays_are_tried_in_float64_and_read_again(easy, as_file, spread, told):
    X, y = easy
    X[:, 2] = X[:, 0] + spread * X[:, 2]
    with pytest.warns(RetaWarning, match=told):
        model = reta.fit(X, y)
    assert (model.precision, model.passes) == ("extended", 2)
    assert any("read again in extended precision" in note.text for note in model.notes)
    with pytest.warns(RetaWarning, match=told):
        direct = reta.fit(X, y, digits=15)
    np.testing.assert_array_equal(model.coef_, direct.coef_)
    assert model.dropped == direct.dropped


@pytest.fixture
def deceptive(easy, tmp_path):
    """A table whose columns grow alike after the rows that are judged by."""
    X, y = easy
    X[FIRST:, 1] = X[FIRST:, 0] + 1e-7 * X[FIRST:, 1]
    X[:, :2] *= np.where(np.arange(ROWS) < FIRST + BATCH_ROWS, 1e-7, 1.0)[:, None]
    path = tmp_path / "late.csv"
    table = np.column_stack([X, y])
    pl.DataFrame(table, schema=[*(f"x{j}" for j in range(COLUMNS)), "y"]).write_csv(path)
    return path


def test_a_wrong_choice_is_mended_by_a_second_reading(deceptive):
    with pytest.warns(RetaWarning, match="move together almost exactly"):
        model = reta.fit(deceptive, targets=["y"])
    assert (model.precision, model.passes) == ("extended", 2)
    assert any("read again in extended precision" in note.text for note in model.notes)
    with pytest.warns(RetaWarning, match="move together almost exactly"):
        direct = reta.fit(deceptive, targets=["y"], digits=15)
    assert direct.passes == 1
    np.testing.assert_array_equal(model.coef_, direct.coef_)


def test_a_source_read_once_only_says_what_it_could_not_do(deceptive):
    command = [sys.executable, "-m", "reta", "fit", "-", "--targets", "y"]
    with deceptive.open("rb") as stream:
        done = subprocess.run(command, stdin=stream, capture_output=True, text=True, check=True)
    assert "stdin can be read once only: save it to a file first" in " ".join(done.stderr.split())


def test_saved_float64_moments_say_that_they_are_too_coarse(random, tmp_path):
    X = random.normal(size=(100, 2))
    X[:, 1] = X[:, 0] + 1e-5 * X[:, 1]
    saved = tmp_path / "coarse.moments"
    Moments.from_arrays(X, X[:, 0] + random.normal(size=100), extended=False).save(saved)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        reta.fit(saved)
    assert any("build the moments again with --digits 15" in str(warning.message) for warning in told)


@pytest.mark.parametrize("digits", [-1, 16])
def test_digits_are_from_0_to_15(digits):
    with pytest.raises(UsageError, match=f"digits={digits}: from 0 to 15"):
        reta.fit([[1.0], [2.0]], [1.0, 2.0], digits=digits)


@pytest.mark.parametrize("noise", [1e-4, 1.3e-3, 1e-2])
def test_the_first_rows_are_judged_as_part_of_the_table_to_come(noise):
    """Errors shrink as rows come: 64 times the rows, merged one part with another, are the witness.

    By themselves the first rows would do for the noise in the middle too.
    """
    rng = np.random.default_rng(5)
    X = rng.normal(size=(2000, 3)) + np.array([0.0, 1e4, 0.0])
    y = X @ [1.0, 0.0, 2.0] + 3.0 + noise * rng.normal(size=2000)
    first = whole = Moments.from_arrays(X, y, features=["a", "b", "c"], targets=["y"], extended=True)
    for _ in range(6):
        whole = whole + whole
    policy = PrecisionPolicy(DIGITS, fit_intercept=True, used=lambda moments, _: moments)
    assert policy.did(replace(first, rounding=EPS), None) == (noise > 1e-3)
    assert policy.float64_will_do(first, None) == policy.did(replace(whole, rounding=EPS), None) == (noise > 2e-3)


@pytest.mark.parametrize(("noise", "enough"), [(0.2, False), (0.34, True)])
def test_a_table_to_come_is_256_times_its_first_rows(noise, enough):
    """Where so many digits are asked for that standard errors decide; half or twice as many rows would do otherwise."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(2000, 3))
    y = X @ [1.0, 0.0, 2.0] + 3.0 + noise * rng.normal(size=2000)
    first = whole = Moments.from_arrays(X, y, features=["a", "b", "c"], targets=["y"], extended=True)
    for _ in range(8):
        whole = whole + whole
    policy = PrecisionPolicy(13, fit_intercept=True, used=lambda moments, _: moments)
    assert policy.float64_will_do(first, None) == policy.did(replace(whole, rounding=EPS), None) == enough
