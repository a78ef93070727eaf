"""Bounds of the least loss beside linear programmes, SciPy's minimisers and statsmodels."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import linprog, minimize

import reta
from reta.descent import Loss, element_losses
from reta.descent.certificate import CONVERGED
from reta.descent.least_loss import LeastLoss, bound_least_loss
from reta.descent.shuffling import Rows
from reta.descent.surface import surface_of
from reta.errors import RetaWarning

ROUNDING = 1e-6  # of the loss of one number: what the other solvers leave
LOSSES = [
    Loss("absolute"),
    *(Loss("quantile", tau) for tau in (0.01, 0.1, 0.5, 0.9)),
    *(Loss("huber", delta) for delta in (0.01, 1.0, 10.0)),
]


def drawn(seed):
    """Return rows, of every shape: noise of long tails or none, whole numbers, copies, more columns than rows."""
    rng = np.random.default_rng(seed)
    n, p, k = rng.choice([1, 3, 7, 15, 60, 400]), rng.choice([1, 2, 4, 8]), rng.choice([1, 1, 3])
    X = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-2, 3, p) + rng.choice([0.0, 5.0])
    if seed % 5 == 0 and p > 1:
        X[:, -1] = X[:, 0]
    noise = [np.zeros((n, k)), rng.normal(size=(n, k)), rng.standard_t(1.2, size=(n, k))][seed % 3]
    Y = X @ rng.normal(size=(p, k)) + rng.choice([0.0, 50.0]) + noise
    return X, np.round(Y) if seed % 4 == 0 else Y, rng.uniform(0.1, 3.0, n) if seed % 2 else None


def least(A, y, w, loss):
    """Return the least mean loss: by a linear programme, or where there is no kink by quasi-Newton steps."""
    share = w / w.sum()
    if loss.name == "huber":
        scale, start = np.abs(A).max(axis=0), np.linalg.lstsq(A, y, rcond=None)[0]

        def cost(z):
            rest = A @ (z / scale) - y
            slope = share * np.clip(rest, -loss.parameter, loss.parameter)
            return share @ element_losses(loss, rest), slope @ A / scale

        options = {"ftol": 1e-16, "gtol": 1e-13, "maxiter": 10_000}
        found = minimize(cost, start * scale, jac=True, method="L-BFGS-B", options=options)
        found = minimize(cost, found.x, jac=True, method="BFGS", options={"gtol": 1e-12, "maxiter": 5_000})
        return min(found.fun, cost(start * scale)[0])
    above, below = (1.0, 1.0) if loss.name == "absolute" else (loss.parameter, 1.0 - loss.parameter)
    m, n = A.shape[1], len(A)
    found = linprog(
        np.concatenate([np.zeros(m), above * share, below * share]),
        A_eq=np.hstack([A, np.eye(n), -np.eye(n)]),
        b_eq=y,
        bounds=[(None, None)] * m + [(0, None)] * 2 * n,
        method="highs",
    )
    return found.fun


def bounds(X, Y, weights, loss, start, *, bias=True, pieces=1, **options):
    """Return the bounds for ``start(surface)``, rows coming in pieces."""
    moments = reta.moments(X, Y, weights=weights)
    surface = surface_of(moments, bias=bias, standardize=True)
    seen = surface.coordinates.rows(X)

    def read():
        for part in np.array_split(np.arange(len(X)), pieces):
            yield Rows(seen[part], Y[part], None if weights is None else weights[part])

    return bound_least_loss(read, start(surface), loss, surface, moments, **options)


def zeros(surface):
    return np.zeros_like(surface.optimum)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("seed", range(12))
def test_the_bounds_hold_the_minimum_and_decide(seed, loss):
    X, Y, weights = drawn(seed)
    w, bias = np.ones(len(X)) if weights is None else weights, bool(seed % 7)
    A = np.column_stack([X, np.ones(len(X))]) if bias else X
    truth = float(np.mean([least(A, y, w, loss) for y in Y.T]))
    for start in (zeros, lambda surface: surface.optimum):
        found = bounds(X, Y, weights, loss, start, bias=bias)
        off = ROUNDING * found.null_loss
        assert found.at_least - off <= truth <= found.at_most + off
        assert not found.undecided
        assert found.converged == (found.loss - truth <= CONVERGED * found.null_loss)
        assert found.loss >= found.at_most >= found.at_least >= 0.0


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_the_pieces_that_rows_come_in_do_not_matter(loss):
    X, Y, weights = drawn(5)
    whole, parts = (bounds(X, Y, weights, loss, zeros, pieces=pieces) for pieces in (1, 3))
    assert whole.at_most == pytest.approx(parts.at_most, rel=1e-6)
    assert whole.at_least == pytest.approx(parts.at_least, rel=1e-6, abs=1e-12)
    assert whole.null_loss == pytest.approx(parts.null_loss)
    assert whole.converged == parts.converged


def test_the_loss_of_one_number_is_near_that_of_the_best():
    X, Y, _ = drawn(1)
    for loss in LOSSES:
        found = bounds(X, Y, None, loss, zeros).null_loss
        best = np.mean([least(np.ones((len(X), 1)), y, np.ones(len(X)), loss) for y in Y.T])
        assert best <= found * (1.0 + 1e-9)
        assert found <= 1.5 * best
        alone = bounds(X, Y, None, loss, zeros, bias=False).null_loss
        assert alone == pytest.approx(element_losses(loss, -Y).mean())


def test_a_target_of_one_number_is_judged_by_what_it_costs_to_say_zero():
    X, Y = np.arange(9.0)[:, None], np.full((9, 1), 4.0)
    far, near = (bounds(X, Y, None, Loss("absolute"), start) for start in (zeros, lambda surface: surface.optimum))
    assert (far.converged, near.converged) == (False, True)
    assert far.null_loss == near.null_loss == pytest.approx(4.0)
    nothing = bounds(X, 0.0 * Y, None, Loss("absolute"), zeros)
    assert nothing == LeastLoss(0.0, 0.0, 0.0, 0.0)
    assert nothing.converged


def test_few_readings_may_leave_it_open():
    X, Y, _ = drawn(7)
    seen = []

    def start(surface):
        return surface.optimum + 1e-3

    for most in (4, 200):
        found = bounds(X, Y, None, Loss("quantile", 0.1), start, most_readings=most)
        seen.append((found.undecided or not found.converged, found.at_least))
    assert seen[0][1] < seen[1][1]


def quietly(*args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        return reta.descend(*args, **options)


@pytest.mark.parametrize("tau", [0.1, 0.5, 0.9])
def test_what_statsmodels_finds_lies_between(tau):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(300, 3)) + 2.0
    y = X @ [1.0, -2.0, 0.5] + rng.standard_t(1.5, size=300)
    theirs = sm.QuantReg(y, np.column_stack([X, np.ones(300)])).fit(q=tau, max_iter=10_000)
    cost = element_losses(Loss("quantile", tau), theirs.fittedvalues - y).mean()
    run = quietly(X, y, loss="quantile", quantile=tau, epochs=600)
    assert run.converged
    assert run.least_loss.at_least <= cost * (1.0 + 1e-9)
    assert run.least_loss.at_most <= cost + CONVERGED * run.least_loss.null_loss
    np.testing.assert_allclose(run.model.coef_[0], theirs.params[:3], atol=0.3)  # the loss is flat there
    short = quietly(X, y, loss="quantile", quantile=tau, epochs=5)
    assert not short.converged
    assert short.least_loss.loss > cost + CONVERGED * short.least_loss.null_loss


@pytest.mark.parametrize("x", [np.arange(50.0), np.linspace(0.0, 10.0, 50)])
@pytest.mark.parametrize("tau", [0.1, 0.9])
def test_low_and_high_quantiles_arrive(x, tau):
    """On one side a step is a ninth of one on the other: a rate for the mean of both would never get there."""
    run = reta.descend(x[:, None], 50 + 2 * x, loss="quantile", quantile=tau, epochs=1_000)
    assert run.converged
    assert run.model.coef_[0, 0] == pytest.approx(2.0, rel=1e-2)
    default = quietly(x[:, None], 50 + 2 * x, loss="quantile", quantile=tau)
    assert default.model.coef_[0, 0] == pytest.approx(2.0, rel=0.05)


def test_huber_on_the_sample_arrives_by_default():
    run = reta.descend(reta.datasets.crops_15(), targets=["apples", "oranges"], loss="huber")
    assert run.converged
    assert run.history["loss"][-1] == pytest.approx(run.least_loss.loss)
    with pytest.warns(RetaWarning, match=r"not converged after 100 epochs: the loss is .*, and 0\.\d* is possible"):
        held = reta.descend(reta.datasets.crops_15(), targets=["apples", "oranges"], loss="huber", schedule="constant")
    assert not held.converged


@pytest.mark.parametrize("loss", ["huber", "absolute", "quantile"])
def test_a_weight_decay_is_named(loss):
    with pytest.warns(RetaWarning, match="not converged .*: a smaller weight decay, or more epochs, come nearer"):
        run = reta.descend(reta.datasets.crops_15(), targets=["apples", "oranges"], loss=loss, weight_decay=1.0)
    assert not run.converged
