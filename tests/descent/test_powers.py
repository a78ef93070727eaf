"""Powers of steps beside the steps themselves, in 60 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reta.descent import Update
from reta.descent.powers import best_lr, largest_stable_lr, log_rate, shares, shrinkage

DIGITS = 60
IN_PAIRS = 1e-27  # what the last digit of a pair near 1 comes to
CLOSE = 1e-11  # of the greatest size on the way: a zero crossing has no digits of its own
FAR = 1e-9  # the same for a million steps and more: float64 itself knows 1 − ηλ to 1e-16 a step only where it shrinks
MOMENTA = (0.0, 0.01, 0.5, 0.9, 0.99, 1.0)
CURVATURE = np.array([0.0, 1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.99, 1.0, 1.5, 1.9999, 2.0, 2.5, 3.9, 4.0, 7.0])
UPDATES = [
    *(Update(1.0, momentum=mu, dampening=d) for mu in MOMENTA for d in (0.0, 0.3, 1.0, 1.5)),
    *(Update(1.0, momentum=mu, dampening=d, nesterov=True) for mu in MOMENTA if mu for d in (0.0, 0.3)),
]


def stepped(curvature, update, steps):
    """Return the distance after every step from 0 to ``steps``, one after the other, in mpmath."""
    lr, mu, damp = (mpmath.mpf(each) for each in (update.lr, update.momentum, update.dampening))
    c, velocity = mpmath.mpf(1), None
    path = [c]
    for _ in range(steps):
        gradient = mpmath.mpf(curvature) * c
        velocity = gradient if velocity is None else mu * velocity + (1 - damp) * gradient
        moved = gradient + mu * velocity if update.nesterov else velocity if mu else gradient
        c -= lr * moved
        path.append(c)
    return path


def far(curvature, update, steps):
    """Return the distances after ``steps`` and after one step less: a power of the matrix that takes (c, v) on."""
    lr, mu, damp, lam = (mpmath.mpf(each) for each in (update.lr, update.momentum, update.dampening, curvature))
    if not mu:
        return (1 - lr * lam) ** steps, (1 - lr * lam) ** max(steps - 1, 0)
    if not steps:
        return mpmath.mpf(1), mpmath.mpf(1)
    share, ahead = 1 - damp, mu if update.nesterov else 0
    by_gradient, by_velocity = (1 + mu * share, mu * mu) if update.nesterov else (share, mu)
    matrix = mpmath.matrix([[1 - lr * lam * by_gradient, -lr * by_velocity], [share * lam, mu]])
    before = matrix ** (steps - 1) * mpmath.matrix([1 - lr * lam * (1 + ahead), lam])
    earlier = matrix ** (steps - 2) * mpmath.matrix([1 - lr * lam * (1 + ahead), lam]) if steps > 1 else [mpmath.mpf(1)]
    return before[0], earlier[0]


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(DIGITS):
        yield


@pytest.mark.parametrize("update", UPDATES, ids=repr)
def test_every_step_is_that_of_the_loop(update):
    steps = np.array([0, 1, 2, 3, 10, 120])
    found = shrinkage(CURVATURE, update, steps)
    for at, curvature in enumerate(CURVATURE):
        path = stepped(curvature, update, 120)
        for t, value in zip(steps, found[:, at], strict=True):
            size = max(abs(c) for c in path[: t + 1])
            assert abs(mpmath.mpf(value) - path[t]) <= CLOSE * size, (curvature, t)


@pytest.mark.parametrize("update", UPDATES, ids=repr)
@pytest.mark.parametrize("steps", [10**6, 10**9, 10**15])
def test_far_away_it_is_a_power_of_a_matrix(update, steps):
    """Only what still has a size there: rates near 1, which an error of one place in them would show.

    With momentum 1 distances swing for ever, and after so many turns the place on the circle has fewer digits.
    """
    tolerance = 100 * FAR if update.momentum == 1.0 else FAR
    slow = np.array([0.0, 0.1, 3.0]) / steps
    for curvature, value in zip(slow, shrinkage(slow, update, steps), strict=True):
        expected, _ = far(curvature, update, steps)
        if abs(expected) < 1e6:
            assert float(value) == pytest.approx(float(expected), rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("mu", MOMENTA[1:-1])
@pytest.mark.parametrize("nesterov", [False, True])
def test_critical_damping(mu, nesterov):
    """Both roots are one where q = (1 − √μ)²; near it the formula turns over."""
    exact = mpmath.findroot(
        lambda q: (1 + mu - q * (1 + mu if nesterov else 1)) ** 2 - 4 * mu * (1 - q if nesterov else 1),
        float((1 - np.sqrt(mu)) ** 2) * (0.9 if nesterov else 1.0),
    )
    near = float(exact) * (1.0 + np.array([0.0, 2e-16, -2e-16, 1e-12, -1e-12, 1e-8, -1e-8]))
    update = Update(1.0, momentum=mu, nesterov=nesterov)
    for curvature, *found in zip(near, *shrinkage(near, update, [7, 50]), strict=True):
        path = stepped(curvature, update, 50)
        assert [abs(mpmath.mpf(f) - path[t]) <= CLOSE for f, t in zip(found, (7, 50), strict=True)] == [True, True]


# Roots that are zero, double or −1, momentum next to nothing or to 1, pulls that are wholly dampened.
HARD = {
    "a root of zero": (1.0, Update(1.0, 0.9, nesterov=True)),
    "nearly a root of zero": (1.0 - 2.0**-52, Update(1.0, 0.9, nesterov=True)),
    "both roots zero": (1.0, Update(1.0)),
    "a product rounded to 1": (1.0 / 49.0, Update(49.0)),
    "hardly any momentum": (0.3, Update(0.5, 1e-6, 1.0)),
    "momentum of no size": (0.3, Update(0.5, 1e-300)),
    "next to the limit": (2.0 - 2.0**-40, Update(1.0)),
    "next to the limit, momentum": (3.8 - 2.0**-40, Update(1.0, 0.9)),
    "a double root at -1": (4.0 - 2.0**-49, Update(1.0, 1.0 - 2.0**-50)),
    "a double root near 1": ((2.0**-41) ** 2, Update(1.0, 1.0 - 2.0**-40)),
    "a slow swing": (0.7, Update(1.0, 1.0 - 2.0**-40)),
    "nearly wholly dampened": (1.0, Update(1.0, 0.9, 1.0 - 2.0**-40)),
    "nearly flat": (1e-12, Update(1.0, 0.5)),
    "nearly flat, ahead": (1e-12, Update(1.0, 0.5, nesterov=True)),
}


@pytest.mark.parametrize("steps", [1, 2, 3, 1000, 10**6 + 1, 10**9, 10**12])
@pytest.mark.parametrize("hard", HARD)
def test_hard_ones(hard, steps):
    """The share that is left to the digits of the last two distances; what is covered to its own, even where small."""
    curvature, update = HARD[hard]
    expected, before = far(curvature, update, steps)
    found = shares(np.array([curvature]), update, [steps])
    size = max(abs(expected), abs(before), mpmath.mpf(1e-300))
    assert abs(mpmath.mpf(found.left[0, 0]) - expected) <= CLOSE * size
    covered = mpmath.mpf(found.covered.high[0, 0]) + mpmath.mpf(found.covered.low[0, 0])
    assert abs(covered - (1 - expected)) <= CLOSE * min(abs(1 - expected), size) + IN_PAIRS


@settings(max_examples=60, deadline=None)
@given(
    mu=st.one_of(st.floats(0.0, 1.0), st.floats(-300.0, -1.0).map(lambda exponent: 10.0**exponent)),
    dampening=st.one_of(st.floats(0.0, 1.5), st.sampled_from([0.0, 1.0])),
    nesterov=st.booleans(),
    exponent=st.one_of(st.floats(-14.0, 0.9), st.sampled_from([np.log10(2.0), np.log10(4.0)])),
    steps=st.integers(0, 60),
)
def test_any_update(mu, dampening, nesterov, exponent, steps):
    assume(mu == 0.0 or mu > 1e-305)
    nesterov = nesterov and mu > 0.0
    update = Update(0.5, momentum=mu, dampening=dampening, nesterov=nesterov)
    curvature = np.array([10.0**exponent])
    with mpmath.workdps(DIGITS):
        path = stepped(curvature[0], update, steps)
        error = abs(mpmath.mpf(shrinkage(curvature, update, steps)[0]) - path[-1])
        assert error <= CLOSE * max(abs(c) for c in path)


@pytest.mark.parametrize("update", UPDATES, ids=repr)
def test_divergence_is_infinite_and_never_not_a_number(update):
    found = shrinkage(CURVATURE, update, [10**4, 10**9, 10**15, 10**15 + 1])
    assert not np.isnan(found).any()
    assert not np.isnan(log_rate(CURVATURE, update)).any()
    if update.dampening != 1.0 or not update.momentum:
        assert np.isinf(found[:, -1]).all()
    assert (found[:, CURVATURE == 0.0] == 1.0).all()


@pytest.mark.parametrize("update", UPDATES, ids=repr)
def test_the_rate_is_the_larger_root(update):
    mu, share = update.momentum, 1 - update.dampening
    if not mu:
        roots = [[abs(1 - q)] for q in CURVATURE]
    elif update.nesterov:
        roots = [np.abs(np.roots([1.0, -(1 + mu - q * (1 + mu * share)), mu * (1 - q)])) for q in CURVATURE]
    else:
        roots = [np.abs(np.roots([1.0, -(1 + mu - share * q), mu])) for q in CURVATURE]
    np.testing.assert_allclose(
        np.exp(log_rate(CURVATURE, update)), [max(each) for each in roots], rtol=1e-7, atol=1e-7
    )  # double roots know half their digits in np.roots


@pytest.mark.parametrize("mu", [0.0, 0.01, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(("dampening", "nesterov"), [(0.0, False), (0.3, False), (0.0, True), (0.3, True)])
def test_the_largest_stable_rate_is_where_it_turns(mu, dampening, nesterov):
    curvature = np.array([0.3, 17_909.46])
    update = Update(1.0, momentum=mu, dampening=dampening if mu else 0.0, nesterov=nesterov and mu > 0.0)
    stable = largest_stable_lr(curvature, update)

    def rate(lr):
        return log_rate(curvature * lr, update).max()

    assert rate(stable * (1 - 1e-9)) < 0.0 < rate(stable * (1 + 1e-9))
    size = [abs(stepped(curvature[1], Update(lr, mu, update.dampening, 0.0, update.nesterov), 3_000)[-1])
            for lr in (stable * 0.98, stable * 1.02)]  # fmt: skip
    assert size[0] < 1e-6
    assert size[1] > 1e6


def test_stable_rates_at_the_edges():
    plane, bowl = np.zeros(3), np.array([0.0, 2.0])
    assert largest_stable_lr(plane, Update(1.0)) == np.inf
    assert largest_stable_lr(bowl, Update(1.0)) == 1.0
    assert largest_stable_lr(bowl, Update(1.0, momentum=1.0)) == 0.0
    assert largest_stable_lr(bowl, Update(1.0, momentum=0.5, dampening=1.0)) == np.inf
    assert largest_stable_lr(bowl, Update(1.0, momentum=0.5, dampening=1.2)) == 0.0
    assert largest_stable_lr(bowl, Update(1.0, momentum=0.5, dampening=2.5, nesterov=True)) == 0.0


def test_the_best_rate_is_the_best_of_many():
    curvature = np.array([0.0, 0.4, 1.0, 3.6])
    best = best_lr(curvature)
    assert best == 0.5
    slowest = [log_rate(curvature[1:] * lr, Update(1.0)).max() for lr in np.linspace(0.01, 0.55, 541)]
    assert min(slowest) >= log_rate(curvature[1:] * best, Update(1.0)).max() - 1e-12
    assert best_lr(np.zeros(2)) == np.inf


@pytest.mark.parametrize("mu", [0.0, 0.01, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("curvature", [(1.0,), (1e-6, 1.0), (0.9, 1.1), (0.0, 5.0)])
def test_the_rate_proposed_is_stable_whatever_the_momentum(mu, nesterov, curvature):
    update = Update(1.0, momentum=mu, nesterov=nesterov and mu > 0.0)
    lr = best_lr(np.array(curvature), nesterov=update.nesterov)
    assert 0.0 < lr < largest_stable_lr(np.array(curvature), update)
