"""Learning rates chosen from the moments: what they promise, on rows."""

from __future__ import annotations

import numpy as np
import pytest

import reta
from reta.descent import MSE, Loss
from reta.descent.automatic_lr import automatic_lr
from reta.descent.surface import surface_of


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(50, 4)) * [1.0, 3.0, 0.2, 1.0] + 1.0
    return X, X @ rng.normal(size=(4, 2)) + rng.normal(size=(50, 2))


def rate(rows, loss=MSE, *, batch_size=0, steps=100, nesterov=False):
    moments = reta.moments(*rows)
    return automatic_lr(
        surface_of(moments, standardize=True), moments, loss, batch_size=batch_size, steps=steps, nesterov=nesterov
    )


def hessian(X):
    A = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))])
    return A, A.T @ A / len(X)


def test_full_batches_take_the_best(rows):
    curvature = np.linalg.eigvalsh(hessian(rows[0])[1])
    assert rate(rows) == pytest.approx(2 / (curvature[0] + curvature[-1]), rel=1e-10)
    assert rate(rows, nesterov=True) == pytest.approx(min(rate(rows), 1 / curvature[-1]), rel=1e-10)
    assert rate(rows, Loss("huber")) == pytest.approx(2 * rate(rows), rel=1e-10)


@pytest.mark.parametrize("batch_size", [1, 5, 25])
def test_batches_stay_under_the_expected_smoothness(rows, batch_size):
    """Between the rate of the worst single row and that of all rows; more rows of a batch bear a larger one."""
    A, every = hessian(rows[0])
    worst, whole = (A**2).sum(axis=1).max(), np.linalg.eigvalsh(every)[-1]
    share = (50 - batch_size) / (batch_size * 49)
    lr = rate(rows, batch_size=batch_size)
    assert lr <= 1 / ((1 - share) * whole + share * worst) * (1 + 1e-9)
    assert lr >= 0.2 / ((1 - share) * whole + share * worst)  # the largest row is bounded by the columns' extremes
    assert lr <= rate(rows, batch_size=50)


@pytest.mark.parametrize("loss", [Loss("absolute"), Loss("quantile", 0.9)])
def test_a_kink_takes_less_the_more_steps_there_are(rows, loss):
    assert rate(rows, loss, steps=2_000) == pytest.approx(rate(rows, loss, steps=1_000) / 2)
    assert rate(rows, loss, steps=1) == rate(rows, loss, steps=10)


def test_nothing_to_learn_from_is_a_number():
    flat = np.zeros((5, 1)), np.zeros((5, 1))
    moments = reta.moments(*flat)
    for loss in (MSE, Loss("absolute")):
        lr = automatic_lr(surface_of(moments, bias=False), moments, loss, batch_size=0, steps=10)
        assert np.isfinite(lr)
        assert lr > 0.0
