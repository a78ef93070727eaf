"""The residual cross-products that moments give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers.cholesky import factorize
from reta.solvers.normal_equations import normal_equations
from reta.solvers.refined import Refined, solve_kept
from reta.solvers.residuals import residual_scatter


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
def test_a_residual_under_the_noise_is_none(parts, noise):
    equations, factor, weights = parts
    found = residuals(replace(equations, **{noise: np.ones(2)}), factor, weights)
    assert found.perfect.all()
    assert (found.scatter == 0.0).all()
