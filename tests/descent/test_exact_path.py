"""Any epoch of any update beside the same in 80 digits, from the rows."""

from __future__ import annotations

import warnings

import mpmath
import numpy as np
import pytest

import reta
from reta.errors import RetaWarning, UsageError

DIGITS = 80
NO_CURVATURE = 1e-60  # of the largest eigenvalue: what rounding to 80 digits leaves of zero
PARAMETERS = 1e-11  # of the largest of them: a trillion steps magnify the 100th bit of a sum
LOSSES = 1e-12
EPOCHS = (0, 1, 2, 17, 1_000, 10**6, 10**9, 10**12)
DRAWS = 40
LAST_PLACES = 1e-14  # a few roundings of float64


class ExactPath:
    """Full-batch descent in mpmath: on the eigenvectors of H, by powers of the matrix of a step."""

    def __init__(self, X, Y, *, weights=None, bias=True, center=None, scale=None):
        n, self.k = Y.shape
        self.p, self.bias = X.shape[1], bias
        exact = np.vectorize(mpmath.mpf, otypes=[object])
        self.center = exact(np.zeros(self.p) if center is None else center)
        self.scale = exact(np.ones(self.p) if scale is None else scale)
        ones = np.full((n, int(bias)), mpmath.mpf(1), dtype=object)
        self.A, self.Y = np.hstack([(exact(X) - self.center) / self.scale, ones]), exact(Y)
        self.w = exact(np.ones(n) if weights is None else weights)
        part = self.A.T * self.w * 2 / (self.k * self.w.sum())
        values, vectors = mpmath.eigsy(mpmath.matrix(part.dot(self.A).tolist()))
        self.curvature = [each if each > NO_CURVATURE * max(values) else mpmath.mpf(0) for each in values]
        self.axes = np.array(vectors.tolist(), dtype=object)
        self.pull = self.axes.T.dot(part.dot(self.Y))

    def at(self, weight, level, update, epoch):
        """Return weights, biases and loss."""
        theta = np.vectorize(mpmath.mpf, otypes=[object])(weight) * self.scale
        if self.bias:
            theta = np.hstack([theta, (level + (theta / self.scale).dot(self.center))[:, None]])
        along = self.axes.T.dot(theta.T)
        for axis, curvature in enumerate(self.curvature):
            decayed = curvature + mpmath.mpf(update.weight_decay)
            if decayed:
                rest = self.pull[axis] / decayed if curvature else 0 * self.pull[axis]
                along[axis] = rest + left_of(mpmath.mpf(update.lr) * decayed, update, epoch) * (along[axis] - rest)
        theta = self.axes.dot(along).T
        each = (self.A.dot(theta.T) - self.Y) ** 2
        loss = self.w.dot(each.sum(axis=1)) / (self.w.sum() * self.k)
        slopes = theta[:, : self.p] / self.scale
        biases = theta[:, self.p] - slopes.dot(self.center) if self.bias else np.zeros(self.k)
        return slopes.astype(float), biases.astype(float), float(loss)


def left_of(q, update, epoch):
    """Return which share of a distance is left: the (epoch − 1)th power of the matrix that takes (c, change) on."""
    mu, share = mpmath.mpf(update.momentum), 1 - mpmath.mpf(update.dampening)
    if epoch == 0:
        return mpmath.mpf(1)
    if mu == 0:
        return (1 - q) ** epoch
    first, kept, lasting = (q * (1 + mu), mu * (1 - q), q) if update.nesterov else (q, mu, q * share)
    matrix = mpmath.matrix([[1 - lasting, kept], [-lasting, kept]])
    return (matrix ** (epoch - 1) * mpmath.matrix([1 - first, -first]))[0]


def drawn(seed):
    """Return rows, often with columns that repeat others, and how to descend on them."""
    rng = np.random.default_rng(seed)
    n, p, k = rng.integers(1, 12), rng.integers(1, 5), rng.integers(1, 4)
    X = np.round(rng.normal(size=(n, p)) * 10.0 ** rng.integers(-2, 3, p) * 64) / 64 + rng.choice([0, 1, 100])
    match rng.integers(5):
        case 0:
            X[:, -1] = X[:, 0]
        case 1:
            X[:, 0] = 3.0
        case 2:
            X[:, -1] = X[:, 0] + rng.integers(-9, 9, n) * 2.0 ** -rng.integers(10, 30)
    Y = np.round(rng.normal(size=(n, k)) * 64 + X.sum(axis=1)[:, None] * 16) / 16
    momentum = float(rng.choice([0.0, 0.5, 0.9, 0.99, rng.random(), 1e-6]))
    nesterov = bool(momentum and rng.random() < 0.5)
    options = {
        "momentum": momentum,
        "nesterov": nesterov,
        "dampening": 0.0 if nesterov else float(rng.choice([0.0, 0.0, 0.3, 1.0])),
        "weight_decay": float(rng.choice([0.0, 0.0, 0.01, 1.0, 1e-8])),
        "standardize": bool(rng.random() < 0.4),
        "fit_intercept": bool(rng.random() < 0.8),
        "weights": rng.integers(1, 9, n) / 4.0 if rng.random() < 0.3 else None,
    }
    start = rng.normal(size=(k, p)) * rng.choice([0, 1, 100]), rng.normal(size=k) * options["fit_intercept"]
    return X, Y, start, options


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(DIGITS), warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        yield


@pytest.mark.parametrize("seed", range(DRAWS))
def test_any_epoch_of_an_automatic_rate(seed):
    """At ``1 / λmax`` Nesterov's momentum has a root of zero; at the best rate two axes lie next to the limit."""
    X, Y, start, options = drawn(seed)
    path = reta.trajectory(X, Y, initial=start, **options)
    seen = path.surface.coordinates
    exact = ExactPath(
        X, Y, weights=options["weights"], bias=options["fit_intercept"], center=seen.center, scale=seen.scale
    )
    least = 1e-28 * float(np.mean(Y**2))  # a loss of zero has no digits
    for epoch in EPOCHS:
        weight, level, loss = exact.at(*start, path.update, epoch)
        found, size = path.at(epoch), max(np.abs(weight).max(), np.abs(level).max())
        assert np.abs(found.weight - weight).max() <= PARAMETERS * size, epoch
        assert np.abs(found.bias - level).max() <= PARAMETERS * size, epoch
        assert abs(path.loss(epoch) - loss) <= LOSSES * loss + least, epoch
    np.testing.assert_array_equal(path.at(0).weight, start[0])
    np.testing.assert_array_equal(path.at(0).bias, start[1])


def nearly_collinear(bits, offset):
    rng = np.random.default_rng(1)
    x = rng.integers(-50, 50, 20) / 8 + offset
    X = np.column_stack([x, x + rng.integers(-50, 50, 20) * 2.0**-bits, rng.integers(-9, 9, 20)])
    return X, (x + rng.integers(-50, 50, 20) / 16)[:, None]


@pytest.mark.parametrize("offset", [0.0, 5.0])
@pytest.mark.parametrize("bits", [20, 40, 46])
@pytest.mark.parametrize("standardize", [True, False])
def test_columns_that_differ_by_little(bits, offset, standardize):
    """The optimum lies up to 7e11 away along an axis on which the first steps do not move."""
    X, Y = nearly_collinear(bits, offset)
    start = np.array([[0.3, -1.2, 0.7]]), np.array([0.25])
    path = reta.trajectory(X, Y, lr=0.005, initial=start, standardize=standardize)
    seen = path.surface.coordinates
    exact = ExactPath(X, Y, center=seen.center, scale=seen.scale)
    for epoch in (0, 1, 2, 100):
        weight, level, loss = exact.at(*start, path.update, epoch)
        np.testing.assert_allclose(path.at(epoch).weight, weight, rtol=LAST_PLACES)
        np.testing.assert_allclose(path.at(epoch).bias, level, rtol=LAST_PLACES)
        assert path.loss(epoch) == pytest.approx(loss, rel=LAST_PLACES)
    end, fit = path.at(1e300), reta.fit(X, Y)
    np.testing.assert_array_equal(end.weight, fit.coef_)
    np.testing.assert_array_equal(end.bias, fit.intercept_)


@pytest.mark.parametrize("epochs", [0, 1])
@pytest.mark.parametrize("options", [{}, {"schedule": "cosine"}, {"batch_size": 10}], ids=repr)
@pytest.mark.parametrize("standardize", [True, False])
def test_a_run_begins_where_it_is_told(epochs, options, standardize):
    X, Y = nearly_collinear(40, 5.0)
    start = np.array([[0.3, -1.2, 0.7]]), np.array([0.0])
    run = reta.descend(X, Y, lr=1e-30, initial=start, epochs=epochs, standardize=standardize, **options)
    np.testing.assert_array_equal(run.model.coef_, start[0])
    assert run.model.intercept_ == pytest.approx(start[1], abs=0.0 if epochs == 0 else 1e-25)


def test_nesterov_takes_no_dampening():
    with pytest.raises(UsageError, match=r"dampening=0.5: .*nesterov"):
        reta.trajectory(*nearly_collinear(20, 0.0), lr=0.1, momentum=0.9, dampening=0.5, nesterov=True)
