"""Sums in extended precision against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.double_double import DoubleDouble
from reta.moment import Moments, MomentsBuilder

ROUNDING = 2.0**-100  # of the norms; what ``Moments.rounding`` says of extended sums


def fractions_of(values) -> np.ndarray:
    if isinstance(values, DoubleDouble):
        return fractions_of(values.high) + fractions_of(values.low)
    return np.array([Fraction(float(v)) for v in np.ravel(values)], dtype=object).reshape(np.shape(values))


def exact_scatter(columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    mean = (columns * weights).sum(axis=1) / weights.sum()
    centred = columns - mean[:, None]
    return (centred * weights) @ centred.T


def worst_error(moments: Moments, columns, weights=None) -> float:
    cells = np.array([fractions_of(column) for column in columns])
    w = fractions_of(np.ones(cells.shape[1]) if weights is None else weights)
    truth = exact_scatter(cells, w)
    norms = np.sqrt(np.diagonal(truth).astype(float))
    scatter = float(abs((fractions_of(moments.scatter_pair) - truth) / np.outer(norms, norms)).max())
    mean = (cells * w).sum(axis=1) / w.sum()
    spread = norms / np.sqrt(float(w.sum()))
    off = float(abs((fractions_of(moments.mean_pair) - mean) / (spread + abs(mean.astype(float)))).max())
    return max(scatter, off, float(abs(fractions_of(moments.weight_pair) - w.sum()) / w.sum()))


def columns_of(random: np.random.Generator, n: int) -> list:
    return [
        random.normal(size=n) + 1e9,
        random.normal(size=n) * 1e-8 - 3e-7,
        random.standard_t(3, size=n) * 1e8,
        np.round(random.normal(size=n) * 5.0),
        random.normal(size=n).astype(np.float32),
    ]


@pytest.mark.parametrize("n", [2, 17, 3000])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_sum_is_right_to_thirty_digits(n, weighted):
    random = np.random.default_rng([n, weighted])
    columns = columns_of(random, n)
    weights = random.uniform(1e-3, 1e3, size=n) if weighted else None
    builder = MomentsBuilder(["a", "b", "c", "d"], ["y"])
    builder.update(columns, weights)
    moments = builder.moments()
    assert moments.rounding == ROUNDING
    reach = max((np.ptp(column) / column.std()) ** 2 for column in columns)  # of the largest cell, in spreads
    assert worst_error(moments, columns, weights) <= 8 * reach * ROUNDING


def test_columns_of_pairs_keep_their_low_parts():
    x = np.random.default_rng(1).uniform(-9.0, -3.0, size=200)
    cube = DoubleDouble.of(x) * x * x
    builder = MomentsBuilder(["x", "cube"], ["y"])
    builder.update([x, cube, np.sin(x)])
    assert worst_error(builder.moments(), [x, cube, np.sin(x)]) <= 64 * ROUNDING


@pytest.mark.parametrize("scale", [1e-130, 1e130])
def test_extreme_units_cost_nothing(scale):
    random = np.random.default_rng(2)
    columns = [random.normal(size=50) * scale, random.normal(size=50)]
    moments = Moments.from_arrays(columns[0][:, None], columns[1])
    assert worst_error(moments, columns) <= 64 * ROUNDING


def test_neither_order_nor_cuts_show_beyond_thirty_digits():
    random = np.random.default_rng(3)
    n = 20_000
    table = np.column_stack(columns_of(random, n))
    whole = Moments.from_arrays(table[:, :4], table[:, 4], extended=True)
    shuffled = table[random.permutation(n)]
    cut = Moments.from_arrays(shuffled[:7, :4], shuffled[:7, 4], extended=True)
    for start, stop in ((7, 8), (8, 9_000), (9_000, n)):
        cut += Moments.from_arrays(shuffled[start:stop, :4], shuffled[start:stop, 4], extended=True)
    norms = np.sqrt(np.diagonal(whole.scatter))
    difference = (whole.scatter_pair - cut.scatter_pair).high / np.outer(norms, norms)
    assert np.abs(difference).max() <= 1e9 * ROUNDING  # merging is right relative to the mean, 1e9 spreads away
    np.testing.assert_array_equal(whole.scatter, cut.scatter)
    np.testing.assert_array_equal(whole.mean, cut.mean)


def test_what_is_taken_out_again_leaves_thirty_digits_less_what_cancels():
    random = np.random.default_rng(4)
    X, y = random.normal(size=(500, 2)) + 1e6, random.normal(size=500)
    whole, part = Moments.from_arrays(X, y), Moments.from_arrays(X[:400], y[:400])
    rest = whole - part
    alone = Moments.from_arrays(X[400:], y[400:])
    assert rest.rounding > whole.rounding
    np.testing.assert_allclose(rest.scatter, alone.scatter, rtol=1e-15)


def test_a_nan_stays_in_its_column():
    X = np.random.default_rng(5).normal(size=(30, 2))
    X[3, 1] = np.nan
    moments = Moments.from_arrays(X, X[:, 0] + 1.0)
    assert np.isfinite(moments.scatter[[0, 2]][:, [0, 2]]).all()
    assert np.isnan(moments.scatter[1]).all()
