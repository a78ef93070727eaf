"""Rows in memory: names, shapes, weights, and the hard cases."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.errors import DataError, NumericalError, UsageError
from reta.moment import Moments

# n = 2000 products in pairwise or laned sums, about a mean within a standard deviation: well under 2000 roundings.
EXACT = 1e-14


def test_the_numbers_of_three_rows():
    m = Moments.from_arrays([[1, 10], [2, 30], [6, 20]], [[1.0], [2.0], [3.0]])
    assert (m.features, m.targets) == (("x0", "x1"), ("y",))
    assert (m.n_samples, m.weight_sum, m.n_features, m.n_targets) == (3, 3.0, 2, 1)
    np.testing.assert_array_equal(m.mean, [3, 20, 2])
    np.testing.assert_array_equal(m.scatter, [[14, 10, 5], [10, 200, 10], [5, 10, 2]])
    np.testing.assert_array_equal(m.minimum, [1, 10, 1])
    np.testing.assert_array_equal(m.maximum, [6, 30, 3])
    np.testing.assert_array_equal(m.missing, [0, 0, 0])
    np.testing.assert_array_equal(m.scatter_xx, [[14, 10], [10, 200]])
    np.testing.assert_array_equal(m.scatter_xy, [[5], [10]])
    np.testing.assert_array_equal(m.scatter_yy, [[2]])
    assert repr(m) == "Moments(3 rows, 2 features, 1 targets)"


def test_several_targets_are_numbered_and_names_may_be_given():
    X, Y = np.eye(3), np.eye(3)[:, :2]
    assert Moments.from_arrays(X, Y).targets == ("y0", "y1")
    assert Moments.from_arrays(X, Y[:, 0]).targets == ("y",)
    assert Moments.from_arrays(X).targets == ()
    assert Moments.from_arrays(X, Y, features="abc", targets="de").names == tuple("abcde")


def test_a_statistic_cannot_be_written_into():
    X = np.eye(3)
    m = Moments.from_arrays(X)
    with pytest.raises(ValueError, match="read-only"):
        m.scatter[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        m.scatter_xx[0, 0] = 1
    X[0, 0] = 9
    assert m.maximum[0] == 1


def test_equality_is_by_value():
    a, b = Moments.from_arrays(np.eye(3)), Moments.from_arrays(np.eye(3))
    assert a == b
    assert a != Moments.from_arrays(np.eye(3), features="abc")
    assert a != Moments.from_arrays(2 * np.eye(3))
    assert a != "a"


def test_one_row():
    m = Moments.from_arrays([[0.1, 1e300]], [0.3])
    np.testing.assert_array_equal(m.mean, [0.1, 1e300, 0.3])
    np.testing.assert_array_equal(m.scatter, np.zeros((3, 3)))
    assert m.n_samples == 1


def test_no_rows():
    m = Moments.from_arrays(np.empty((0, 2)), np.empty((0, 1)))
    assert m == Moments.empty(["x0", "x1"], ["y"])
    np.testing.assert_array_equal(m.minimum, np.full(3, np.inf))
    np.testing.assert_array_equal(m.maximum, np.full(3, -np.inf))


def test_no_columns():
    m = Moments.from_arrays(np.empty((4, 0)))
    assert (m.n_samples, m.scatter.shape) == (4, (0, 0))


@pytest.mark.parametrize(("n", "value"), [(7, 0.1), (1999, 0.7071), (777, 2.3)])
def test_a_constant_column_has_exactly_no_scatter(n, value):
    X = np.stack([np.full(n, value), np.random.default_rng(n).normal(size=n)], axis=1)
    m = Moments.from_arrays(X) + Moments.from_arrays(X)
    assert m.mean[0] == value
    np.testing.assert_array_equal(m.scatter[0], [0, 0])
    np.testing.assert_array_equal(m.scatter[:, 0], [0, 0])
    assert m.scatter[1, 1] > 0


def test_a_huge_mean_keeps_the_digits_of_the_spread():
    column = 1e9 + np.random.default_rng(0).integers(-512, 513, size=2000) / 512
    m = Moments.from_arrays(column[:, None])
    cells = [Fraction(cell) for cell in column]
    mean = sum(cells) / len(cells)
    scatter = sum((cell - mean) ** 2 for cell in cells)
    assert abs(Fraction(m.scatter[0, 0]) / scatter - 1) < EXACT
    assert abs(Fraction(m.mean[0]) + Fraction(m.mean_low[0]) - mean) < EXACT
    assert abs(Fraction(m.mean[0]) - mean) <= Fraction(float(np.spacing(1e9))) / 2


def test_a_huge_mean_keeps_its_digits_through_merges_too():
    column = 1e9 + np.arange(2000) / 512
    parts = Moments.empty(["x0"])
    for start in range(0, 2000, 100):
        parts += Moments.from_arrays(column[start : start + 100, None])
    scatter = Fraction(2000 * (2000**2 - 1), 12 * 512**2)
    assert abs(Fraction(parts.scatter[0, 0]) / scatter - 1) < EXACT


def test_float32_is_summed_in_float64():
    column = np.arange(5000, dtype=np.float32) + 10_000
    m = Moments.from_arrays(column[:, None])
    assert abs(m.scatter[0, 0] / (5000 * (5000**2 - 1) / 12) - 1) < EXACT


def test_many_columns():
    X = np.random.default_rng(0).normal(size=(500, 300))
    m = Moments.from_arrays(X)
    centred = X - X.mean(axis=0)
    np.testing.assert_allclose(m.scatter, centred.T @ centred, rtol=0, atol=EXACT * 500)
    np.testing.assert_array_equal(m.scatter, m.scatter.T)


@pytest.mark.parametrize("scale", [1e200, 1e-200])
def test_squares_that_do_not_fit_name_the_column(scale):
    X = np.random.default_rng(0).normal(size=(50, 3))
    X[:, 1] *= scale
    word = "overflows" if scale > 1 else "underflows"
    with pytest.raises(NumericalError, match=rf"^column `x1` {word}: [^\n]*Give it in a (larger|smaller) unit"):
        Moments.from_arrays(X)


@pytest.mark.parametrize("extended", [None, False])
def test_a_sum_that_overflows_hides_no_value(extended):
    y = np.random.default_rng(0).uniform(1.0, 2.0, 50) * 1e305
    told = rf"column `y` overflows: the squares of values from {y.min():.3g} to {y.max():.3g}".replace("+", r"\+")
    with pytest.raises(NumericalError, match=told):
        Moments.from_arrays(np.arange(50.0)[:, None], y, extended=extended)


def test_squares_that_overflow_only_in_a_merge_name_the_column():
    a, b = (Moments.from_arrays([[1.0, sign * 1e200]]) for sign in (1, -1))
    with pytest.raises(NumericalError, match=r"column `x1` overflows: the squares of values from -1e\+200 to 1e\+200"):
        _ = a + b


@pytest.mark.parametrize("scale", [2.0**400, 2.0**-400])
def test_scaling_by_a_power_of_two_is_exact(scale):
    X = np.random.default_rng(0).normal(size=(50, 3))
    m, scaled = Moments.from_arrays(X), Moments.from_arrays(X * scale)
    np.testing.assert_array_equal(scaled.mean, m.mean * scale)
    np.testing.assert_array_equal(scaled.scatter, m.scatter * scale**2)


@pytest.mark.parametrize("road", ["numpy", "compiled"])
def test_a_value_that_is_not_finite_shows_and_is_not_called_an_overflow(road, monkeypatch):
    monkeypatch.setattr("reta.moment.road.COMPILED_FROM_CELLS", 0 if road == "compiled" else 10**9)
    X = np.ones((300, 2))
    X[7, 1] = np.nan
    m = Moments.from_arrays(X)
    assert np.isnan(m.scatter[1, 1])
    assert m.scatter[0, 0] == 0


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -0.5, 1], "`sample_weight` holds -0.5 in row 2: weights are finite and not negative"),
        ([1, 1, np.nan], "`sample_weight` holds nan in row 3"),
        ([np.inf, 1, 1], "`sample_weight` holds inf in row 1"),
        ([0, 0, 0], "every weight is zero: no row is left"),
    ],
)
def test_weights_that_make_no_sense(weights, message):
    with pytest.raises(DataError, match=message):
        Moments.from_arrays(np.eye(3), np.ones(3), weights)


def test_rows_of_zero_weight_are_absent_whatever_they_hold():
    X = np.array([[1.0, 2.0], [np.nan, np.inf], [3.0, 8.0]])
    assert Moments.from_arrays(X, None, [1, 0, 1]) == Moments.from_arrays(X[::2], None, [1, 1])
    assert Moments.from_arrays(X, None, [1, 0, 1]).n_samples == 2


def test_tiny_and_huge_weights_keep_the_digits():
    rng = np.random.default_rng(3)
    X, weights = rng.normal(size=(200, 1)) + 1e6, np.exp(rng.uniform(-30, 30, size=200))
    w = [Fraction(weight) for weight in weights]
    x = [Fraction(cell) for cell in X[:, 0]]
    mean = sum(a * b for a, b in zip(w, x, strict=True)) / sum(w)
    scatter = sum(a * (b - mean) ** 2 for a, b in zip(w, x, strict=True))
    assert abs(Fraction(Moments.from_arrays(X, None, weights).scatter[0, 0]) / scatter - 1) < EXACT


@pytest.mark.parametrize(
    ("X", "Y", "weights", "error", "message"),
    [
        (np.ones(3), None, None, UsageError, r"X has shape \(3,\): .*reshape"),
        (np.ones((3, 1)), np.ones((2, 1)), None, UsageError, "X has 3 rows and Y has 2"),
        (np.ones((3, 1)), np.ones((3, 1, 1)), None, UsageError, "Y has shape"),
        (np.ones((3, 1)), None, np.ones(2), UsageError, r"`sample_weight` has shape \(2,\): \(3,\) is wanted"),
        (np.array([["a"]]), None, None, DataError, "X holds <U1 values"),
        (np.ones((3, 1)), np.ones(3) * 1j, None, DataError, "Y holds complex128 values"),
    ],
)
def test_arrays_that_do_not_fit(X, Y, weights, error, message):
    with pytest.raises(error, match=message):
        Moments.from_arrays(X, Y, weights)


def test_names_that_do_not_fit():
    with pytest.raises(UsageError, match="X has 2 columns and Y 0, against 1 and 0 names"):
        Moments.from_arrays(np.ones((3, 2)), features=["a"])
    with pytest.raises(UsageError, match="column `a` comes twice"):
        Moments.from_arrays(np.ones((3, 2)), features=["a", "a"])
    with pytest.raises(UsageError, match="column `a` is both feature and target"):
        Moments.from_arrays(np.ones((3, 1)), np.ones(3), features=["a"], targets=["a"])


def test_update_takes_more_rows():
    X, Y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20.0)
    m = Moments.from_arrays(X[:8], Y[:8])
    assert m.update(X[8:], Y[8:]) == m + Moments.from_arrays(X[8:], Y[8:])
    with pytest.raises(UsageError, match="X has 2 columns and Y 1, against 3 and 1 so far"):
        m.update(X[:, :2], Y)
