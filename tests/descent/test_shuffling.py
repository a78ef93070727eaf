"""Orders by chance: every row once an epoch, batches whole."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reta.descent.shuffling import Rows, RowsInMemory, RowsInStream, batch_starts, together


def numbered(lengths):
    """Return pieces of rows that hold their own place."""
    edges = np.cumsum([0, *lengths])
    return [
        Rows(np.arange(a, b, dtype=float)[:, None], -np.arange(a, b, dtype=float)[:, None], np.arange(a, b) + 0.5)
        for a, b in pairwise(edges)
    ]


@settings(max_examples=150)
@given(
    lengths=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    buffer_rows=st.integers(1, 60),
    batch_size=st.integers(1, 50),
    seed=st.none() | st.integers(0, 3),
)
def test_every_row_once_and_whole_batches_but_the_last(lengths, buffer_rows, batch_size, seed):
    source = RowsInStream(lambda: iter(numbered(lengths)), buffer_rows)
    chance = None if seed is None else np.random.default_rng(seed)
    seen, pieces = [], []
    for rows, order in source.pieces(chance, batch_size):
        taken = rows.take(order)
        np.testing.assert_array_equal(taken.Y, -taken.X)
        np.testing.assert_array_equal(taken.weights, taken.X[:, 0] + 0.5)
        seen.extend(taken.X[:, 0].tolist())
        pieces.append(len(order))
    n = sum(lengths)
    assert sorted(seen) == list(range(n))
    assert all(size % batch_size == 0 for size in pieces[:-1])
    if seed is None:
        assert seen == list(range(n))


def test_the_buffer_mixes_near_and_keeps_far():
    source = RowsInStream(lambda: iter(numbered([100] * 20)), 200)
    seen = [x for rows, order in source.pieces(np.random.default_rng(0), 10) for x in rows.take(order).X[:, 0]]
    away = np.abs(np.array(seen) - np.arange(2_000))
    assert 20 < away.mean() < 400
    assert len(set(np.diff(seen))) > 100


def test_in_memory_the_order_is_a_permutation():
    rows = together(numbered([3, 5]))
    ((taken, order),) = RowsInMemory(rows).pieces(np.random.default_rng(1), 4)
    assert taken is rows
    assert sorted(order) == list(range(8))
    assert list(order) != list(range(8))


@pytest.mark.parametrize(("n", "size", "starts"), [(7, 3, [0, 3, 6, 7]), (6, 3, [0, 3, 6]), (2, 5, [0, 2])])
def test_where_batches_begin(n, size, starts):
    assert batch_starts(n, size).tolist() == starts
