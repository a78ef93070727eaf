"""Batches of columns, one after another."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reta.errors import DataError, NumericalError, UsageError
from reta.moment import Moments, MomentsBuilder
from reta.moment.sums import FLOAT64_ROUNDING, sum_roundings

NEAR = 3.0  # of sums about a shift within a standard deviation of the mean


@pytest.fixture
def table():
    return np.random.default_rng(0).normal(loc=[0, 5, -5], size=(100, 3))


def built(*batches, weights=None):
    builder = MomentsBuilder(["a", "b"], ["y"])
    for batch in batches:
        builder.update(batch, weights)
    return builder.moments()


def test_a_batch_may_be_columns_or_an_array(table):
    columns = built(list(table.T))
    assert built(table) == built(np.asfortranarray(table))
    np.testing.assert_allclose(built(table).scatter, columns.scatter, rtol=1e-13)  # one sample of rows, one shift
    frame = pl.DataFrame(table, schema=["a", "b", "y"])
    assert built([series.to_numpy() for series in frame]) == columns


def test_columns_may_be_of_several_types(table):
    columns = [table[:, 0] > 0, (table[:, 1] * 100).astype(np.int32), table[:, 2].astype(np.float32)]
    assert built(columns) == built([np.asarray(column, dtype=np.float64) for column in columns])


def test_batches_are_merged_in_their_order(table):
    first, second = Moments.empty(["a", "b"], ["y"]), table[:30]
    wanted = (first + built(list(second.T))) + built(list(table[30:].T))
    assert built(list(table[:30].T), list(table[30:].T)) == wanted


def test_columns_that_come_late(table):
    builder = MomentsBuilder(["a"], ["y"])
    builder.update([table[:30, 0], table[:30, 2]])
    builder.pad(["a", "late"])
    assert (builder.features, builder.targets) == (("a", "late"), ("y",))
    builder.update([table[30:, 0], table[30:, 1], table[30:, 2]])
    zeros = table.copy()
    zeros[:30, 1] = 0
    wanted = built(zeros[:30], zeros[30:]).renamed({"b": "late"})
    np.testing.assert_allclose(builder.moments().scatter, wanted.scatter, rtol=1e-12)  # sums of 100, two orders
    np.testing.assert_array_equal(builder.moments().minimum, wanted.minimum)


def test_missing_cells_are_counted():
    builder = MomentsBuilder(["a"], ["y"])
    builder.update([[1.0], [2.0]], missing=[1, 0])
    builder.update([[1.0], [2.0]], missing=[2, 0])
    builder.update([[1.0], [2.0]])
    np.testing.assert_array_equal(builder.moments().missing, [3, 0])


def test_no_rows_at_all():
    builder = MomentsBuilder(["a"], ["y"])
    assert builder.moments() == Moments.empty(["a"], ["y"])
    builder.update([[], []])
    assert builder.moments() == Moments.empty(["a"], ["y"])


def test_a_batch_without_weight_is_absent_but_not_every_batch():
    builder = MomentsBuilder(["a"], ["y"], weights_name="area")
    builder.update([[np.nan], [2.0]], [0.0])
    with pytest.raises(DataError, match="`area` is zero in every row: no row is left"):
        builder.moments()
    builder.update([[1.0], [2.0]], [3.0])
    assert builder.moments().weight_sum == 3


def test_a_bad_weight_is_found_by_its_row_in_the_stream():
    builder = MomentsBuilder(["a"], ["y"], weights_name="area")
    builder.update([[1.0, 2.0], [2.0, 3.0]], [1.0, 1.0])
    with pytest.raises(DataError, match=r"`area` holds -1\.0 in row 4"):
        builder.update([[1.0, 2.0], [2.0, 3.0]], [1.0, -1.0])


def test_squares_that_overflow_or_vanish():
    with pytest.raises(NumericalError, match="column `b` overflows"):
        built([[1.0, 2.0], [1e200, -1e200], [0.0, 1.0]])
    with pytest.raises(NumericalError, match="column `b` underflows"):
        built([[1.0, 2.0], [1e-200, -1e-200], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ([[1.0], [2.0]], "a batch of 3 columns is wanted, not of 2"),
        (np.ones((5, 2)), "a batch of 3 columns is wanted, not of 2"),
        (np.ones(3), "columns of one dimension each, or one array"),
        ([[1.0], [2.0], [3.0, 4.0]], r"the columns of a batch must be equally long, not \[1, 2\]"),
    ],
)
def test_batches_that_do_not_fit(batch, message):
    with pytest.raises(UsageError, match=message):
        built(batch)


def test_text_is_no_number():
    with pytest.raises(DataError, match="column 2 of the batch holds <U1 values"):
        built([[1.0], ["a"], [3.0]])


def drawn(kind, n=40_000):
    """Rows of five kinds, in batches of 1,000: about one mean, and drifting off it."""
    random = np.random.default_rng(1)
    table = random.normal(loc=[0.0, 5.0, -5.0], size=(n, 3)) + 1e5
    match kind:
        case "sorted":
            table = table[np.argsort(table[:, 0])]
        case "drifting":
            table[:, 1] += np.linspace(0.0, 50.0, n)
        case "constant until late":
            table[: n - 1_500, 1] = 7.0
        case "jumping":
            table[n // 2 :] += 1e6
    return table


@pytest.mark.parametrize("kind", ["about one mean", "sorted", "drifting", "constant until late", "jumping"])
def test_batches_in_float64_beside_all_rows_in_extended_precision(kind):
    table = drawn(kind)
    builder = MomentsBuilder(["a", "b"], ["y"])
    for start in range(0, len(table), 1_000):
        builder.extended = start < 2_000
        builder.update(list(table[start : start + 1_000].T))
    found = builder.moments()
    exact = Moments.from_arrays(table[:, :2], table[:, 2], extended=True)
    norms = np.sqrt(exact.scatter.diagonal())
    off = np.abs((found.scatter_pair - exact.scatter_pair).high) / np.outer(norms, norms)
    assert off.max() <= found.rounding * sum_roundings(len(table))
    np.testing.assert_allclose(found.mean, exact.mean, rtol=1e-15)
    assert (found.scatter == found.scatter.T).all()
    for name in ("minimum", "maximum", "missing"):
        np.testing.assert_array_equal(getattr(found, name), getattr(exact, name))
    assert found.n_samples == len(table)


def test_a_column_of_one_value_keeps_it_in_float64(table):
    table[:, 1] = 0.1
    builder = MomentsBuilder(["a", "b"], ["y"])
    for part in np.split(table, 10):
        builder.update(list(part.T))
        builder.extended = False
    found = builder.moments()
    assert found.mean[1] == 0.1
    assert not found.scatter[1].any()


@pytest.mark.parametrize("rows", [1, 100])
def test_columns_of_one_value_in_every_batch_are_summed_near_their_mean(rows):
    """Of a sorted file: constant in each batch, and far from what it was in the first ones."""
    n = 20 * rows
    table = np.random.default_rng(3).normal(size=(n, 3))
    table[:, 1] = np.repeat(np.where(np.arange(20) < 2, 0.0, 1e9 + np.arange(20)), rows)
    table[: 2 * rows, 1] += 1e-3 * table[: 2 * rows, 0]
    builder = MomentsBuilder(["a", "b"], ["y"])
    builder.extended = False
    for start in range(0, n, rows):
        builder.update(list(table[start : start + rows].T))
    found = builder.moments()
    assert found.rounding <= NEAR * FLOAT64_ROUNDING
    exact = Moments.from_arrays(table[:, :2], table[:, 2], extended=True)
    norms = np.sqrt(exact.scatter.diagonal())
    off = np.abs((found.scatter_pair - exact.scatter_pair).high) / np.outer(norms, norms)
    assert off.max() <= found.rounding * sum_roundings(n)


@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_what_is_not_finite_spoils_its_column_alone(table, strange):
    builder = MomentsBuilder(["a", "b"], ["y"])
    builder.extended = False
    builder.update(list(table.T))
    builder.update(list(table.T))
    spoilt = table.copy()
    spoilt[3, 1] = strange
    builder.update(list(spoilt.T))
    found = builder.moments()
    assert np.isfinite(found.mean).tolist() == [True, False, True]
    np.testing.assert_allclose(found.mean[[0, 2]], table.mean(axis=0)[[0, 2]], rtol=1e-14)


def test_squares_that_overflow_in_a_batch_near_the_mean_are_named(table):
    builder = MomentsBuilder(["a", "b"], ["y"])
    builder.extended = False
    builder.update(list(table.T))
    builder.update(list(table.T))
    late = table.copy()
    late[3, 1] = 1e200
    with pytest.raises(NumericalError, match="column `b` overflows"):
        builder.update(list(late.T))


def test_weights_and_gaps_between_batches_near_the_mean(table):
    builder = MomentsBuilder(["a", "b"], ["y"])
    builder.extended = False
    weights = np.linspace(0.5, 2.0, len(table))
    builder.update(list(table.T))
    builder.update(list(table.T))
    builder.update(list(table.T), weights)
    builder.update(list(table.T), missing=[0, 2, 0])
    builder.update(list(table.T))
    twice = Moments.from_arrays(np.tile(table[:, :2], (4, 1)), np.tile(table[:, 2], 4), extended=True)
    wanted = twice + Moments.from_arrays(table[:, :2], table[:, 2], weights, extended=True)
    found = builder.moments()
    np.testing.assert_allclose(found.scatter, wanted.scatter, rtol=1e-12, atol=1e-10)
    assert found.missing.tolist() == [0, 2, 0]
    assert found.n_samples == 5 * len(table)
    assert found.log_weight_sum == pytest.approx(np.log(weights).sum(), rel=1e-12)
