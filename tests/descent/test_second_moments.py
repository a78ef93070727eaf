"""Second moments of descents over batches, beside every draw there is and thousands of simulated runs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest

import reta
from reta.descent import Update
from reta.descent.expected_path import ExpectedPath
from reta.descent.row_moments import from_pairs, row_moments
from reta.descent.second_moments import SecondMoments, draws_of, responses
from reta.descent.shuffling import Rows
from reta.descent.surface import surface_of

EXACT = 1e-9
BISECTED = 1e-5  # of a rate: how far the search goes
SURE = 5.0  # standard errors of a mean over runs
METHODS = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.5, "nesterov": True},
    "dampening": {"momentum": 0.5, "dampening": 0.4},
    "decay": {"weight_decay": 0.1},
    "decay and momentum": {"momentum": 0.9, "weight_decay": 0.1},
}


@dataclass
class Table:
    """Rows as a descent sees them, ``matrix`` with a column of ones where there is a bias."""

    rows: Rows
    surface: object
    start: np.ndarray

    @property
    def matrix(self):
        X = self.rows.X
        return np.column_stack([X, np.ones(len(X))]) if self.surface.coordinates.bias else X

    @property
    def weights(self):
        return np.ones(len(self.rows)) if self.rows.weights is None else self.rows.weights

    @property
    def share(self):
        return 2.0 / self.rows.Y.shape[1]

    def moments(self, update, sizes):
        found = row_moments([self.rows], self.surface, update.weight_decay, self.start)
        return SecondMoments(found, update, draws_of(len(self.rows), sizes))

    def gaps(self, parameters):
        """Return how far the loss of parameters (..., k, m) is above the best, (...,)."""
        way = parameters - self.surface.optimum
        hessian = self.share * (self.matrix.T * self.weights) @ self.matrix / len(self.rows)
        return 0.5 * np.einsum("...ki,ij,...kj->...", way, hessian, way)


def table_of(X, Y, *, bias=True, weights=None, standardize=False, start=None):
    weights = None if weights is None else weights / weights.mean()
    surface = surface_of(reta.moments(X, Y, weights=weights), bias=bias, standardize=standardize)
    rows = Rows(surface.coordinates.rows(X), Y, weights)
    start = np.zeros(surface.optimum.shape) if start is None else start
    return Table(rows, surface, start)


def small(seed, *, bias=True, weighted=False):
    """Return a table of so few rows that all batches of it can be tried."""
    rng = np.random.default_rng(seed)
    n, p, k = int(rng.integers(4, 7)), int(rng.integers(1, 3)), int(rng.integers(1, 3))
    X = rng.normal(size=(n, p)) + rng.normal(size=p)
    Y = X @ rng.normal(size=(p, k)) + rng.normal(size=(n, k))
    weights = rng.integers(1, 4, n).astype(float) if weighted else None
    return table_of(X, Y, bias=bias, weights=weights, start=rng.normal(size=(k, p + bias)))


def drawn(method, seed):
    """Return such a table, the size of a batch, and a method."""
    table = small(seed, bias=seed % 2 == 0, weighted=seed > 1)
    return table, 1 + seed % (len(table.rows) - 1), Update(0.1, **METHODS[method])


def steps_of(table, update, size, *, first=False):
    """Return the step over each batch of that size, ``T x + t`` of parameters (and velocity) of each target."""
    A, Y, w, c = table.matrix, table.rows.Y, table.weights, table.share
    m = A.shape[1]
    unit, lr, mu = np.eye(m), update.lr, update.momentum
    keeps = 1.0 if first else 1.0 - update.dampening
    for rows in map(list, combinations(range(len(A)), size)):
        hessian = c * (A[rows].T * w[rows]) @ A[rows] / size + update.weight_decay * unit
        pulled = c * (A[rows].T * w[rows]) @ Y[rows] / size
        if mu == 0.0:
            yield unit - lr * hessian, lr * pulled
            continue
        of_velocity, shift = np.hstack([keeps * hessian, mu * unit]), -keeps * pulled
        if update.nesterov:
            ahead = np.hstack([unit - lr * hessian, 0.0 * unit]) - lr * mu * of_velocity
            yield np.vstack([ahead, of_velocity]), np.vstack([lr * pulled - lr * mu * shift, shift])
        else:
            ahead = np.hstack([unit, 0.0 * unit]) - lr * of_velocity
            yield np.vstack([ahead, of_velocity]), np.vstack([-lr * shift, shift])


class Enumerated:
    """The exact mean over all batches of a step, on ``(x xᵀ, x, 1)`` of each target."""

    def __init__(self, table, update, size, *, first=False):
        steps = list(steps_of(table, update, size, first=first))
        d, k = len(steps[0][0]), table.rows.Y.shape[1]
        self.table, self.d = table, d
        self.matrices = np.zeros((k, d * d + d + 1, d * d + d + 1))
        for T, t in steps:
            self.matrices[:, : d * d, : d * d] += np.kron(T, T)
            for j in range(k):
                shift = t[:, j]
                moved = np.kron(T, shift[:, None]) + np.kron(shift[:, None], T)
                self.matrices[j, : d * d, d * d : -1] += moved
                self.matrices[j, : d * d, -1] += np.kron(shift, shift)
                self.matrices[j, d * d : -1, -1] += shift
            self.matrices[:, d * d : -1, d * d : -1] += T
        self.matrices /= len(steps)
        self.matrices[:, -1, -1] = 1.0

    @property
    def radius(self):
        """Spectral radius of what becomes of a second moment."""
        return float(np.abs(np.linalg.eigvals(self.matrices[0, : self.d**2, : self.d**2])).max())

    def start(self):
        k, m = self.table.start.shape
        x = np.zeros((k, self.d))
        x[:, :m] = self.table.start
        return np.concatenate([np.einsum("ki,kj->kij", x, x).reshape(k, -1), x, np.ones((k, 1))], axis=1)

    def after(self, states):
        return np.einsum("kij,kj->ki", self.matrices, states)

    def gap(self, states):
        m, optimum = self.table.start.shape[1], self.table.surface.optimum
        squares = states[:, : self.d**2].reshape(-1, self.d, self.d)[:, :m, :m]
        mean = states[:, self.d**2 : self.d**2 + m]
        cross = np.einsum("ki,kj->kij", mean, optimum)
        second = squares - cross - cross.transpose(0, 2, 1) + np.einsum("ki,kj->kij", optimum, optimum)
        A, w = self.table.matrix, self.table.weights
        hessian = self.table.share * (A.T * w) @ A / len(A)
        return float(0.5 * np.einsum("ij,kij->", hessian, second))


def simulated(table, update, sizes, epochs, runs, seed, *, shuffled=False):
    """Return the gaps of many runs at the end of every epoch, (epochs + 1, runs); rows drawn afresh or shuffled."""
    rng = np.random.default_rng(seed)
    A, Y, w = table.matrix, table.rows.Y, table.weights
    theta = np.broadcast_to(table.start, (runs, *table.start.shape)).copy()
    velocity, gaps = None, [table.gaps(theta)]
    for _ in range(epochs):
        order, at = np.argsort(rng.random((runs, len(A))), axis=1), 0
        for size in sizes:
            rows = order[:, at : at + size]
            if not shuffled:
                rows = np.argsort(rng.random((runs, len(A))), axis=1)[:, :size]
            at += size
            wrong = (np.einsum("rki,rbi->rbk", theta, A[rows]) - Y[rows]) * w[rows][:, :, None]
            step = table.share * np.einsum("rbk,rbi->rki", wrong, A[rows]) / size + update.weight_decay * theta
            if update.momentum:
                kept = 1.0 - update.dampening
                velocity = step.copy() if velocity is None else update.momentum * velocity + kept * step
                step = step + update.momentum * velocity if update.nesterov else velocity
            theta -= update.lr * step
        gaps.append(table.gaps(theta))
    return np.array(gaps)


def crops(targets=(3, 4)):
    data = np.loadtxt(reta.datasets.crops_15(), delimiter=",", skiprows=1)
    return table_of(data[:, :3], data[:, list(targets)], standardize=True)


def sizes_of(n, batch):
    return np.diff(np.append(np.arange(0, n, batch), n)).tolist()


def cut_off(moments):
    """Return the same without fourth moments, of which only bounds are known."""
    rows, q = moments.rows, len(moments.rows.curvature)
    trace = np.array([np.trace(from_pairs(rows.noise, q))])
    return replace(moments, rows=replace(rows, fourth=None, noise=trace))


@pytest.mark.parametrize(("batch", "known"), [(1, 0.1728), (2, 0.2745), (5, 0.4131), (15, 0.5034)])
def test_the_largest_rates_of_the_tutorial(batch, known):
    """One target, standardised: full batches bear three times what single rows do."""
    moments = crops([3]).moments(Update(0.1), [batch])
    assert moments.largest_lr() == pytest.approx(known, abs=5e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_the_largest_rate_is_where_the_mean_of_all_draws_stops_shrinking(method, seed):
    table, size, update = drawn(method, seed)
    largest = table.moments(update, [size]).largest_lr()
    radii = [Enumerated(table, replace(update, lr=largest * share), size).radius for share in (0.05, 0.5, 0.9999)]
    assert max(radii) < 1.0
    assert Enumerated(table, replace(update, lr=largest * (1.0 + 10.0 * BISECTED)), size).radius > 1.0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_the_expected_path_and_its_floor_are_those_of_all_draws(method, seed):
    table, size, update = drawn(method, seed)
    moments = table.moments(update, [size])
    lr = 0.5 * moments.largest_lr()
    path = ExpectedPath(moments, lr)
    first, later = (Enumerated(table, replace(update, lr=lr), size, first=first) for first in (True, False))
    states, gaps = first.start(), []
    for step in range(31):
        gaps.append(later.gap(states))
        states = (first if step == 0 else later).after(states)
    assert [path.gap(step) for step in (0, 1, 2, 30)] == pytest.approx([gaps[at] for at in (0, 1, 2, 30)], rel=EXACT)
    enough = min(gaps[0], 2.0 * gaps[-1])
    above = [step for step, gap in enumerate(gaps) if gap > enough]
    if above and above[-1] < 20:
        assert path.epochs_until(enough) == above[-1] + 1
    for _ in range(14):
        later.matrices = later.matrices @ later.matrices
    rest = later.gap(later.after(states))
    decay = update.weight_decay
    still = float(table.surface.gap(table.surface.attractor(decay))) if decay else 0.0
    assert moments.floor(lr) + still == pytest.approx(rest, rel=1e-6)
    assert path.epochs_until(0.99 * min(rest, *gaps)) == np.inf


@pytest.mark.parametrize("method", ["plain", "momentum"])
def test_a_short_last_batch_counts(method):
    """Five rows in batches of three: the mean over the draws of an epoch, three rows and then two."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5, 1))
    table = table_of(X, 2.0 * X + rng.normal(size=(5, 1)))
    moments = table.moments(Update(0.1, **METHODS[method]), [3, 2])
    lr = 0.4 * moments.largest_lr()
    update = replace(moments.update, lr=lr)
    path, states = ExpectedPath(moments, lr), Enumerated(table, update, 3).start()
    gaps = []
    for _ in range(200):
        for size in (3, 2):
            enumerated = Enumerated(table, update, size)
            states = enumerated.after(states)
        gaps.append(enumerated.gap(states))
    assert [path.gap(epoch) for epoch in (1, 2, 10)] == pytest.approx([gaps[at] for at in (0, 1, 9)], rel=EXACT)
    assert moments.floor(lr) == pytest.approx(gaps[-1], rel=0.2)  # sizes in any order, but for the last


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_bounds_hold(method, seed):
    table = small(seed, weighted=seed > 1)
    moments = table.moments(Update(0.1, **METHODS[method]), [2])
    bounds = cut_off(moments)
    assert not bounds.exact
    assert 0.0 < bounds.largest_lr() <= moments.largest_lr() * (1.0 + BISECTED)
    for share in (0.01, 0.5, 0.95):
        lr = share * bounds.largest_lr()
        assert moments.floor(lr) <= bounds.floor(lr) * (1.0 + EXACT)
        assert np.isfinite(bounds.floor(lr))


def test_the_quiet_rate_is_the_largest_that_is_quiet():
    moments = crops().moments(Update(0.1), [5, 5, 5])
    largest = moments.largest_lr()
    quiet = moments.quiet_lr(0.05, largest)
    assert moments.floor(quiet) <= 0.05 < moments.floor(quiet * (1.0 + 10.0 * BISECTED))
    assert moments.quiet_lr(1e9, largest) >= largest * (1.0 - BISECTED)
    assert moments.floor(largest * 1.01) == np.inf
    assert moments.floor(np.nan) == np.inf


@pytest.mark.parametrize(
    ("batch", "lr", "method"), [(1, 0.1, "plain"), (2, 0.2, "plain"), (4, 0.1, "nesterov"), (5, 0.03, "momentum")]
)
def test_beside_thousands_of_runs(batch, lr, method):
    """The 15 rows of the tutorial: the recursion is the mean of fresh draws; shuffled epochs end lower."""
    table, sizes, runs = crops(), sizes_of(15, batch), 2_000
    update = Update(lr, **METHODS[method])
    moments = table.moments(update, sizes)
    path = ExpectedPath(moments, lr)
    fresh = simulated(table, update, sizes, 12, runs, seed=1)
    shuffled = simulated(table, update, sizes, 12, runs, seed=2, shuffled=True)
    for epoch in (1, 4, 12):
        away = SURE * fresh[epoch].std() / np.sqrt(runs)
        assert path.gap(epoch) == pytest.approx(fresh[epoch].mean(), abs=away)
        assert shuffled[epoch].mean() < path.gap(epoch)


def test_noise_of_a_step_is_answered_as_a_loop_answers_it():
    pull = np.array([1e-2, 0.2, 0.9, 1.0])
    for options in METHODS.values():
        update = Update(0.7, **{**options, "weight_decay": 0.0})
        distance, velocity = np.zeros(4), np.zeros(4)
        answers = np.zeros((4, 4))
        kept = 1.0 - update.dampening if update.momentum else 1.0
        for step in range(4_000):
            pushed = pull * distance + (1.0 if step == 0 else 0.0)
            velocity = update.momentum * velocity + kept * pushed
            moved = pushed + update.momentum * velocity if update.nesterov else velocity
            distance = distance - update.lr * moved
            answers += np.outer(distance, distance)
        row, column = np.triu_indices(4)
        np.testing.assert_allclose(responses(pull, update), answers[row, column], rtol=1e-9)


def test_axes_with_next_to_no_pull_keep_their_digits():
    pull, lr = np.array([1e-25, 1.0]), 0.5
    for momentum in (0.0, 0.9):
        slow, mixed, fast = responses(pull, Update(lr, momentum=momentum))
        assert slow == pytest.approx(lr / (2.0 * 1e-25) / (1.0 - momentum), rel=1e-9)
        assert 0.0 < mixed < slow
        assert 0.0 < fast < slow
