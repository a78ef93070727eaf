"""Moments of the rows up to the fourth, beside the plain formula over all rows."""

from __future__ import annotations

import numpy as np
import pytest

import reta
from reta.descent import row_moments as module
from reta.descent.row_moments import from_pairs, row_moments, to_pairs
from reta.descent.shuffling import Rows
from reta.descent.surface import surface_of

CLOSE = 1e-10


def problem(*, n=40, p=3, k=2, bias=True, weighted=False, standardize=False, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * [1.0, 10.0, 0.1, *[1.0] * (p - 3)][:p] + 2.0
    Y = X @ rng.normal(size=(p, k)) + rng.normal(size=(n, k))
    weights = rng.integers(1, 5, n).astype(float) if weighted else None
    surface = surface_of(reta.moments(X, Y, weights=weights), bias=bias, standardize=standardize)
    rows = Rows(surface.coordinates.rows(X), Y, None if weights is None else weights / weights.mean())
    return rows, surface, rng.normal(size=(k, p + bias))


def on_axes(rows, surface, parameters):
    """Return rows on the axes and their residuals, both times the root of the weight."""
    A = np.column_stack([rows.X, np.ones(len(rows))]) if surface.coordinates.bias else rows.X
    root = np.ones(len(rows)) if rows.weights is None else np.sqrt(rows.weights)
    return A @ surface.axes * root[:, None], (rows.Y - A @ parameters.T) * root[:, None]


@pytest.mark.parametrize("decay", [0.0, 0.5])
@pytest.mark.parametrize("options", [{}, {"bias": False}, {"weighted": True}, {"standardize": True, "k": 1}], ids=str)
def test_every_moment_is_the_mean_over_rows(options, decay):
    rows, surface, origin = problem(**options)
    found = row_moments([rows], surface, decay, origin)
    resting = surface.attractor(decay) if decay else np.zeros_like(origin)
    U, R = on_axes(rows, surface, surface.optimum + resting @ surface.axes.T)
    n, start = len(U), surface.distances(origin) - resting
    first = R.T @ U / n
    gram = U.T @ U / n
    fourth = np.einsum("ni,nj,nk,nl->ijkl", U, U, U, U) / n
    probe = np.arange(1.0, U.shape[1] ** 2 + 1.0).reshape(gram.shape)
    probe += probe.T
    expected = np.einsum("ijkl,kl->ij", fourth, probe)
    np.testing.assert_allclose(from_pairs(found.fourth @ to_pairs(probe), len(gram)), expected, rtol=CLOSE)
    np.testing.assert_allclose(found.squared_length, np.einsum("ijkk->ij", fourth), rtol=CLOSE, atol=CLOSE)
    noise = np.einsum("nk,ni,nj->ij", R**2, U, U) / n - first.T @ first
    np.testing.assert_allclose(from_pairs(found.noise, len(gram)), noise, rtol=CLOSE, atol=CLOSE)
    np.testing.assert_allclose(gram, np.diag(surface.curvature / found.curvature_share), atol=1e-9 * gram.max())
    np.testing.assert_allclose(found.start, start, rtol=CLOSE)
    np.testing.assert_allclose(found.resting, resting)
    for axis in range(len(gram)):
        way = np.zeros_like(start)
        way[:, axis] = start[:, axis]
        both = np.einsum("nk,ki,ni,na,nb->ab", R, way, U, U, U) / n
        apart = sum(np.outer(gram @ way[j], first[j]) for j in range(len(way)))
        expected = both - (apart + apart.T) / 2.0
        np.testing.assert_allclose(from_pairs(found.mixed[:, axis], len(gram)), expected, rtol=1e-8, atol=1e-8)


def test_parts_of_rows_add_up(monkeypatch):
    rows, surface, origin = problem(weighted=True)
    whole = row_moments([rows], surface, 0.0, origin)
    monkeypatch.setattr(module, "CELLS", 70)
    parts = row_moments([rows.take(slice(0, 9)), rows.take(slice(9, 40))], surface, 0.0, origin)
    for name in ("fourth", "squared_length", "noise", "mixed"):
        np.testing.assert_allclose(getattr(parts, name), getattr(whole, name), rtol=CLOSE, atol=CLOSE)


@pytest.mark.parametrize("limit", ["MOST_AXES", "MOST_WORK"])
def test_too_much_work_leaves_what_bounds_need(monkeypatch, limit):
    rows, surface, origin = problem()
    whole = row_moments([rows], surface, 0.0, origin)
    monkeypatch.setattr(module, limit, 3)
    found = row_moments([rows], surface, 0.0, origin)
    assert found.fourth is None
    np.testing.assert_allclose(found.squared_length, whole.squared_length, rtol=CLOSE)
    np.testing.assert_allclose(found.noise, [np.trace(from_pairs(whole.noise, 4))], rtol=CLOSE)


def test_axes_without_curvature_are_left_out():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 1))
    X, y = np.hstack([x, x]), x + rng.normal(size=(20, 1))
    surface = surface_of(reta.moments(X, y))
    found = row_moments([Rows(X, y)], surface, 0.0, np.zeros((1, 3)))
    assert len(found.curvature) == 2
    assert found.fourth.shape == (3, 3)


def test_one_row_has_no_batches():
    X, y = np.ones((1, 1)), np.ones((1, 1))
    assert row_moments([Rows(X, y)], surface_of(reta.moments(X, y)), 0.0, np.zeros((1, 2))) is None
