"""Factorise once, solve for any right-hand side."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reta.solvers import factorize, solve

ROUNDING = 1e-12  # conditions under 1e3
INVERSE = 1e-10


def positive_definite(random: np.random.Generator, p: int) -> np.ndarray:
    root = random.normal(size=(2 * p + 5, p)) * 10.0 ** random.uniform(-4, 4, p)
    return root.T @ root


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), p=st.integers(1, 12), k=st.integers(1, 3))
def test_the_solution_satisfies_the_equations(seed, p, k):
    random = np.random.default_rng(seed)
    gram = positive_definite(random, p)
    planted = random.normal(size=(k, p)) / np.sqrt(np.diagonal(gram))
    solved = solve(factorize(gram), gram @ planted.T)
    scale = np.sqrt(np.diagonal(gram))
    np.testing.assert_allclose(solved * scale, planted * scale, rtol=0, atol=1e3 * ROUNDING)


@pytest.mark.parametrize("p", [1, 5, 47, 48, 49, 130])
def test_the_inverse_root_inverts_across_panels(random, p):
    factor = factorize(positive_definite(random, p))
    assert factor.kept.all()
    np.testing.assert_allclose(
        factor.inverse @ (factor.gram.high / np.outer(factor.norm, factor.norm)), np.eye(p), atol=INVERSE
    )
    assert (np.triu(factor.inverse_root, 1) == 0.0).all()


@pytest.mark.parametrize("copies", [[2], [50, 60, 99], [1, 47, 48, 49]])
def test_columns_repeated_across_panels_are_found_where_they_stand(random, copies):
    root = random.normal(size=(300, 100))
    for j in copies:
        root[:, j] = root[:, 0] - root[:, j - 1] if j > 1 else root[:, 0]
    factor = factorize(root.T @ root)
    assert np.flatnonzero(~factor.kept).tolist() == copies


def test_a_zero_diagonal_is_left_out(random):
    gram = positive_definite(random, 3)
    gram[1, :] = gram[:, 1] = 0.0
    factor = factorize(gram)
    assert factor.kept.tolist() == [True, False, True]
    assert solve(factor, np.ones((3, 2)))[:, 1].tolist() == [0.0, 0.0]


def test_rank_is_never_more_than_rows_allow(random):
    factor = factorize(positive_definite(random, 6), max_rank=2)
    assert factor.kept.tolist() == [True, True, False, False, False, False]
    assert factor.combinations.shape == (4, 2)


def test_no_columns_at_all():
    factor = factorize(np.empty((0, 0)))
    assert solve(factor, np.empty((0, 2))).shape == (2, 0)


def test_neither_gram_nor_cross_is_written_to(random):
    gram, cross = positive_definite(random, 4), random.normal(size=(4, 1))
    before = gram.copy(), cross.copy()
    solve(factorize(gram), cross)
    assert (gram == before[0]).all()
    assert (cross == before[1]).all()


def test_refinement_keeps_a_hard_system_backward_stable(random):
    p = 8
    hilbert = 1.0 / (np.arange(p)[:, None] + np.arange(p) + 1.0)
    factor = factorize(hilbert)
    cross = hilbert @ np.ones((p, 1))
    left = cross - hilbert @ solve(factor, cross).T
    assert factor.kept.all()
    assert np.abs(left).max() <= 4 * 2.0**-52 * np.abs(cross).max()
