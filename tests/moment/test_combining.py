"""Adding, and taking away: columns by name, and the refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reta.errors import NumericalError, UsageError
from reta.moment import Moments

DIGITS = 1e-12  # taking away half of the rows costs a factor of two or so on sums good to some 1e-15


@pytest.fixture
def table():
    return np.random.default_rng(5).normal(loc=[0, 10, 1000], size=(40, 3))


def test_columns_are_matched_by_name(table):
    a = Moments.from_arrays(table[:20], features=["a", "b", "c"])
    b = Moments.from_arrays(table[20:, [2, 0, 1]], features=["c", "a", "b"])
    assert a + b == a + b.select(features=["a", "b", "c"])
    assert (a + b).features == ("a", "b", "c")


@pytest.mark.parametrize("combine", [lambda a, b: a + b, lambda a, b: a - b], ids=["+", "-"])
def test_columns_that_differ_are_named(table, combine):
    a = Moments.from_arrays(table[:, :2], table[:, 2], features=["temp", "rain"], targets=["apples"])
    b = Moments.from_arrays(table[:, :2], table[:, 2], features=["temp", "wind"], targets=["apples"])
    with pytest.raises(UsageError, match="features differ: left has `rain` besides, right has `wind` besides"):
        combine(a, b)
    c = Moments.from_arrays(table[:, :2], features=["temp", "rain"])
    with pytest.raises(UsageError, match="targets differ: left has `apples` besides, right has no others"):
        combine(a, c)


def test_missing_counts_add_and_subtract(table):
    a = replace(Moments.from_arrays(table), missing=np.array([3, 0, 1]))
    b = replace(Moments.from_arrays(table[:5]), missing=np.array([1, 0, 0]))
    np.testing.assert_array_equal((a + b).missing, [4, 0, 1])
    np.testing.assert_array_equal((a - b).missing, [2, 0, 1])
    only_missing = replace(Moments.empty(a.features), missing=np.array([0, 2, 0]))
    np.testing.assert_array_equal((a + only_missing).missing, [3, 2, 1])


def test_taking_rows_away(table):
    whole, part = Moments.from_arrays(table), Moments.from_arrays(table[:20])
    rest, wanted = whole - part, Moments.from_arrays(table[20:])
    np.testing.assert_allclose(rest.mean, wanted.mean, rtol=DIGITS)
    np.testing.assert_allclose(rest.scatter, wanted.scatter, rtol=DIGITS, atol=DIGITS * 40)
    assert (rest.n_samples, rest.weight_sum) == (20, 20.0)
    np.testing.assert_array_equal(rest.minimum, whole.minimum)


def test_taking_everything_away_leaves_the_empty_statistic(table):
    whole = Moments.from_arrays(table)
    assert whole - whole == Moments.empty(whole.features)


def test_a_single_row_that_remains_has_no_scatter(table):
    rest = Moments.from_arrays(table) - Moments.from_arrays(table[1:])
    np.testing.assert_array_equal(rest.scatter, np.zeros((3, 3)))
    np.testing.assert_allclose(rest.mean, table[0], rtol=DIGITS, atol=DIGITS)


def test_cancellation_is_refused_with_the_column(table):
    big = Moments.from_arrays(table * [1, 1e5, 1])
    small = Moments.from_arrays(table[:20])
    with pytest.raises(NumericalError, match=r"of the variation of `x1` only .* would remain: too few digits"):
        _ = (big + small) - big
    weighty = Moments.from_arrays(table, None, np.full(40, 1e9))
    with pytest.raises(NumericalError, match=r"the rows that would remain weigh 20 of 4e\+10: too few digits"):
        _ = (weighty + small) - weighty


def test_what_was_never_in_cannot_be_taken_out(table):
    half = Moments.from_arrays(table[:20])
    with pytest.raises(UsageError, match="40 rows cannot be taken out of 20"):
        _ = half - Moments.from_arrays(table)
    with pytest.raises(UsageError, match="not a part of it: `x1` has values that the whole has not"):
        _ = half - Moments.from_arrays(np.add(table[:10], [0, 100, 0]))
    with pytest.raises(UsageError, match="not a part of it: as many rows that weigh 40, not 20"):
        _ = half - Moments.from_arrays(table[:20], None, np.full(20, 2.0))


@pytest.mark.parametrize("remaining", [0, 1, 2, 10])
def test_rows_of_the_right_range_and_number_that_were_never_in(table, remaining):
    whole = Moments.from_arrays(table[:20])
    stranger = whole.minimum + (whole.maximum - whole.minimum) * (np.arange(20 - remaining) % 2)[:, None]
    with pytest.raises(UsageError, match="not a part of it: `x0` varies more in it than in the whole"):
        _ = whole - Moments.from_arrays(stranger)


def test_constant_columns_stay_constant(table):
    table[:, 1] = 0.1
    rest = Moments.from_arrays(table) - Moments.from_arrays(table[:20])
    assert rest.mean[1] == 0.1
    np.testing.assert_array_equal(rest.scatter[1], np.zeros(3))
