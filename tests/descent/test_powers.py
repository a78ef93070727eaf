"""Powers of steps beside the steps themselves, in 60 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reta.descent import Update
from reta.descent.powers import best_lr, largest_stable_lr, log_rate, shrinkage

DIGITS = 60
CLOSE = 1e-11  # of the greatest size on the way: a zero crossing has no digits of its own
FAR = 1e-9  # the same for a million steps and more: float64 itself knows 1 − ηλ to 1e-16 a step only where it shrinks
MOMENTA = (0.0, 0.01, 0.5, 0.9, 0.99, 1.0)
CURVATURE = np.array([0.0, 1e-12, 1e-6, 1e-3, 0.1, 0.5, 0.99, 1.0, 1.5, 1.9999, 2.0, 2.5, 3.9, 4.0, 7.0])
UPDATES = [
    *(Update(1.0, momentum=mu, dampening=d) for mu in MOMENTA for d in (0.0, 0.3, 1.0, 1.5)),
    *(Update(1.0, momentum=mu, nesterov=True) for mu in MOMENTA if mu),
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
    """Return the distance after ``steps`` as a power of the matrix that takes (c, v) to the next."""
    lr, mu, damp, lam = (mpmath.mpf(each) for each in (update.lr, update.momentum, update.dampening, curvature))
    if not mu:
        return (1 - lr * lam) ** steps
    if not steps:
        return mpmath.mpf(1)
    share, ahead = (1 - damp, mu) if not update.nesterov else (1, mu)
    by_gradient = (1 + ahead * share) if update.nesterov else share
    by_velocity = mu * mu if update.nesterov else mu
    matrix = mpmath.matrix([[1 - lr * lam * by_gradient, -lr * by_velocity], [share * lam, mu]])
    first = mpmath.matrix([1 - lr * lam * (1 + mu if update.nesterov else 1), lam])
    return (matrix ** (steps - 1) * first)[0]


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
        expected = far(curvature, update, steps)
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


@settings(max_examples=60, deadline=None)
@given(
    mu=st.floats(0.0, 1.0),
    dampening=st.floats(0.0, 1.5),
    nesterov=st.booleans(),
    exponent=st.floats(-14.0, 0.9),
    steps=st.integers(0, 60),
)
def test_any_update(mu, dampening, nesterov, exponent, steps):
    assume(mu == 0.0 or mu > 1e-8)
    nesterov = nesterov and mu > 0.0
    update = Update(0.5, momentum=mu, dampening=0.0 if nesterov else dampening, nesterov=nesterov)
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
        roots = [np.abs(np.roots([1.0, -(1 + mu) * (1 - q), mu * (1 - q)])) for q in CURVATURE]
    else:
        roots = [np.abs(np.roots([1.0, -(1 + mu - share * q), mu])) for q in CURVATURE]
    np.testing.assert_allclose(
        np.exp(log_rate(CURVATURE, update)), [max(each) for each in roots], rtol=1e-7, atol=1e-7
    )  # double roots know half their digits in np.roots


@pytest.mark.parametrize("mu", [0.0, 0.01, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(("dampening", "nesterov"), [(0.0, False), (0.3, False), (0.0, True)])
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
