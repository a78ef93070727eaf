"""Weights of extreme size: right numbers, or a sentence about the weights."""

from __future__ import annotations

import numpy as np
import pytest

import reta
from reta.errors import NumericalError
from reta.moment import Moments, MomentsBuilder
from reta.solvers import solve_least_squares


@pytest.fixture
def table(request):
    random = np.random.default_rng(5)
    X = random.normal(size=(40, 2))
    return X, X @ [1.0, 2.0] + random.normal(size=40), random.uniform(0.5, 2.0, 40)


@pytest.mark.parametrize("power", [-900, -300, -70, 70, 300, 900])
@pytest.mark.parametrize("extended", [True, False])
def test_a_power_of_two_changes_no_bit_of_a_coefficient(table, power, extended):
    X, y, weights = table
    heavy = np.ldexp(weights, power)
    plain, scaled = (Moments.from_arrays(X, y, w, extended=extended) for w in (weights, heavy))
    assert scaled.weight_sum == np.ldexp(plain.weight_sum, power)
    np.testing.assert_array_equal(scaled.scatter, np.ldexp(plain.scatter, power))
    assert scaled.log_weight_sum == pytest.approx(np.log(heavy).sum(), rel=1e-12)
    one, other = solve_least_squares(plain), solve_least_squares(scaled)
    np.testing.assert_array_equal(other.coef, one.coef)
    np.testing.assert_array_equal(other.intercept, one.intercept)
    np.testing.assert_array_equal(np.ldexp(other.inverse_root, power // 2), one.inverse_root)
    assert other.digits == one.digits


@pytest.mark.parametrize(("weight", "size"), [(1e300, "large"), (1e-300, "small")])
def test_what_does_not_fit_is_blamed_on_the_weights(table, weight, size):
    X, y, weights = table
    builder = MomentsBuilder(["a", "b"], ["y"])
    for make in (
        lambda: Moments.from_arrays(X, y, weights * weight),
        lambda: builder.update([*X.T, y], weights * weight),
        lambda: reta.fit(X, y, weights=weights * weight),
        lambda: reta.fit({"a": X[:, 0], "y": y, "w": weights * weight}, targets="y", weights="w"),
    ):
        with pytest.raises(
            NumericalError, match=rf"the weights, of up to [\d.]+e[-+]300, are too {size}: .* divide them"
        ):
            make()


def test_squares_that_fit_only_without_their_weights_are_blamed_on_the_weights(table):
    X, y, _ = table
    with pytest.raises(NumericalError, match="the weights, of up to 2e\\+100, are too large"):
        Moments.from_arrays(X * 1e120, y, np.full(40, 2e100))


def test_weights_further_apart_than_float64_reaches(table):
    X, y, _ = table
    with pytest.raises(NumericalError, match=r"the weights run from 1e-300 to 1e\+100, further than float64 reaches"):
        Moments.from_arrays(X, y, np.where(np.arange(40) % 2, 1e100, 1e-300))


@pytest.mark.parametrize("cells", [1e-310, 1e-200, 5e-324])
def test_cells_too_small_to_be_squared_are_named_with_their_values(table, cells):
    _, y, _ = table
    X = np.round(np.arange(40.0) % 7)[:, None] * cells
    with pytest.raises(NumericalError, match=rf"column `x0` underflows: .* between 0 and {6 * cells:.17g} vanish"):
        Moments.from_arrays(X, y)


def test_cells_too_large_to_be_squared_are_named_with_their_values(table):
    _, y, _ = table
    X = np.linspace(-1.0, 1.0, 40)[:, None] * 1.7e308
    with pytest.raises(
        NumericalError, match=r"column `x0` overflows: the squares of values from -1.7e\+308 to 1.7e\+308"
    ):
        Moments.from_arrays(X, y)
