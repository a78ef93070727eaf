"""Learning rates chosen from the moments: what they promise, on rows."""

from __future__ import annotations

import numpy as np
import pytest

import reta
from reta.descent import MSE, Loss, Update
from reta.descent.automatic_lr import automatic_lr
from reta.descent.powers import best_lr
from reta.descent.surface import surface_of

N, P, K = 50, 4, 2
KINKS = [Loss("absolute"), Loss("quantile", 0.5), Loss("quantile", 0.1), Loss("quantile", 0.98)]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(N, P)) * [1.0, 3.0, 0.2, 1.0] + 1.0
    return X, X @ rng.normal(size=(P, K)) + rng.normal(size=(N, K))


def rates(rows, loss=MSE, *, batch_size=N, steps=100, standardize=True, bias=True, **options):
    moments = reta.moments(*rows)
    surface = surface_of(moments, standardize=standardize, bias=bias)
    return automatic_lr(surface, moments, loss, Update(0.0, **options), batch_size=batch_size, steps=steps)


def hessian(X):
    A = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))])
    return A, A.T @ A / len(X)


def best_for(curvature, *, gentle=1.0, decay=0.0):
    return gentle * 2 / (curvature[0] + curvature[-1] + 2 * gentle * decay)


def test_full_batches_take_the_best(rows):
    curvature = np.linalg.eigvalsh(hessian(rows[0])[1])
    found = rates(rows)
    assert found.steady == pytest.approx(best_for(curvature), rel=1e-10)
    assert (found.reaching, found.falls, found.safe) == (0.0, False, found.steady)
    assert found.under("constant") == found.under("cosine") == found.steady
    ahead = rates(rows, momentum=0.5, nesterov=True).steady
    assert ahead == pytest.approx(min(best_for(curvature), 1 / curvature[-1]), rel=1e-10)
    assert rates(rows, Loss("huber")).steady == pytest.approx(2 * best_for(curvature), rel=1e-10)
    assert rates(rows, momentum=0.9).steady == found.steady
    assert rates(rows, batch_size=0) == rates(rows, batch_size=N) == rates(rows, batch_size=N + 1) == found


@pytest.mark.parametrize(("loss", "gentle"), [(MSE, 1.0), (Loss("huber"), 2.0)])
def test_a_weight_decay_adds_to_every_curvature(rows, loss, gentle):
    """Huber's loss has half the curvature of squares, and the decay all of its own."""
    curvature = np.linalg.eigvalsh(hessian(rows[0])[1])
    found = rates(rows, loss, weight_decay=3.0).steady
    assert found == pytest.approx(best_for(curvature, gentle=gentle, decay=3.0), rel=1e-10)
    plain, decayed = (rates(rows, loss, weight_decay=decay, batch_size=5).steady for decay in (0.0, 3.0))
    assert 1 / decayed == pytest.approx(1 / plain + 3.0, rel=1e-12)


def test_a_decay_does_not_count_along_axes_without_curvature():
    X = np.column_stack([np.arange(6.0), np.arange(6.0)])
    moments = reta.moments(X, X[:, :1])
    surface = surface_of(moments, bias=False)
    assert surface.curvature[0] == 0.0
    found = automatic_lr(surface, moments, MSE, Update(0.0, weight_decay=2.0), batch_size=0, steps=5)
    assert found.steady == best_lr(np.array([surface.curvature[1] + 2.0]))


@pytest.mark.parametrize("batch_size", [1, 5, 25, 49])
def test_batches_stay_under_the_expected_smoothness(rows, batch_size):
    """Exactly so where the largest row is that of the columns' extremes; else it bounds the largest row."""
    A, every = hessian(rows[0])
    extremes = np.maximum(A.min(axis=0) ** 2, A.max(axis=0) ** 2).sum()
    assert extremes > (A**2).sum(axis=1).max()
    whole = np.linalg.eigvalsh(every)[-1]
    share = (N - batch_size) / (batch_size * (N - 1))
    expected = 1 / ((1 - share) * whole + share * extremes)
    assert rates(rows, batch_size=batch_size).steady == pytest.approx(expected, rel=1e-10)
    assert rates(rows, Loss("huber"), batch_size=batch_size).steady == pytest.approx(2 * expected, rel=1e-10)
    without = np.maximum(rows[0].min(axis=0) ** 2, rows[0].max(axis=0) ** 2).sum()
    steep = np.linalg.eigvalsh(rows[0].T @ rows[0] / N)[-1]
    plain = rates(rows, batch_size=batch_size, standardize=False, bias=False).steady
    assert plain == pytest.approx(1 / ((1 - share) * steep + share * without), rel=1e-10)


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.99, 0.999])
def test_batches_and_kinks_make_up_for_momentum(rows, momentum):
    """A velocity adds up to 1 / (1 − momentum) gradients; beyond 0.99 a rate would be next to nothing."""
    braked = 1 - min(momentum, 0.99)
    for loss, options in ((MSE, {"batch_size": 5}), (Loss("huber"), {"batch_size": 5})):
        assert rates(rows, loss, momentum=momentum, **options).steady == pytest.approx(
            braked * rates(rows, loss, **options).steady, rel=1e-12
        )
    for loss in (*KINKS, Loss("huber", 1e-3)):
        for batch_size in (5, N):
            with_it, without = (
                rates(rows, loss, momentum=mu, batch_size=batch_size).reaching for mu in (momentum, 0.0)
            )
            assert with_it == pytest.approx(braked * without, rel=1e-12)


@pytest.mark.parametrize("loss", KINKS)
def test_a_kink_takes_less_the_more_steps_there_are(rows, loss):
    def rate(steps):
        return rates(rows, loss, steps=steps).reaching

    assert rate(2_000) == pytest.approx(rate(1_000) / 2, rel=1e-12)
    assert rate(1) == rate(25)
    assert rate(1) > rate(1_000)
    found = rates(rows, loss)
    assert (found.steady, found.falls, found.safe) == (0.0, True, found.reaching)
    assert found.under("constant") == found.under("step") == found.reaching


@pytest.mark.parametrize("loss", [*KINKS, Loss("huber", 0.01)])
@pytest.mark.parametrize("steps", [200, 5_000])
@pytest.mark.parametrize("standardize", [True, False])
def test_the_steps_reach_five_times_the_targets_and_none_reaches_further_than_they(rows, loss, steps, standardize):
    """Along the bias, where a step is the rate times the mean slope by k; half of it is lost as the rate falls."""
    X, Y = rows
    size = np.sqrt((Y**2).mean(axis=0).max())
    least, most = {"absolute": (1.0, 1.0), "huber": (0.01, 0.01)}.get(
        loss.name, (min(loss.parameter, 1 - loss.parameter), max(loss.parameter, 1 - loss.parameter))
    )
    row = P + 1 if standardize else (X**2).sum(axis=1).mean() + 1
    rate = rates(rows, loss, steps=steps, standardize=standardize).reaching * row / (P + 1)
    reach, longest = rate * least * steps / K, rate * most / K
    enough = 5 * max(P + 1, most / least)
    assert reach == pytest.approx(5 * size * min(steps / enough, 1.0), rel=1e-10)
    assert longest <= size * (1 + 1e-12)


def test_hubers_rate_falls_only_where_a_steady_one_does_not_arrive(rows):
    near, far = rates(rows, Loss("huber", 10.0)), rates(rows, Loss("huber", 0.01))
    assert (near.falls, far.falls) == (False, True)
    assert near.under("cosine") == near.steady
    assert far.under("cosine") == far.reaching > far.under("constant") == far.safe == far.steady
    assert rates(rows, Loss("huber", 0.01), steps=10**6).falls is False


@pytest.mark.parametrize("loss", [*KINKS, Loss("huber", 1e-3)])
def test_a_decay_takes_no_more_than_there_is(rows, loss):
    assert rates(rows, loss, weight_decay=1e6).reaching == 1e-6
    assert rates(rows, loss, weight_decay=1e-9).reaching == rates(rows, loss).reaching


def test_nothing_to_learn_from_is_a_number():
    for Y, expected in ((np.zeros((5, 1)), 1.0), (np.full((5, 1), 3.0), 5 * 3.0 / 10)):
        moments = reta.moments(np.zeros((5, 1)), Y)
        surface = surface_of(moments, bias=False)
        found = [
            automatic_lr(surface, moments, loss, Update(0.0), batch_size=0, steps=10)
            for loss in (MSE, Loss("huber"), Loss("absolute"))
        ]
        assert [each.steady for each in found] == [1.0, 1.0, 0.0]
        assert found[2].safe == pytest.approx(expected)
