"""The best learning rate of a method, beside hundreds of others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import reta
from reta.descent import Update
from reta.descent.best_rate import cut, fastest_lr, quickest_lr
from reta.descent.convergence import Approach, approach_of, steps_at_rates, steps_until
from reta.descent.powers import largest_stable_lr, log_rate
from reta.double_double import DoubleDouble

ALIKE = 2e-3  # of a logarithm: the search stops there
METHODS = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "little momentum": {"momentum": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "much nesterov": {"momentum": 0.99, "nesterov": True},
    "dampening": {"momentum": 0.5, "dampening": 0.3},
    "decay": {"weight_decay": 0.01},
    "decay and momentum": {"momentum": 0.9, "weight_decay": 0.01},
}


def rates_up_to(top):
    return top * np.concatenate([np.geomspace(1e-4, 0.3, 150), np.linspace(0.3, 0.9999, 250)])


def problem(seed, options):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(1, 5))
    curvature = 10 ** rng.uniform(-2.5, 0, m)
    update = Update(1e-12, **options)
    pull = curvature + update.weight_decay
    begun = rng.normal(size=m) * 10 ** rng.uniform(-1, 1, m)
    resting = -update.weight_decay / pull * rng.normal(size=m) * 0.1
    way = begun - resting
    parts = 0.5 * curvature * resting**2, curvature * resting * way, 0.5 * curvature * way**2
    approach = Approach(DoubleDouble.of(pull), *parts)
    return approach, pull, update, 2.0 * float(approach.still.sum()) + 1e-4 * float(approach.begin.sum())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_no_rate_of_a_grid_has_a_faster_slowest_axis(method, seed):
    _, pull, update, _ = problem(seed, METHODS[method])
    found = fastest_lr(pull, update)
    top = largest_stable_lr(pull, update)
    assert 0.0 < found < top

    def slowest(lr):
        return float(log_rate(pull, replace(update, lr=lr)).max())

    least = min(map(slowest, rates_up_to(top)))
    assert slowest(found) <= least * (1.0 - ALIKE)  # logarithms below 0


def test_without_momentum_it_is_the_known_one():
    assert fastest_lr(np.array([0.0, 0.4, 3.6]), Update(1.0)) == 0.5
    assert fastest_lr(np.zeros(2), Update(1.0)) == np.inf
    assert fastest_lr(np.ones(2), Update(1.0, momentum=1.0)) == 0.0


def test_with_momentum_the_plain_rate_is_not_the_best():
    """The textbook's rate of the heavy ball at a condition of 100, with the momentum that suits it."""
    pull = np.array([0.01, 1.0])
    plain = 2.0 / 1.01
    ball = Update(1.0, momentum=(9.0 / 11.0) ** 2)
    found = fastest_lr(pull, ball)
    rate = log_rate(pull, replace(ball, lr=found)).max()
    assert found == pytest.approx(4.0 / 1.1**2, rel=1e-2)
    assert rate == pytest.approx(np.log(9.0 / 11.0), rel=1e-2)
    assert rate < 1.3 * log_rate(pull, replace(ball, lr=plain)).max()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_no_rate_of_a_grid_converges_sooner(method, seed):
    approach, pull, update, enough = problem(seed, METHODS[method])
    found = quickest_lr(approach, update, enough)
    assert steps_until(approach, replace(update, lr=found.lr), enough) == found.steps
    others = steps_at_rates(approach, rates_up_to(largest_stable_lr(pull, update))[::3], update, enough)
    assert found.steps <= 1.01 * others.min() + 1.0


def test_a_rate_in_use_that_is_as_good_stays():
    approach, _, update, enough = problem(0, {})
    best = quickest_lr(approach, update, enough)
    own = replace(update, lr=best.lr * 1.0001)
    assert steps_until(approach, own, enough) == best.steps
    assert quickest_lr(approach, own, enough).lr == own.lr


def test_axes_that_cost_nothing_do_not_set_the_rate():
    """The rate that suits all axes of the tutorial's table would swing along the steepest for a million epochs."""
    path = reta.trajectory(reta.datasets.crops_5(), targets=["apples", "oranges"], lr=1e-5)
    approach = approach_of(path.surface, 0.0, path.surface.distances(path.start))
    enough = 1e-3 * path.surface.null_loss
    best = quickest_lr(approach, path.update, enough)
    assert best.steps == 151
    for_all_axes = replace(path.update, lr=path.best_lr)
    assert steps_until(approach, for_all_axes, enough) > 1_000_000


def test_nothing_to_gain_and_nothing_to_reach():
    approach, pull, update, _ = problem(2, {})
    begun = float(approach.begin.sum())
    at_once = quickest_lr(approach, update, begun)
    assert (at_once.lr, at_once.steps) == (cut(fastest_lr(pull, update), np.inf), 0.0)
    decayed, _, update, _ = problem(2, METHODS["decay"])
    assert quickest_lr(decayed, update, 0.5 * float(decayed.still.sum())).steps == np.inf
    flat = Approach(DoubleDouble.of(np.zeros(0)), *np.zeros((3, 0)))
    assert quickest_lr(flat, update, 1.0).lr == np.inf


def test_rates_are_cut_not_rounded():
    assert cut(0.000111649, 1.0) == 0.000111
    assert cut(0.5, 0.5) == 0.5
