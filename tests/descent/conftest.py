"""A descent by PyTorch, batch by batch, that the package's own is compared with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from reta.descent import Loss, Parameters, Update


@dataclass
class Problem:
    X: np.ndarray
    Y: np.ndarray
    start: Parameters
    order: np.ndarray
    starts: np.ndarray


@pytest.fixture(scope="session")
def made_up():
    """``made_up(n=…, p=…, …)``: rows about a plane, a start, and batches."""
    return _made_up


@pytest.fixture(scope="session")
def torch_loss():
    """``torch_loss(loss, prediction, target, weights=None)``, a tensor."""
    return _torch_loss


@pytest.fixture(scope="session")
def torch_descent():
    """``torch_descent(problem, update, loss, weights=None)``: parameters afterwards and losses before each step."""
    return _torch_descent


def _made_up(*, n=23, p=3, k=2, batch_size=5, epochs=4, dtype="float64", bias=True, seed=0):
    """Return rows about a plane, a start, and shuffled batches of so many epochs, the last of each short."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    Y = X @ rng.normal(size=(p, k)) + rng.normal(size=k) + 0.1 * rng.normal(size=(n, k))
    start = Parameters(rng.normal(size=(k, p)).astype(dtype), rng.normal(size=k).astype(dtype) if bias else None)
    order = np.concatenate([rng.permutation(n) for _ in range(epochs)])
    starts = np.append(np.add.outer(np.arange(epochs) * n, np.arange(0, n, batch_size)).ravel(), n * epochs)
    return Problem(X.astype(dtype), Y.astype(dtype), start, order, starts)


def _torch_loss(loss: Loss, prediction, target, weights=None):
    import torch
    from torch.nn import functional

    error = target - prediction
    each = {
        "mse": lambda: functional.mse_loss(prediction, target, reduction="none"),
        "huber": lambda: functional.huber_loss(prediction, target, reduction="none", delta=loss.parameter),
        "absolute": lambda: functional.l1_loss(prediction, target, reduction="none"),
        "quantile": lambda: torch.max(loss.parameter * error, (loss.parameter - 1) * error),
    }[loss.name]()
    return (each if weights is None else each * weights[:, None]).mean()


def _torch_descent(problem: Problem, update: Update, loss: Loss, weights=None):
    """Return the parameters after every batch was stepped, and the losses before the steps."""
    import torch
    from torch.nn import functional

    X, Y = torch.from_numpy(problem.X), torch.from_numpy(problem.Y)
    theta = [
        torch.from_numpy(a.copy()).requires_grad_() for a in (problem.start.weight, problem.start.bias) if a is not None
    ]
    optimizer = torch.optim.SGD(
        theta,
        lr=update.lr,
        momentum=update.momentum,
        dampening=update.dampening,
        weight_decay=update.weight_decay,
        nesterov=update.nesterov,
        maximize=update.maximize,
    )
    losses = []
    for start, stop in zip(problem.starts[:-1], problem.starts[1:], strict=True):
        rows = torch.from_numpy(problem.order[start:stop])
        value = _torch_loss(
            loss,
            functional.linear(X[rows], *theta),
            Y[rows],
            None if weights is None else torch.from_numpy(weights)[rows],
        )
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(value.item())
    arrays = [each.detach().numpy() for each in theta]
    velocities = [optimizer.state[each].get("momentum_buffer") for each in theta]
    velocities = [None if each is None else each.numpy() for each in velocities]
    if len(arrays) == 1:
        arrays.append(None)
        velocities.append(None)
    return Parameters(*arrays, *velocities), np.array(losses)


@pytest.fixture(params=["numpy", "compiled", "blas"])
def road(request):
    return request.param
