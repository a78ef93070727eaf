"""VIF against statsmodels and exact arithmetic, condition indices against a plain singular value decomposition."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from reta.inference.collinearity import (
    condition_indices,
    inflation_by_others,
    moving_together,
    standardised_root,
    variance_inflation,
)
from reta.moment import Moments
from reta.solvers import solve_least_squares

PEER = 1e-8  # asked for on ordinary data; both are float64
NEAR = 1e-3  # a copy within 1e-5 of its spread leaves float64 moments 16 − 10 digits of what tells it apart


def root_of(X, weights=None, *, fit_intercept=True):
    moments = Moments.from_arrays(X, np.random.default_rng(0).normal(size=len(X)), weights)
    solution = solve_least_squares(moments, fit_intercept=fit_intercept)
    assert solution.kept.all()
    return standardised_root(solution.inverse_root)


def ordinary(n=80):
    X = np.random.default_rng(4).normal(size=(n, 5)) @ np.random.default_rng(5).normal(size=(5, 5))
    return X * [1.0, 1e6, 1e-6, 3.0, 1.0] + [0.0, 1e6, 0.0, 50.0, -2.0]


def test_vif_is_that_of_statsmodels():
    X = ordinary()
    exog = np.column_stack([np.ones(len(X)), X])
    expected = [variance_inflation_factor(exog, at) for at in range(1, 6)]
    assert variance_inflation(root_of(X)) == pytest.approx(expected, rel=PEER)


def test_inflation_by_some_others_is_that_of_statsmodels():
    X = ordinary()
    counted = ~np.eye(5, dtype=bool)
    counted[0, [2, 3]] = counted[4, 1] = False
    ones = np.ones((len(X), 1))
    expected = [variance_inflation_factor(np.hstack([ones, X[:, [j]], X[:, counted[j]]]), 1) for j in (0, 4, 2)]
    assert inflation_by_others(root_of(X), counted, np.array([0, 4, 2])) == pytest.approx(expected, rel=PEER)


@pytest.mark.filterwarnings("ignore:The design matrix is poorly conditioned")
def test_others_that_repeat_one_another_count_once():
    random = np.random.default_rng(3)
    X = random.normal(size=(90, 2))
    X = np.column_stack([X, X[:, 1] + 1e-5 * random.normal(size=90)])
    counted = ~np.eye(3, dtype=bool)
    expected = variance_inflation_factor(np.column_stack([np.ones(90), X]), 1)
    assert inflation_by_others(root_of(X), counted, np.array([0])) == pytest.approx([expected], rel=NEAR)


def test_through_the_origin_vif_is_about_zero():
    X = ordinary()
    shares = [sm.OLS(X[:, at], np.delete(X, at, axis=1)).fit().rsquared for at in range(5)]
    expected = [1 / (1 - share) for share in shares]
    assert variance_inflation(root_of(X, fit_intercept=False)) == pytest.approx(expected, rel=PEER)


def test_weights_count_as_repetition():
    X, weights = ordinary(), np.random.default_rng(8).integers(1, 4, 80)
    repeated = np.repeat(X, weights, axis=0)
    assert variance_inflation(root_of(X, weights)) == pytest.approx(variance_inflation(root_of(repeated)), rel=PEER)


def test_a_near_copy_has_the_vif_of_exact_arithmetic():
    rng = np.random.default_rng(9)
    X = rng.normal(size=(60, 3))
    X = np.column_stack([X, X[:, 0] + X[:, 1] + 1e-5 * rng.normal(size=60)])
    with mpmath.workdps(50):
        A = mpmath.matrix((X).tolist())
        ones = mpmath.ones(60, 1)
        C = A - ones * (ones.T * A) / 60
        S = C.T * C
        inverse = S**-1
        exact = [float(S[j, j] * inverse[j, j]) for j in range(4)]
    found = variance_inflation(root_of(X))
    assert found == pytest.approx(exact, rel=NEAR)
    assert found[3] > 1e9
    assert moving_together(root_of(X), found > 10) == [[0, 1, 3]]


def test_condition_indices_are_those_of_the_scaled_columns():
    X = ordinary()
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    _, sizes, directions = np.linalg.svd(Z, full_matrices=False)
    parts = (directions / sizes[:, None]) ** 2
    found = condition_indices(root_of(X))
    assert found.index == pytest.approx(sizes[0] / sizes, rel=PEER)
    assert found.proportion == pytest.approx(parts / parts.sum(axis=0), rel=1e-6)  # squares of small entries
    assert found.proportion.sum(axis=0) == pytest.approx(np.ones(5))


@pytest.mark.parametrize("unit", [1e-300, 1e290])
def test_units_of_any_size_have_the_same_inflation(unit):
    root = root_of(ordinary())
    assert variance_inflation(standardised_root(root * unit)) == pytest.approx(variance_inflation(root), rel=PEER)


def test_two_near_copies_stay_two_groups():
    rng = np.random.default_rng(10)
    X = rng.normal(size=(200, 3))
    X = np.column_stack([X, X[:, 0] + 0.01 * rng.normal(size=200), X[:, 1] + 0.01 * rng.normal(size=200)])
    root = root_of(X)
    assert moving_together(root, variance_inflation(root) > 10) == [[0, 3], [1, 4]]
    assert moving_together(root, np.zeros(5, dtype=bool)) == []


def test_one_inflated_column_names_its_partners():
    """A sum of ten columns and noise: each of the ten has a VIF of about 2, the sum one above 10."""
    rng = np.random.default_rng(12)
    X = rng.normal(size=(5000, 10))
    X = np.column_stack([X, X.sum(axis=1) + rng.normal(size=5000)])
    root = root_of(X)
    vif = variance_inflation(root)
    assert (vif > 10).tolist() == [False] * 10 + [True]
    assert moving_together(root, vif > 10) == [list(range(11))]


def test_many_columns_with_one_cause_are_one_group():
    """Each is explained by all the others together, and by none of them much."""
    rng = np.random.default_rng(13)
    X = rng.normal(size=(2000, 1)) + 0.2 * rng.normal(size=(2000, 40))
    root = root_of(X)
    inflated = variance_inflation(root) > 10
    assert inflated.all()
    assert moving_together(root, inflated) == [list(range(40))]


def root_with_partials(*partials):
    """Return a root whose features are correlated so, given all others: (i, j, correlation)."""
    precision = np.eye(4)
    for i, j, partial in partials:
        precision[i, j] = precision[j, i] = -partial
    return np.linalg.cholesky(precision).T


def test_partners_are_at_least_half_as_close_as_the_closest():
    root = root_with_partials((0, 1, 0.6), (0, 2, 0.33), (0, 3, 0.27))
    assert moving_together(root, np.array([True, False, False, False])) == [[0, 1, 2]]


def test_a_partner_of_two_joins_them():
    root = root_with_partials((0, 1, 0.6), (1, 3, 0.6), (0, 3, 0.1))
    assert moving_together(root, np.array([True, False, False, True])) == [[0, 1, 3]]


def test_no_feature_at_all():
    empty = standardised_root(np.zeros((0, 0)))
    assert variance_inflation(empty).tolist() == []
    assert condition_indices(empty).index.tolist() == []
    assert moving_together(empty, np.zeros(0, dtype=bool)) == []
