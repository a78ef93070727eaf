"""When float64 will do, and when it turns out that it did not."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import RetaWarning, UsageError
from reta.moment.moments import SMALL_ROWS

ROWS = SMALL_ROWS + 100_000
DIGITS = 10


@pytest.fixture
def easy(random):
    X = random.normal(size=(ROWS, 3))
    return X, X @ [1.0, 2.0, -3.0] + 4.0 + 0.1 * random.normal(size=ROWS)


def test_small_tables_stay_in_extended_precision(random):
    X = random.normal(size=(1000, 2))
    assert reta.fit(X, X[:, 0] + random.normal(size=1000)).precision == "extended"


def test_long_easy_tables_are_summed_in_float64(easy):
    model = reta.fit(*easy)
    assert (model.precision, model.passes, model.notes) == ("float64", 1, ())
    assert model.digits >= DIGITS
    exact = reta.fit(*easy, digits=15)
    assert exact.precision == "extended"
    np.testing.assert_allclose(model.coef_, exact.coef_, rtol=10.0**-DIGITS)


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


def test_exact_copies_need_no_extended_precision(easy, as_file):
    X, y = easy
    with pytest.warns(RetaWarning, match="`x2` ≈ `x0`"):
        model = reta.fit(as_file(np.column_stack([X[:, :2], X[:, 0]]), y), targets=["y"])
    assert (model.precision, model.passes, model.dropped) == ("float64", 1, ("x2",))


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
    X[SMALL_ROWS:, 1] = X[SMALL_ROWS:, 0] + 1e-7 * X[SMALL_ROWS:, 1]
    X[:, :2] *= np.where(np.arange(ROWS) < SMALL_ROWS + 65_536, 1e-7, 1.0)[:, None]
    path = tmp_path / "late.csv"
    table = np.column_stack([X, y])
    pl.DataFrame(table, schema=["a", "b", "c", "y"]).write_csv(path)
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


def test_saved_float64_moments_say_that_they_are_too_coarse(deceptive, tmp_path):
    saved = tmp_path / "late.moments"
    reta.moments(deceptive, targets=["y"], digits=0).save(saved)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        reta.fit(saved)
    assert any("build the moments again with --digits 15" in str(warning.message) for warning in told)


@pytest.mark.parametrize("digits", [-1, 16])
def test_digits_are_from_0_to_15(digits):
    with pytest.raises(UsageError, match=f"digits={digits}: from 0 to 15"):
        reta.fit([[1.0], [2.0]], [1.0, 2.0], digits=digits)
