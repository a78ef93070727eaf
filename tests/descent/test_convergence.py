"""Steps until so little is left, beside loops that count them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import reta
from reta.descent import Update
from reta.descent.convergence import (
    Approach,
    approach_of,
    bound_on_steps,
    counted_steps,
    steps_at_rates,
    steps_until,
)
from reta.descent.powers import largest_stable_lr
from reta.double_double import DoubleDouble

LOOPED = 4_000
BARELY = 1e-9  # of the threshold: so near to it, rounding decides whether a step is above
TARGETS = ["apples", "oranges"]
UPDATES = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "slow swings": {"momentum": 0.99},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "dampening": {"momentum": 0.5, "dampening": 0.9},
    "decay": {"weight_decay": 0.1},
    "decay and momentum": {"momentum": 0.9, "weight_decay": 1e-3},
}


def problem(seed, options):
    """Return an approach by axes of all sizes, an update that is stable, and the numbers of a loop."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 6))
    update = Update(1.0, **options)
    curvature = 10 ** rng.uniform(-3, 0, m)
    pull = curvature + update.weight_decay
    lr = largest_stable_lr(pull, update) * rng.choice([0.02, 0.3, 0.8, 0.999])
    resting = -update.weight_decay / pull * rng.normal(size=m)
    begun = rng.normal(size=m) * 10 ** rng.uniform(-2, 2, m)
    way = begun - resting
    parts = 0.5 * curvature * resting**2, curvature * resting * way, 0.5 * curvature * way**2
    approach = Approach(DoubleDouble.of(pull), *parts)
    enough = float(approach.begin.sum()) * 10 ** rng.uniform(-6, -1)
    return approach, replace(update, lr=lr), enough, (curvature, pull, resting, begun)


def looped(update, numbers):
    """Return the quantity after each of many steps."""
    curvature, pull, resting, distance = numbers
    distance, velocity, left = distance.copy(), None, []
    for _ in range(LOOPED):
        left.append(0.5 * curvature @ distance**2)
        step = pull * (distance - resting)
        if update.momentum:
            kept = 1.0 - update.dampening
            velocity = step.copy() if velocity is None else update.momentum * velocity + kept * step
            step = step + update.momentum * velocity if update.nesterov else velocity
        distance = distance - update.lr * step
    return np.array(left)


def last_above(left, enough):
    above = np.flatnonzero(left > enough)
    return int(above[-1]) + 1 if len(above) else 0


@pytest.mark.parametrize("kind", UPDATES)
@pytest.mark.parametrize("seed", range(6))
def test_steps_are_those_of_a_loop(kind, seed):
    approach, update, enough, numbers = problem(seed, UPDATES[kind])
    found, left = steps_until(approach, update, enough), looped(update, numbers)
    if last_above(left, enough) == LOOPED:  # it takes longer than the loop, or never arrives
        assert found >= LOOPED
    else:
        assert last_above(left, enough * (1.0 + BARELY)) <= found <= last_above(left, enough * (1.0 - BARELY))


@pytest.mark.parametrize("kind", UPDATES)
@pytest.mark.parametrize("seed", range(6))
def test_the_bound_is_one_and_exact_where_nothing_swings(kind, seed):
    approach, update, enough, _ = problem(seed, UPDATES[kind])
    exact = steps_until(approach, update, enough)
    bound = float(np.ceil(bound_on_steps(approach, np.array([update.lr]), update, enough, 60)[0]))
    assert bound >= exact
    if kind == "plain":
        assert bound == exact
    if np.isfinite(bound):
        left = approach.left(update, np.arange(bound, bound + 500.0))
        assert (left <= enough * (1.0 + BARELY)).all()


@pytest.mark.parametrize("kind", UPDATES)
def test_many_rates_at_once(kind):
    approach, update, enough, _ = problem(3, UPDATES[kind])
    rates = update.lr * np.array([0.3, 0.7, 1.0])
    each = [steps_until(approach, replace(update, lr=lr), enough) for lr in rates]
    assert steps_at_rates(approach, rates, update, enough).tolist() == each
    most = int(max(each)) if np.isfinite(max(each)) else 100
    counted = counted_steps(approach, rates, update, enough, most)
    np.testing.assert_array_equal(counted, np.minimum(each, most + 1))


def test_the_tutorial_has_converged_in_epoch_1645():
    path = reta.trajectory(reta.datasets.crops_5(), targets=TARGETS, lr=1e-5)
    enough = 1e-3 * path.surface.null_loss
    approach = approach_of(path.surface, 0.0, path.surface.distances(path.start))
    assert steps_until(approach, path.update, enough) == 1645
    assert path.gap(1645) <= enough < path.gap(1644)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_trillions_of_steps_are_counted_too(momentum):
    approach = Approach(DoubleDouble.of(np.array([1e-9])), *np.array([[0.0], [0.0], [1.0]]))
    update = Update(1e-3, momentum=momentum)
    found = steps_until(approach, update, 0.25)
    assert found == pytest.approx(np.log(2.0) * 1e12 * (1.0 - momentum), rel=1e-9)
    assert approach.left(update, np.array(found)) <= 0.25 < approach.left(update, np.array(found - 100.0))


def test_the_last_digit_of_a_rate_near_the_limit_counts():
    curvature = DoubleDouble.of(np.array([1e-6, 1.0]))
    update = Update(2.0 / (1.0 + 1e-6))
    approach = Approach(curvature, np.zeros(2), np.zeros(2), np.array([1e-9, 1.0]))
    found = steps_until(approach, update, 1e-6)
    near = approach.left(update, found + np.array([-1.0, 0.0]))
    assert near[1] <= 1e-6 * (1.0 + 1e-12) < near[0]


def test_what_never_arrives():
    one = Approach(DoubleDouble.of(np.ones(1)), np.zeros(1), np.zeros(1), np.ones(1))
    assert steps_until(one, Update(2.5), 0.1) == np.inf
    assert steps_until(one, Update(2.0), 0.1) == np.inf
    assert steps_until(one, Update(0.1, momentum=1.0), 0.1) == np.inf
    assert steps_until(one, Update(0.1, momentum=0.5, dampening=1.0), 0.1) == np.inf
    assert steps_until(one, Update(np.nan), 0.1) == np.inf
    kept = replace(one, still=np.ones(1))
    assert steps_until(kept, Update(0.5), 0.9) == np.inf
    assert steps_until(one, Update(0.5), 1.0) == 0.0
    none = Approach(DoubleDouble.of(np.zeros(0)), np.zeros(0), np.zeros(0), np.zeros(0))
    assert steps_until(none, Update(0.5), 0.0) == 0.0
