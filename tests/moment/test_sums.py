"""Sums are as precise as they say, where cells repeat and rounding errors do not cancel."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.moment import Moments
from reta.moment.rows import arrays_side_by_side
from reta.moment.sums import ShiftedSums, sum_roundings

MET = 0.01  # share of the bound that repeated cells reach with NumPy, of many lanes: it is no bound of another kind


def two_valued(random, n, q, order):
    """Cells of two values a column: drawn, sorted, or periodic; with the counts of every pair of values."""
    chosen = random.random((n, q)) < random.uniform(0.02, 0.98, q)
    if order == "sorted":
        chosen = np.sort(chosen, axis=0)
    if order == "periodic":
        chosen = np.tile(chosen[:8], (n // 8 + 1, 1))[:n]
    values = random.normal(size=(2, q))
    return values, chosen.astype(int), np.where(chosen, values[1], values[0])


def exact_scatter(values, chosen, i, j) -> Fraction:
    """Of two columns, by counting."""
    n = len(chosen)
    left, right = ([Fraction(value) for value in values[:, at]] for at in (i, j))
    counts = [[int(((chosen[:, i] == a) & (chosen[:, j] == b)).sum()) for b in (0, 1)] for a in (0, 1)]
    both = sum(counts[a][b] * left[a] * right[b] for a in (0, 1) for b in (0, 1))
    return (
        both
        - sum(sum(counts[a]) * left[a] for a in (0, 1))
        * sum((counts[0][b] + counts[1][b]) * right[b] for b in (0, 1))
        / n
    )


def moments_of(X, *, extended, road):
    names = [f"x{j}" for j in range(X.shape[1] - 1)]
    return Moments.empty(names, ["y"]).of_rows(
        arrays_side_by_side(X[:, :-1], X[:, -1], None), extended=extended, road=road
    )


def errors(n, road, *, extended, trials, q=3):
    """Yield errors of a scatter's entries in units of the norms, with the moments."""
    random = np.random.default_rng(n)
    for trial in range(trials):
        values, chosen, X = two_valued(random, n, q, ("drawn", "sorted", "periodic")[trial % 3])
        moments = moments_of(X, extended=extended, road=road)
        exact = {(i, j): exact_scatter(values, chosen, i, j) for i in range(q) for j in range(i, q)}
        pair = moments.scatter_pair
        for (i, j), true in exact.items():
            if exact[i, i] and exact[j, j]:
                off = abs(Fraction(pair.high[i, j]) + Fraction(pair.low[i, j]) - true)
                yield float(off) / float(exact[i, i] * exact[j, j]) ** 0.5, moments


@pytest.mark.parametrize("n", [5, 40, 300, 1000, 20_000])
@pytest.mark.parametrize("road", ["numpy", "compiled"])
def test_float64_rounds_repeated_cells_no_more_than_is_reckoned_with(n, road):
    trials = 30 if n < 5000 else 3
    shares = [
        off / (moments.rounding * sum_roundings(n)) for off, moments in errors(n, road, extended=False, trials=trials)
    ]
    assert max(shares) <= 1.0
    assert road == "compiled" or n in (5, 20_000) or max(shares) >= MET


def test_thousands_of_blocks_add_no_rounding():
    """A long array of the kernel's, most of which is one row again and again: the worst case of additions in turn."""
    n = 2_000_000
    assert all(
        off <= moments.rounding * sum_roundings(n)
        for off, moments in errors(n, "compiled", extended=False, trials=3, q=2)
    )


@pytest.mark.parametrize("n", [300, 20_000])
@pytest.mark.parametrize("road", ["numpy", "compiled"])
def test_extended_sums_of_repeated_cells_are_as_precise_as_they_say(n, road):
    for off, moments in errors(n, road, extended=True, trials=6):
        reach, squares = np.maximum(-moments.minimum, moments.maximum) ** 2 * n, np.diagonal(moments.scatter)
        assert off <= moments.rounding * (reach[squares > 0.0] / squares[squares > 0.0]).max()


def test_a_shift_that_is_poor_counts():
    """Rows that the sample for the shift misses: the sums are larger than the scatter, and so is their rounding."""
    ordinary = Moments.from_arrays(np.random.default_rng(1).normal(size=(100, 2)), extended=False)
    sampled = (np.arange(1, 65) * 0.6180339887498949 % 1.0 * 100).astype(int)
    X = np.ones((100, 2))
    X[sampled] = np.random.default_rng(2).normal(size=(64, 2)) * 1e-3
    assert Moments.from_arrays(X, extended=False).rounding > 2.0 * 2.0**-52
    assert 2.0**-52 <= ordinary.rounding < 2.0 * 2.0**-52


def test_what_rounding_leaves_out_of_parts_is_kept():
    """A thousand parts, each less than half a unit of the sum so far."""
    one, tiny = (
        ShiftedSums(1, 1.0, np.zeros(1), np.full(1, v), np.full((1, 1), v), np.ones(1), np.ones(1))
        for v in (1.0, 2.0**-54)
    )
    total = sum([tiny] * 1000, start=one)
    assert total.second[0, 0] + total.second_low[0, 0] == 1.0 + 1000 * 2.0**-54
    assert total.first[0] + total.first_low[0] == 1.0 + 1000 * 2.0**-54
