"""The bowl and its coordinates beside the same from the rows."""

from __future__ import annotations

import numpy as np
import pytest

import reta
from reta.descent.coordinates import coordinates_of
from reta.descent.surface import surface_of

CLOSE = 1e-10


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40, 3)) * [1.0, 10.0, 0.1] + [5.0, 0.0, -2.0]
    Y = X @ rng.normal(size=(3, 2)) + rng.normal(size=(40, 2))
    return X, Y, rng.uniform(0.5, 2.0, 40)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_the_loss_of_any_parameters(problem, standardize, bias):
    X, Y, weights = problem
    surface = surface_of(reta.moments(X, Y, weights=weights), bias=bias, standardize=standardize)
    rng = np.random.default_rng(4)
    weight, level = rng.normal(size=(2, 3)), rng.normal(size=2) * bias
    inside = surface.coordinates.inside(weight, level)
    loss = np.average(((X @ weight.T + level - Y) ** 2).mean(axis=1), weights=weights)
    assert surface.best_loss + surface.gap(surface.distances(inside)) == pytest.approx(loss, rel=CLOSE)
    np.testing.assert_allclose(surface.coordinates.rows(X) @ inside[:, :3].T + (inside[:, 3] if bias else 0.0),
                               X @ weight.T + level, rtol=1e-9)  # fmt: skip
    back = surface.coordinates.outside(inside)
    np.testing.assert_allclose(back[0], weight, rtol=CLOSE)
    np.testing.assert_allclose(back[1], level, rtol=1e-9, atol=1e-12)
    null = np.average(Y, axis=0, weights=weights) if bias else 0.0
    assert surface.null_loss == pytest.approx(np.average(((Y - null) ** 2).mean(axis=1), weights=weights), rel=CLOSE)
    assert surface.terms == ("x0", "x1", "x2", *(["intercept"] if bias else []))


@pytest.mark.parametrize("bias", [True, False])
def test_standardised_columns(problem, bias):
    X, Y, weights = problem
    seen = coordinates_of(reta.moments(X, Y, weights=weights), bias=bias, standardize=True).rows(X)
    means, squares = (np.average(each, axis=0, weights=weights) for each in (seen, seen**2))
    np.testing.assert_allclose(squares, 1.0, rtol=1e-12)
    if bias:
        np.testing.assert_allclose(means, 0.0, atol=1e-12)


def test_a_constant_column_keeps_its_unit():
    X = np.column_stack([np.arange(6.0), np.full(6, 3.0)])
    moments = reta.moments(X, np.arange(6.0)[:, None])
    assert coordinates_of(moments, standardize=True).scale[1] == 1.0
    assert surface_of(moments, standardize=True).curvature[0] == 0.0


def test_directions_that_no_row_tells_apart_have_no_curvature():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4, 7))
    surface = surface_of(reta.moments(X, X[:, :1]), bias=True)
    assert (surface.curvature == 0.0).sum() == 4  # 8 parameters, 4 rows
    assert (surface.curvature >= 0.0).all()
