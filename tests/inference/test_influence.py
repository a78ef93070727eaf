"""Influence of single rows: against statsmodels, and against fits that really leave the row out."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.outliers_influence import OLSInfluence

from reta.inference import residual_variance
from reta.inference.coordinates import coefficient_map, row_coordinates, row_leverage
from reta.inference.influence import deleted_residuals, dfbetas, influence

WELL_CONDITIONED = 1e-8  # relative; the peers invert matrices or fit anew, good to some 1e-12 here
DETERMINANTS = 1e-6  # relative; the peer's determinants of nearly singular covariances keep some 7 digits here
SIZE = {"rtol": 1e-7, "atol": 1e-9}  # dfbetas pass through zero


@pytest.fixture
def measured(case):
    """Influence and dfbetas of a case, as a model computes them."""
    solution = case.solution()
    basis = (solution.inverse_root, solution.center, solution.weight_sum)
    weights = np.ones(len(case.X)) if case.weights is None else case.weights
    U = row_coordinates(case.X, *basis, fit_intercept=case.fit_intercept)
    residuals = case.Y - case.X @ solution.coef.T - solution.intercept
    leverage = row_leverage(U, weights)
    left = {
        "variance": residual_variance(solution.residual_scatter, solution.degrees_of_freedom),
        "degrees_of_freedom": solution.degrees_of_freedom,
    }
    found = influence(residuals, weights, leverage, n_coefficients=U.shape[1], **left)
    moves = dfbetas(U, coefficient_map(*basis, fit_intercept=case.fit_intercept), residuals, weights, leverage, **left)
    return found, moves, deleted_residuals(residuals, leverage)


def test_unweighted_rows_are_those_of_statsmodels(case, measured):
    if case.weights is not None:
        return
    found, moves, _ = measured
    for k in range(2):
        peer = OLSInfluence(case.peer(k))
        for name, expected in {
            "std_residual": peer.resid_studentized_internal,
            "student_residual": peer.resid_studentized_external,
            "cooks_distance": peer.cooks_distance[0],
            "dffits": peer.dffits[0],
        }.items():
            np.testing.assert_allclose(getattr(found, name)[:, k], expected, rtol=WELL_CONDITIONED, err_msg=name)
        np.testing.assert_allclose(moves[:, k], peer.dfbetas, **SIZE)
        np.testing.assert_allclose(found.covratio[:, k], peer.cov_ratio, rtol=DETERMINANTS)


def log_volume(A):
    """Half the logarithm of the determinant of AᵀA."""
    return np.log(np.abs(np.diagonal(np.linalg.qr(A, mode="r")))).sum()


def test_every_measure_is_what_leaving_the_row_out_does(case, measured):
    found, moves, deleted = measured
    weights = np.ones(len(case.X)) if case.weights is None else case.weights
    A = case.design(case.X) * np.sqrt(weights)[:, None]
    B = case.Y * np.sqrt(weights)[:, None]
    n, m = A.shape
    coef = np.linalg.lstsq(A, B)[0]
    root = np.linalg.inv(np.linalg.qr(A, mode="r"))  # of AᵀA itself half of the digits would be lost
    inverse = root @ root.T
    scale = ((B - A @ coef) ** 2).sum(axis=0) / (n - m)
    for i in (0, 7, 31):
        rest = np.arange(n) != i
        other = np.linalg.lstsq(A[rest], B[rest])[0]
        other_scale = ((B[rest] - A[rest] @ other) ** 2).sum(axis=0) / (n - 1 - m)
        np.testing.assert_allclose(
            (coef - other) / np.sqrt(np.outer(np.diag(inverse), other_scale)), moves[i].T, **SIZE
        )
        np.testing.assert_allclose(found.cooks_distance[i], ((A @ (coef - other)) ** 2).sum(axis=0) / m / scale, **SIZE)
        np.testing.assert_allclose(deleted[i], (B[i] - A[i] @ other) / np.sqrt(weights[i]), **SIZE)
        determinants = 2.0 * (log_volume(A[rest]) - log_volume(A))
        np.testing.assert_allclose(
            found.covratio[i], (other_scale / scale) ** m * np.exp(-determinants), rtol=DETERMINANTS
        )
        own_error = np.sqrt(other_scale * (A[i] @ inverse @ A[i]))
        np.testing.assert_allclose(found.dffits[i], A[i] @ (coef - other) / own_error, **SIZE)


@pytest.mark.parametrize(
    ("variance", "degrees_of_freedom", "leverage"),
    [(0.0, 5, 0.5), (np.nan, 0, 0.5), (1.0, 5, 1.0), (1.0, 5, 1.0 - 1e-13)],
)
def test_where_there_is_none_everything_is_nan_without_a_warning(variance, degrees_of_freedom, leverage):
    left = {"variance": np.array([variance]), "degrees_of_freedom": degrees_of_freedom}
    rows = (np.zeros((1, 1)), np.ones(1), np.array([leverage]))
    found = influence(*rows, n_coefficients=2, **left)
    for name in found.__slots__:
        assert np.isnan(getattr(found, name)).all(), name
    assert np.isnan(dfbetas(np.ones((1, 2)), np.eye(2), *rows, **left)).all()


def test_one_degree_of_freedom_leaves_the_internal_measures():
    left = {"variance": np.ones(1), "degrees_of_freedom": 1}
    found = influence(np.full((1, 1), 0.5), np.ones(1), np.array([0.5]), n_coefficients=2, **left)
    assert found.std_residual[0, 0] == pytest.approx(0.5**0.5)
    assert found.cooks_distance[0, 0] == pytest.approx(0.25)
    assert np.isnan([found.student_residual[0, 0], found.dffits[0, 0], found.covratio[0, 0]]).all()


def test_a_fit_that_is_perfect_without_the_row_has_no_external_measure():
    """Squares left over 4, all of them this row's own: e²/(1 − h) = 1/0.25."""
    left = {"variance": np.full(1, 2.0), "degrees_of_freedom": 2}
    found = influence(np.ones((1, 1)), np.ones(1), np.array([0.75]), n_coefficients=2, **left)
    assert np.isnan(found.student_residual[0, 0])
    assert found.cooks_distance[0, 0] > 0
