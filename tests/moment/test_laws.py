"""What must hold for any rows: the algebra of the statistic, and exact rationals as its witness."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reta.errors import NumericalError
from reta.moment import Moments, MomentsBuilder

NAMES = {"features": ("a", "b"), "targets": ("c",)}
MOST_ROWS = 30

# A sum of n products errs by less than n roundings of 2^-53, each product by one, and the shift costs at most a factor
# of two: 2 · (30 + 2) · 1.1e-16 < 1e-14 of the geometric mean of the two diagonals (Cauchy and Schwarz).
SCATTER = 1e-14
# A mean errs by that of a sum of 30 terms over its length, in units of the spread: 30 · 1.1e-16.
MEAN = 1e-14
# A sum of 90 logarithms of at most 1.1 each: 90 · 100 · 1.1e-16.
LOGARITHMS = 1e-12
# Two roads that each err by so much, over three merges.
TWO_ROADS = 4 * SCATTER

law = settings(max_examples=60)

# Multiples of 1/1024 below 2^10, about 0 or about 1e9: exact in float64, so that rationals can witness them.
cells = st.integers(-(2**20), 2**20).map(lambda i: i / 1024)
offsets = st.sampled_from([0.0, 1e9, -3.0e7])


@st.composite
def tables(draw, least=0, most=MOST_ROWS):
    """Rows (n, 3), and an integer weight from 0 to 3 for each, not all zero."""
    n = draw(st.integers(least, most))
    rows = draw(st.lists(st.tuples(cells, cells, cells), min_size=n, max_size=n))
    weights = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    shift = draw(st.tuples(offsets, offsets, offsets))
    table = np.array(rows, dtype=np.float64).reshape(n, 3) + np.array(shift)
    return table, np.array(weights, dtype=np.float64)


def of(table, weights=None):
    return Moments.from_arrays(table[:, :2], table[:, 2:], weights, **NAMES)


def exact(table, weights):
    """Sum of weights, mean and scatter in rationals."""
    rows = [[Fraction(cell) for cell in row] for row in table.tolist()]
    weights = [Fraction(weight) for weight in weights.tolist()]
    total = sum(weights)
    mean = [sum(w * row[j] for w, row in zip(weights, rows, strict=True)) / total for j in range(3)]
    scatter = [
        [
            sum(w * (row[i] - mean[i]) * (row[j] - mean[j]) for w, row in zip(weights, rows, strict=True))
            for j in range(3)
        ]
        for i in range(3)
    ]
    return total, mean, scatter


def assert_near(got, wanted, *, whole=None, tolerance=TWO_ROADS):
    """Equal in counts and extremes; means and scatter within rounding of the spread of ``whole``."""
    whole = whole or wanted
    spread = np.sqrt(np.diagonal(whole.scatter))
    deviation = np.sqrt(np.diagonal(whole.scatter) / max(whole.weight_sum, 1.0))
    assert got.names == wanted.names
    assert (got.n_samples, got.weight_sum) == (wanted.n_samples, wanted.weight_sum)
    assert got.log_weight_sum == pytest.approx(wanted.log_weight_sum, abs=LOGARITHMS)
    np.testing.assert_array_equal(got.missing, wanted.missing)
    assert (abs(got.scatter - wanted.scatter) <= tolerance * np.outer(spread, spread)).all()
    difference = (got.mean - wanted.mean) + (got.mean_low - wanted.mean_low)
    assert (abs(difference) <= tolerance * deviation).all()


def assert_same_extremes(got, wanted):
    np.testing.assert_array_equal(got.minimum, wanted.minimum)
    np.testing.assert_array_equal(got.maximum, wanted.maximum)


@law
@given(tables(least=1))
def test_exact_rationals_agree(data):
    table, weights = data
    weights[0] += 1
    m = of(table, weights)
    total, mean, scatter = exact(table, weights)
    assert m.weight_sum == total
    spread = [float(scatter[j][j]) ** 0.5 for j in range(3)]
    for i in range(3):
        low = Fraction(m.mean[i]) + Fraction(m.mean_low[i]) - mean[i]
        assert abs(low) <= MEAN * spread[i]
        for j in range(3):
            assert abs(Fraction(m.scatter[i, j]) - scatter[i][j]) <= SCATTER * spread[i] * spread[j]


@law
@given(tables(), tables(), tables())
def test_merging_associates(first, second, third):
    a, b, c = (of(table) for table, _ in (first, second, third))
    assert_near((a + b) + c, a + (b + c))
    assert_same_extremes((a + b) + c, a + (b + c))


@law
@given(tables(), tables())
def test_merging_commutes(first, second):
    a, b = of(first[0]), of(second[0])
    assert_near(a + b, b + a)
    assert_same_extremes(a + b, b + a)


@law
@given(tables())
def test_the_empty_statistic_is_the_identity_to_the_bit(data):
    m, nothing = of(data[0]), Moments.empty(**NAMES)
    assert nothing + m == m
    assert m + nothing == m
    assert m - nothing == m


@law
@given(tables(), st.lists(st.integers(0, MOST_ROWS), max_size=4))
def test_parts_add_up_to_the_whole(data, cuts):
    table, _ = data
    edges = [0, *sorted(min(cut, len(table)) for cut in cuts), len(table)]
    parts = Moments.empty(**NAMES)
    builder = MomentsBuilder(NAMES["features"], NAMES["targets"])
    for start, stop in pairwise(edges):
        parts += of(table[start:stop])
        builder.update(list(table[start:stop].T))
    assert_near(parts, of(table))
    assert_same_extremes(parts, of(table))
    assert builder.moments() == parts


@law
@given(tables(least=1), tables(least=1))
def test_logarithms_of_weights_add_up_and_subtract(first, second):
    (table, weights), (more, others) = first, second
    a, b = of(table, weights + 0.5), of(more, others + 0.5)
    total = a + b
    logarithms = [np.log(weights + 0.5).sum(), np.log(others + 0.5).sum()]
    assert total.log_weight_sum == pytest.approx(sum(logarithms), abs=LOGARITHMS)
    assert total.select(features=["b"]).log_weight_sum == total.log_weight_sum
    assert (total - total).log_weight_sum == 0.0
    assert of(table).log_weight_sum == 0.0
    try:
        assert (total - b).log_weight_sum == pytest.approx(logarithms[0], abs=LOGARITHMS)
    except NumericalError:
        assert (np.diagonal(a.scatter) < 1.01 * 2.0**-26 * np.diagonal(total.scatter)).any()


@law
@given(tables(), tables())
def test_what_was_added_can_be_taken_away(first, second):
    a, b = of(first[0]), of(second[0])
    try:
        rest = (a + b) - b
    except NumericalError:
        spread = np.diagonal(a.scatter)
        assert (spread < 1.01 * 2.0**-26 * np.diagonal((a + b).scatter)).any()
        return
    assert_near(rest, a, whole=a + b)


@law
@given(tables(least=1))
def test_an_integer_weight_is_repetition(data):
    table, weights = data
    weights[0] += 1
    weighted, repeated = of(table, weights), of(np.repeat(table, weights.astype(int), axis=0))
    assert weighted.n_samples == np.count_nonzero(weights)
    assert repeated.n_samples == weights.sum()
    assert_same_extremes(weighted, repeated)
    counts = {"n_samples": repeated.n_samples, "log_weight_sum": 0.0}
    assert_near(Moments(**{**fields_of(weighted), **counts}), repeated)


def fields_of(moments):
    return {name: getattr(moments, name) for name in moments.__slots__}


@law
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(data, random):
    table, _ = data
    order = list(range(len(table)))
    random.shuffle(order)
    assert_near(of(table[order]), of(table))
    assert_same_extremes(of(table[order]), of(table))


@law
@given(tables(), st.permutations(["a", "b", "c"]), st.integers(0, 3))
def test_selecting_is_as_if_only_those_columns_had_been_read(data, names, n_features):
    table, _ = data
    features, targets = names[:n_features], names[n_features:]
    place = [("a", "b", "c").index(name) for name in names]
    chosen = table[:, place]
    again = Moments.from_arrays(chosen[:, :n_features], chosen[:, n_features:], features=features, targets=targets)
    selected = of(table).select(features, targets)
    assert_near(selected, again)
    assert_same_extremes(selected, again)


@settings(law, max_examples=25)
@given(tables(), st.integers(0, 5))
def test_saved_is_loaded(tmp_path_factory, data, missing):
    builder = MomentsBuilder(NAMES["features"], NAMES["targets"])
    builder.update(list(data[0].T), missing=[missing, 0, 1])
    path = tmp_path_factory.mktemp("saved") / "a.moments"
    builder.moments().save(path)
    assert Moments.load(path) == builder.moments()


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 1000])
def test_the_tolerances_would_catch_a_forgotten_row(n):
    table = np.random.default_rng(n).normal(size=(n, 3))
    with pytest.raises(AssertionError):
        assert_near(of(table), of(table[1:]))
