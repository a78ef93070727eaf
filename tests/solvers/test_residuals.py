"""The residual cross-products that moments give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import solve_least_squares
from reta.solvers.cholesky import factorize
from reta.solvers.normal_equations import normal_equations
from reta.solvers.refined import Refined, solve_kept
from reta.solvers.residuals import residual_scatter

FLOAT64 = 1e-12  # relative: units of the equations, and back


@pytest.fixture
def parts(random):
    X = random.normal(size=(40, 3))
    Y = X[:, :2] + 0.1 * random.normal(size=(40, 2))
    equations = normal_equations(Moments.from_arrays(X, Y))
    factor = factorize(equations.gram)
    return equations, factor, solve_kept(factor, equations.cross)


def residuals(equations, factor, weights):
    left = (equations.cross - equations.gram.matmul(weights)).rounded()
    explained = equations.cross.T.matmul(weights)
    return residual_scatter(equations, factor, Refined(weights, explained, left, np.zeros(2)), explained)


def test_an_error_of_the_coefficients_counts_only_squared(parts):
    equations, factor, weights = parts
    best = residuals(equations, factor, weights).scatter
    off = residuals(equations, factor, weights + 1e-5).scatter
    assert (np.diagonal(off) > np.diagonal(best)).all()
    np.testing.assert_allclose(off, best, rtol=0, atol=1e-8 * equations.total.high.max())


def test_it_is_symmetric_and_positive(parts):
    scatter = residuals(*parts).scatter
    assert (scatter == scatter.T).all()
    assert (np.linalg.eigvalsh(scatter) > 0.0).all()


@pytest.mark.parametrize("noise", ["noise_y", "cells_y"])
def test_a_residual_under_the_noise_is_none(random, noise):
    X = random.normal(size=(40, 3))
    equations = normal_equations(Moments.from_arrays(X, X[:, :2] + 1e-5 * random.normal(size=(40, 2))))
    factor = factorize(equations.gram)
    weights = solve_kept(factor, equations.cross)
    found = residuals(replace(equations, **{noise: np.full(2, 1e-4)}), factor, weights)
    assert found.perfect.all()
    assert (found.scatter == 0.0).all()
    assert not residuals(equations, factor, weights).perfect.any()


@pytest.mark.parametrize(("noise", "allowed"), [("noise_y", 1.0), ("cells_y", 0.02)])
def test_where_noise_may_hide_much_nothing_is_perfect_and_the_residual_as_large_as_the_sums_allow(
    parts, noise, allowed
):
    equations, factor, weights = parts
    found = residuals(replace(equations, **{noise: np.ones(2)}), factor, weights)
    share = found.scatter.diagonal() / np.ldexp(equations.total.high.diagonal(), 2 * equations.exponent_y)
    assert not found.perfect.any()
    assert (share <= allowed * (1.0 + FLOAT64)).all()
    assert (share >= np.minimum(found.share + found.rounding, 1.0) * (1.0 - FLOAT64)).all()


@pytest.mark.parametrize("number", range(10))
def test_columns_too_close_for_float64_leave_no_perfect_fit(number):
    random = np.random.default_rng(number)
    first, between, noise = random.normal(size=(3, 30))
    X, y = np.column_stack([first, first + 1e-6 * between]), between + 0.05 * noise
    coarse = solve_least_squares(Moments.from_arrays(X, y, extended=False))
    exact = solve_least_squares(Moments.from_arrays(X, y, extended=True))
    assert not coarse.perfect_fit.any()
    assert exact.residual_scatter[0, 0] * (1.0 - 0.1) <= coarse.residual_scatter[0, 0] <= coarse.total_scatter[0, 0]
