"""The path in closed form beside the loop that it stands for, PyTorch's own, and autograd."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from torch.nn import functional

import reta
from reta.descent import Point, Trajectory, Update
from reta.descent.surface import surface_of
from reta.errors import UsageError

CLOSE = 1e-13  # relative to the largest parameter: a few roundings of float64
TORCH = 1e-9  # the loop of float64 has errors of its own
TO_THE_END = 1e-9
EPOCHS = 1_000
DIGITS = 50
UPDATES = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "dampening": {"momentum": 0.9, "dampening": 0.4},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.01},
    "decay and momentum": {"weight_decay": 0.01, "momentum": 0.5},
    "decay and dampening": {"weight_decay": 0.01, "momentum": 0.5, "dampening": 1.0},
    "decay and nesterov": {"weight_decay": 0.01, "momentum": 0.5, "nesterov": True},
}


def rows(*, n=40, p=4, k=2, decades=3.0, seed=0):
    """Return rows whose Hessian has a condition of about ten to twice ``decades``."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.logspace(0, -decades, p) + np.logspace(0, -decades, p)
    return X, X @ rng.normal(size=(p, k)) + rng.normal(size=k) + 0.1 * rng.normal(size=(n, k))


def start_of(k, p, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(k, p)), rng.normal(size=k)


def precise_loop(X, Y, weights, weight, bias, update, epochs):
    """Return weights and biases after every epoch listed, by a loop in long doubles over mpmath's A'A and A'Y."""
    with mpmath.workdps(DIGITS):
        n, k = len(X), Y.shape[1]
        ones = np.ones((n, 0 if bias is None else 1))
        A, target = mpmath.matrix(np.hstack([X, ones]).tolist()), mpmath.matrix(Y.tolist())
        w = mpmath.diag(list(map(mpmath.mpf, np.ones(n) if weights is None else weights)))
        total = sum(w[i, i] for i in range(n))
        gram, cross = A.T * w * A * 2 / (k * total), A.T * w * target * 2 / (k * total)
        H, c = long_doubles(gram), long_doubles(cross)
        theta = np.vstack([weight.T, np.empty((0, k)) if bias is None else bias[None]])
        theta = theta.astype(np.longdouble)
        lr, mu, damp, decay = map(np.longdouble, (update.lr, update.momentum, update.dampening, update.weight_decay))
        velocity, seen = None, {0: theta}
        for epoch in range(1, max(epochs) + 1):
            gradient = H.dot(theta) - c + decay * theta
            velocity = gradient if velocity is None else mu * velocity + (1 - damp) * gradient
            moved = gradient + mu * velocity if update.nesterov else velocity if mu else gradient
            theta = theta - lr * moved
            if epoch in epochs:
                seen[epoch] = theta
        return {epoch: np.array(seen[epoch], dtype=np.float64).T for epoch in epochs}


def long_doubles(matrix):
    return np.array([[np.longdouble(mpmath.nstr(each, 25)) for each in row] for row in matrix.tolist()])


def moments_of(X, Y, weights=None):
    return reta.moments(X, Y, weights=weights)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", UPDATES)
def test_a_thousand_epochs_of_the_loop(kind, bias):
    X, Y = rows(decades=3.0)
    weight, level = start_of(2, 4)
    moments = moments_of(X, Y)
    surface = surface_of(moments, bias=bias)
    assert surface.curvature[-1] / surface.curvature[0] > 1e6
    update = Update(0.5 / surface.curvature[-1], **UPDATES[kind])
    path = Trajectory(surface, update, Point(weight, level if bias else np.zeros(2)))
    epochs = [0, 1, 2, 7, 100, EPOCHS]
    expected = precise_loop(X, Y, None, weight, level if bias else None, update, epochs)
    found = path.at(epochs)
    for at, epoch in enumerate(epochs):
        size = np.abs(expected[epoch]).max()
        np.testing.assert_allclose(found.weight[at], expected[epoch][:, :4], rtol=0, atol=CLOSE * size)
        if bias:
            np.testing.assert_allclose(found.bias[at], expected[epoch][:, 4], rtol=0, atol=CLOSE * size)
    if not bias:
        assert not found.bias.any()


@pytest.mark.parametrize("kind", ["plain", "momentum", "decay and nesterov"])
@pytest.mark.parametrize("standardize", [True, False])
def test_weights_on_rows_and_standardised_features(kind, standardize):
    X, Y = rows(decades=1.0)
    weights = np.random.default_rng(2).uniform(0.1, 3.0, len(X))
    weight, level = start_of(2, 4)
    path = reta.trajectory(
        X, Y, weights=weights, lr=0.2, initial=(weight, level), standardize=standardize, **UPDATES[kind]
    )
    center, scale = np.zeros(4), np.ones(4)
    if standardize:
        center = np.average(X, axis=0, weights=weights)
        scale = np.sqrt(np.average((X - center) ** 2, axis=0, weights=weights))
    inside = (X - center) / scale
    at_start = weight * scale, level + weight @ center
    expected = precise_loop(inside, Y, weights, *at_start, Update(0.2, **UPDATES[kind]), [0, 3, 200])
    found = path.at([0, 3, 200])
    for at, epoch in enumerate((0, 3, 200)):
        outside = expected[epoch][:, :4] / scale
        np.testing.assert_allclose(found.weight[at], outside, rtol=CLOSE)
        np.testing.assert_allclose(found.bias[at], expected[epoch][:, 4] - outside @ center, rtol=CLOSE)


@pytest.mark.parametrize("kind", UPDATES)
@pytest.mark.parametrize("bias", [True, False])
def test_torch_makes_the_same_steps(kind, bias):
    X, Y = rows(decades=1.0)
    weight, level = start_of(2, 4)
    torch.set_num_threads(1)
    theta = [torch.from_numpy(each.copy()).requires_grad_() for each in ((weight, level) if bias else (weight,))]
    optimizer = torch.optim.SGD(theta, lr=0.1, **UPDATES[kind])
    losses = []
    for _ in range(201):
        optimizer.zero_grad()
        loss = functional.mse_loss(functional.linear(torch.from_numpy(X), *theta), torch.from_numpy(Y))
        loss.backward()
        losses.append(loss.item())
        if len(losses) <= 200:
            optimizer.step()
    path = reta.trajectory(X, Y, lr=0.1, initial=(weight, level * bias), fit_intercept=bias, **UPDATES[kind])
    np.testing.assert_allclose(path.loss(np.arange(201)), losses, rtol=TORCH)
    np.testing.assert_allclose(path.at(200).weight, theta[0].detach().numpy(), rtol=TORCH)
    if bias:
        np.testing.assert_allclose(path.at(200).bias, theta[1].detach().numpy(), rtol=TORCH)


@pytest.mark.parametrize("epoch", [0, 1, 50])
def test_the_gradient_is_that_of_autograd(epoch):
    X, Y = rows(decades=1.0)
    path = reta.trajectory(X, Y, lr=0.1, initial=start_of(2, 4))
    point, gradient = path.at(epoch), path.gradient(epoch)
    theta = [torch.from_numpy(np.array(each)).requires_grad_() for each in point]
    functional.mse_loss(functional.linear(torch.from_numpy(X), *theta), torch.from_numpy(Y)).backward()
    norm = np.sqrt(sum(float((each.grad**2).sum()) for each in theta))
    for found, each in zip(gradient, theta, strict=True):
        np.testing.assert_allclose(found, each.grad.numpy(), atol=1e-10 * norm)
    assert path.gradient_norm(epoch) == pytest.approx(norm, rel=1e-10)


@pytest.mark.parametrize("kind", UPDATES)
def test_far_epochs_reach_the_end(kind):
    X, Y = rows(decades=2.0)
    decay, dampening = UPDATES[kind].get("weight_decay", 0.0), UPDATES[kind].get("dampening", 0.0)
    path = reta.trajectory(X, Y, lr=0.1, initial=start_of(2, 4), **UPDATES[kind])
    found = path.at([10**9, 10**15])
    A = np.column_stack([X, np.ones(len(X))])
    end = np.linalg.solve(A.T @ A / len(X) + decay * np.eye(5), A.T @ Y / len(X)).T
    assert np.isfinite(found.weight).all()
    if dampening < 1.0:  # with 1 the velocity forgets, and steps die before the end is reached
        np.testing.assert_allclose(found.weight, np.stack([end[:, :4]] * 2), rtol=TO_THE_END)
        np.testing.assert_allclose(found.bias, np.stack([end[:, 4]] * 2), rtol=TO_THE_END)
    assert path.gap(10**15) >= 0.0


@pytest.mark.parametrize("kind", UPDATES)
def test_epoch_0_is_the_start(kind):
    X, Y = rows(decades=3.0)
    weight, level = start_of(2, 4)
    path = reta.trajectory(X, Y, lr=0.1, initial=(weight, level), **UPDATES[kind])
    np.testing.assert_array_equal(path.at(0).weight, weight)
    np.testing.assert_array_equal(path.at(0).bias, level)


def test_epochs_of_any_shape():
    X, Y = rows()
    path = reta.trajectory(X, Y, lr=0.1)
    epochs = np.arange(6).reshape(2, 3)
    assert path.at(epochs).weight.shape == (2, 3, 2, 4)
    assert path.at(epochs).bias.shape == (2, 3, 2)
    assert path.loss(epochs).shape == (2, 3)
    assert path.loss(5) == path.loss(epochs)[1, 2]
    np.testing.assert_array_equal(path.at(5).weight, path.at(epochs).weight[1, 2])


@pytest.mark.parametrize("epochs", [-1, 0.5, np.nan, [1, np.inf], "x", None])
def test_epochs_that_are_none(epochs):
    path = reta.trajectory(*rows(), lr=0.1)
    with pytest.raises(UsageError, match="whole numbers from 0"):
        path.loss(epochs)


@pytest.mark.parametrize("kind", UPDATES)
def test_a_duplicated_column_keeps_its_difference(kind):
    """Along x₀ − x₁ nothing pulls but the decay; the sum goes to what least squares says."""
    X, Y = rows(p=2, decades=0.0)
    X = np.column_stack([X, X[:, 0]])
    weight, level = start_of(2, 3)
    path = reta.trajectory(X, Y, lr=0.05, initial=(weight, level), **UPDATES[kind])
    expected = precise_loop(X, Y, None, weight, level, Update(0.05, **UPDATES[kind]), [300])[300]
    np.testing.assert_allclose(path.at(300).weight, expected[:, :3], rtol=CLOSE)
    if "decay" not in kind:
        far = path.at(10**12).weight
        np.testing.assert_allclose(far[:, 0] - far[:, 2], weight[:, 0] - weight[:, 2], rtol=1e-12)


def test_fewer_rows_than_columns_keep_what_no_row_sees():
    rng = np.random.default_rng(5)
    X, Y = rng.normal(size=(3, 6)), rng.normal(size=(3, 1))
    weight = rng.normal(size=(1, 6))
    path = reta.trajectory(X, Y, lr=0.05, initial=(weight, np.zeros(1)), fit_intercept=False)
    seen = np.linalg.pinv(X) @ X
    end = np.linalg.pinv(X) @ Y[:, 0] + weight[0] @ (np.eye(6) - seen)
    np.testing.assert_allclose(path.at(10**9).weight[0], end, rtol=1e-10)
    assert path.loss(10**9) == pytest.approx(0.0, abs=1e-20)


def test_divergence_is_not_finite_and_warns_of_nothing():
    path = reta.trajectory(*rows(), lr=50.0)
    assert np.isinf(path.loss([10**5, 10**9])).all()
    assert not np.isfinite(path.at(10**9).weight).all()
    assert np.isinf(path.gradient_norm(10**9))
    assert not np.isfinite(path.gradient(10**9).weight).all()
    assert not path.certificate(10**9).converged


def test_the_automatic_rate_is_the_best():
    X, Y = rows(decades=1.0)
    path = reta.trajectory(X, Y)
    A = np.column_stack([X, np.ones(len(X))])
    curvature = np.linalg.eigvalsh(A.T @ A / len(X))
    assert path.update.lr == pytest.approx(2 / (curvature[0] + curvature[-1]), rel=1e-12)
    assert path.largest_stable_lr == pytest.approx(2 / curvature[-1], rel=1e-12)
    np.testing.assert_allclose(path.surface.curvature, curvature, rtol=1e-10)


def test_directions_say_what_they_are_made_of():
    frame = reta.trajectory(reta.datasets.crops_5(), targets=["apples", "oranges"], lr=1e-5).directions()
    assert frame["direction"].to_list()[-1] == "almost pure intercept"
    assert frame["curvature"].is_sorted(descending=True)
    parts = frame.select("^part_.*$").to_numpy()
    np.testing.assert_allclose(parts @ parts.T, np.eye(4), atol=1e-12)
    assert round(frame["epochs"][-1] / 1e6) == 56
