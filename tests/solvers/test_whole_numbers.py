"""Whole numbers are told from cells that were rounded, by the moments alone."""

from __future__ import annotations

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers.whole_numbers import whole_columns


def columns(random, n=60):
    return {
        "counts": random.integers(0, 50, n).astype(float),
        "years": random.integers(1950, 2000, n).astype(float),
        "times": 1.7e15 + random.integers(0, 10, n),
        "tenths": np.round(random.uniform(0, 100, n), 1),
        "between whole extremes": np.append([0.0, 10.0], np.round(random.uniform(0, 10, n - 2), 2)),
        "complements": np.concatenate([[0.0, 1.0], *([[0.4, 0.6]] * (n // 2 - 1))]),
        "drawn": random.normal(size=n),
        "measured and large": 6.02e23 * (1.0 + 2.0**-52 * random.integers(-3, 4, n)),
    }


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n", [4, 60, 3000])
def test_only_whole_columns_count_as_whole(random, weighted, n):
    made = columns(random, n)
    weights = random.integers(1, 5, n).astype(float) if weighted else None
    X = np.column_stack(list(made.values()))
    moments = Moments.from_arrays(X, None, weights, features=list(made), extended=True)
    found = {name for name, whole in zip(made, whole_columns(moments), strict=True) if whole}
    assert found == {"counts", "years", "times"}


def test_parts_and_differences_know_it_too(random):
    made = columns(random)
    X = np.column_stack(list(made.values()))
    whole = Moments.from_arrays(X[:20], features=list(made)) + Moments.from_arrays(X[20:], features=list(made))
    rest = whole - Moments.from_arrays(X[50:], features=list(made))
    for moments in (whole, rest):
        assert whole_columns(moments).tolist() == [True] * 3 + [False] * 5


def test_where_sums_do_not_tell_only_large_numbers_are_known(random):
    made = columns(random)
    X = np.column_stack(list(made.values()))
    for moments in (
        Moments.from_arrays(X, extended=False),
        Moments.from_arrays(X, None, random.uniform(0.5, 2.0, len(X))),
    ):
        assert np.flatnonzero(whole_columns(moments)).tolist() == [2]
