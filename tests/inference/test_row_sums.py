"""Sums of scores in parts are the sums at once; leverage in coordinates is that of the hat matrix."""

from __future__ import annotations

import numpy as np
import pytest

from reta.inference.cluster import ClusterScores
from reta.inference.coordinates import coefficient_map, row_coordinates, row_leverage
from reta.inference.newey_west import NeweyWestScores, default_lags
from reta.inference.robust_covariance import HeteroskedasticScores, sandwich

SAME_SUM = 1e-12  # relative to the largest element: the same products in another order
EXACT = 1e-9  # relative; the direct way below squares the condition


@pytest.fixture
def rows():
    random = np.random.default_rng(5)
    U = random.normal(size=(90, 3))
    return U, random.normal(size=(90, 2)), random.uniform(0.01, 0.9, 90), random.integers(0, 7, 90)


def in_parts(update, *arrays):
    for start, stop in ((0, 1), (1, 4), (4, 4), (4, 61), (61, 90)):
        update(*(array[start:stop] for array in arrays))


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=0, atol=SAME_SUM * np.abs(wanted).max())


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_scores_in_parts(rows, kind):
    U, scores, leverage, _ = rows
    sums = HeteroskedasticScores(kind, 2, 3)
    in_parts(sums.update, U, scores, leverage)
    divisor = {"HC2": 1 - leverage, "HC3": (1 - leverage) ** 2}.get(kind, np.ones(90))
    close(sums.value(), np.einsum("nk,ni,nj->kij", scores**2 / divisor[:, None], U, U))


def test_clusters_in_parts_and_in_any_order(rows):
    U, scores, _, codes = rows
    sums = ClusterScores(2, 3)

    def update(U, scores, codes):
        keys, places = np.unique(codes, return_inverse=True)
        sums.update(U, scores, keys.tolist(), places)

    in_parts(update, U, scores, codes)
    totals = np.array([[(U * s[:, None])[codes == g].sum(axis=0) for g in range(7)] for s in scores.T])
    assert sums.n_clusters == 7
    close(sums.value(), np.einsum("kgi,kgj->kij", totals, totals))


@pytest.mark.parametrize("lags", [0, 1, 5, 70])
def test_lags_reach_across_parts(rows, lags):
    U, scores, _, _ = rows
    sums = NeweyWestScores(2, 3, lags)
    in_parts(sums.update, U, scores)
    apart = np.abs(np.subtract.outer(np.arange(90), np.arange(90)))
    kernel = np.clip(1 - apart / (lags + 1), 0, None)
    scored = U[None] * scores.T[:, :, None]
    close(sums.value(), np.einsum("kni,nm,kmj->kij", scored, kernel, scored))


def test_the_rule_of_thumb_for_lags():
    assert [default_lags(n) for n in (1, 25, 100, 10**6)] == [1, 2, 4, 30]


def test_values_do_not_change_afterwards(rows):
    U, scores, leverage, _ = rows
    sums = HeteroskedasticScores("HC0", 2, 3)
    sums.update(U, scores, leverage)
    before = sums.value()
    kept = before.copy()
    sums.update(U, scores, leverage)
    np.testing.assert_array_equal(before, kept)


def test_coordinates_are_orthonormal_and_give_the_hat_matrix(case):
    solution = case.solution()
    basis = (solution.inverse_root, solution.center, solution.weight_sum)
    weights = np.ones(len(case.X)) if case.weights is None else case.weights
    U = row_coordinates(case.X, *basis, fit_intercept=case.fit_intercept)
    np.testing.assert_allclose((U * weights[:, None]).T @ U, np.eye(U.shape[1]), atol=EXACT)
    A = case.design(case.X) * np.sqrt(weights)[:, None]
    Q = np.linalg.qr(A)[0]
    np.testing.assert_allclose(row_leverage(U, weights), np.square(Q).sum(axis=1), rtol=EXACT)
    root = coefficient_map(*basis, fit_intercept=case.fit_intercept)
    spread = sandwich(np.eye(U.shape[1])[None], root)[0]
    inverse = np.linalg.inv(np.linalg.qr(A)[1])
    np.testing.assert_allclose(spread, inverse @ inverse.T, rtol=0, atol=EXACT * np.abs(spread).max())
    np.testing.assert_allclose(np.diag(spread), np.square(inverse).sum(axis=1), rtol=EXACT)
