"""Pivoting in pairs over several panels: the factor, the order, and what is said of columns that go."""

from __future__ import annotations

import numpy as np
import pytest

from reta.double_double import DoubleDouble
from reta.solvers.rank_extended import PANEL, independent_columns_extended

SEED = 17
NOISE = 2.0**-50
WIDE = 3 * PANEL + 5


def correlation(X: DoubleDouble) -> DoubleDouble:
    gram = X.T.matmul(X)
    norm = np.sqrt(np.diagonal(gram.high))
    return gram / norm[:, None] / norm


def near_copies(copies: int) -> DoubleDouble:
    """Return correlations of columns, of which the last of every pair are copies but for 1e-6 of themselves."""
    random = np.random.default_rng(SEED)
    X = random.normal(size=(2 * WIDE, WIDE))
    X[:, -copies:] = X[:, :copies] + 1e-6 * X[:, -copies:]
    return correlation(DoubleDouble.of(X))


def kept_by(R: DoubleDouble, *, max_rank: int | None = None):
    p = len(R)
    return independent_columns_extended(R, np.zeros(p), np.full(p, NOISE), max_rank=max_rank or p)


def test_the_inverse_is_that_of_the_correlation_across_panels():
    R = near_copies(PANEL)  # condition 1e13
    found = kept_by(R)
    assert found.kept.all()
    V = found.inverse
    left = V.T.matmul(R).matmul(V) - np.eye(WIDE)
    assert np.abs(left.high).max() < 1e-15  # 2⁻¹⁰⁰ times the condition, and a little


@pytest.mark.parametrize("first", [0, PANEL - 1, PANEL, WIDE - 2])
def test_the_later_of_two_copies_goes_and_its_combination_names_the_earlier(first):
    X = np.random.default_rng(SEED).normal(size=(2 * WIDE, WIDE))
    X[:, -1] = X[:, first]
    found = kept_by(correlation(DoubleDouble.of(X)))
    assert np.flatnonzero(~found.kept).tolist() == [WIDE - 1]
    expected = np.zeros(WIDE - 1)
    expected[first] = 1.0
    np.testing.assert_allclose(found.combinations, expected[None], atol=1e-25)
    assert abs(found.unexplained[0]) < 1e-25


def test_sums_across_panels_are_found_to_the_last_digit():
    X = np.random.default_rng(SEED).integers(-9, 9, size=(2 * WIDE, WIDE)).astype(np.float64)
    sums = {40: (1, 2), 70: (33, 69), 100: (5, 50)}
    for at, (a, b) in sums.items():
        X[:, at] = X[:, a] + X[:, b]
    norm = np.sqrt(np.square(X).sum(axis=0))
    found = kept_by(correlation(DoubleDouble.of(X)))
    assert np.flatnonzero(~found.kept).tolist() == list(sums)
    kept = np.flatnonzero(found.kept)
    for row, (at, (a, b)) in zip(found.combinations, sums.items(), strict=True):
        terms = {int(kept[j]): row[j] * norm[at] / norm[kept[j]] for j in np.flatnonzero(np.abs(row) > 1e-20)}
        assert terms == pytest.approx({a: 1.0, b: 1.0}, rel=1e-15)


def test_no_more_columns_are_kept_than_the_rows_can_tell_apart():
    X = np.random.default_rng(SEED).normal(size=(PANEL + 7, WIDE))
    found = kept_by(correlation(DoubleDouble.of(X)), max_rank=PANEL + 7)
    assert found.kept.tolist() == [True] * (PANEL + 7) + [False] * (WIDE - PANEL - 7)
    assert found.combinations.shape == (WIDE - PANEL - 7, PANEL + 7)


def test_zeros_on_the_diagonal_are_left_out():
    R = near_copies(3)
    R.high[7], R.low[7] = 0.0, 0.0
    R.high[:, 7], R.low[:, 7] = 0.0, 0.0
    found = kept_by(R)
    assert np.flatnonzero(~found.kept).tolist() == [7]
    assert found.unexplained.tolist() == [0.0]
