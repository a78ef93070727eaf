"""Adding, and taking away: columns by name, and the refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reta.errors import NumericalError, UsageError
from reta.moment import Moments

DIGITS = 1e-12  # taking away half of the rows costs a factor of two or so on sums good to some 1e-15

ROUNDING = 2.0**-43  # of sums that are moved by so much


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


@pytest.mark.parametrize(("spread", "allowed"), [(1e-3, True), (1e-5, False)])
def test_half_of_the_digits_of_float64_may_be_lost(table, spread, allowed):
    """A column keeps a millionth of its variation, or 1e-10."""
    table[20:] = table[:20].mean(axis=0) + spread * (table[20:] - table[20:].mean(axis=0))
    whole, part = Moments.from_arrays(table), Moments.from_arrays(table[:20])
    if allowed:
        np.testing.assert_allclose(
            (whole - part).scatter, Moments.from_arrays(table[20:]).scatter, rtol=1e-9, atol=1e-9
        )
    else:
        with pytest.raises(NumericalError, match="too few digits would be left"):
            _ = whole - part


@pytest.mark.parametrize("remaining", [2, 20])
@pytest.mark.parametrize("far", [0.0, 1e3])
def test_a_difference_reckons_with_what_its_means_were_off_by(remaining, far):
    """Means off by as much as is reckoned with, moved by hand: of few rows far from the many that are taken away."""
    random = np.random.default_rng(remaining)
    table = random.normal(size=(4000, 2))
    table[:remaining] += far
    whole, part, rest = (
        Moments.from_arrays(rows, extended=True) for rows in (table, table[remaining:], table[:remaining])
    )
    spread = np.sqrt(whole.scatter.diagonal() / whole.weight_sum)
    moved = replace(whole, mean=whole.mean + ROUNDING * spread, rounding=ROUNDING)
    found, norms = moved - replace(part, rounding=ROUNDING), np.sqrt(rest.scatter.diagonal())
    off = np.abs(found.scatter - rest.scatter) / np.outer(norms, norms)
    assert off.max() <= found.rounding


def level_moments(rows, weights):
    """Of rows with a category of two levels, which the first column tells."""
    level, x = rows.T
    names = ["c[a]", "c[b]", "x"]
    moments = Moments.from_arrays(
        np.column_stack([1.0 - level, level, x]), None, weights, features=names, extended=False
    )
    return moments.with_levels({"c": ["a", "b"]})


def test_a_level_that_is_left_in_no_row_is_known_in_spite_of_the_rounding_of_weights():
    random = np.random.default_rng(6)
    n = 20_000
    rows = np.column_stack([random.integers(0, 2, n), random.normal(size=n)]).astype(np.float64)
    weights = random.uniform(0.1, 1.0, n)
    rows[-200:, 0] = 0.0
    rest = level_moments(rows, weights) - level_moments(rows[:-200], weights[:-200])
    assert (rest.mean[:2] == [1.0, 0.0]).all()
    assert not rest.scatter[:2].any()


def test_a_level_of_little_weight_is_left():
    random = np.random.default_rng(7)
    rows, weights = np.column_stack([np.zeros(40), random.normal(size=40)]), np.ones(40)
    rows[-1, 0], weights[-1] = 1.0, 1e-7
    rest = level_moments(rows, weights) - level_moments(rows[:20], weights[:20])
    assert rest.mean[1] == pytest.approx(1e-7 / 19.0, rel=1e-6)
    assert rest.scatter[1, 1] == pytest.approx(1e-7, rel=1e-6)
