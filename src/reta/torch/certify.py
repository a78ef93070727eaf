"""How far a PyTorch model is from the best one on the rows of its loader."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from reta.descent import Update
from reta.descent import certify as certificate_of
from reta.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn
    from torch.optim import Optimizer
    from torch.utils.data import DataLoader

    from reta.descent import Certificate
    from reta.moment import Moments
    from reta.types import FloatArray

__all__ = ["certify"]


def certify(
    model: nn.Module,
    loader: DataLoader[tuple[Tensor, ...]],
    opt: Optimizer | None = None,
    epochs: int = 0,
) -> Certificate:
    """Return how far a linear PyTorch model is from the least-squares solution on its loader's rows, and why.

    Parameters
    ----------
    model
        An ``nn.Linear``, or a module with just one.
    loader
        Of batches (features, targets). It is read once; every generator of random numbers is left as it was.
    opt
        The optimiser of the run: its learning rate, momentum and weight decay tell how many epochs are missing.
    epochs
        That were made, for the number of parameters that the run has in effect used.

    Returns
    -------
    Certificate
        Of the mean squared error; print it for the words.

    Raises
    ------
    UsageError
        The model is not linear in this sense.
    DataError
        The loader has no rows.

    Examples
    --------
    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> X = torch.tensor([[1.0], [2.0], [3.0]])
    >>> loader = DataLoader(TensorDataset(X, 2 * X + 1), batch_size=3)
    >>> linear = torch.nn.Linear(1, 1)
    >>> bool(certify(linear, loader).best_loss < 1e-12)
    True
    """
    from reta.descent.surface import surface_of

    linear = _only_linear(model)
    moments = _moments(loader, linear.in_features, linear.out_features)
    has_bias = getattr(linear, "bias", None) is not None
    surface = surface_of(moments, bias=has_bias)
    weight = linear.weight.detach().cpu().double().numpy()
    bias = linear.bias.detach().cpu().double().numpy() if has_bias else np.zeros(len(weight))
    return certificate_of(
        surface,
        _update(opt),
        parameters=surface.coordinates.inside(weight, bias),
        epochs=epochs,
        steps_per_epoch=max(len(loader), 1),
    )


def _only_linear(model: nn.Module) -> nn.Linear:
    from torch import nn

    linears = [module for module in model.modules() if isinstance(module, nn.Linear)]
    with_parameters = [module for module in model.modules() if next(module.parameters(recurse=False), None) is not None]
    if len(linears) != 1 or with_parameters != linears:
        raise UsageError(f"{type(model).__name__} is no single nn.Linear: only of that is the best possible loss known")
    return linears[0]


def _moments(loader: DataLoader[tuple[Tensor, ...]], p: int, k: int) -> Moments:
    from reta.moment import Moments

    total = Moments.empty([f"x{j}" for j in range(p)], [f"y{j}" for j in range(k)])
    with _generators_kept(loader):
        for xb, yb in loader:
            X, Y = (_matrix(part) for part in (xb, yb))
            if X.shape[1:] != (p,) or Y.shape[1:] != (k,):
                raise UsageError(f"batches of shapes {X.shape} and {Y.shape} do not fit a layer of {p} to {k}")
            total += Moments.from_arrays(X, Y, features=total.features, targets=total.targets)
    if not total.n_samples:
        raise DataError("the loader has no rows: there is nothing to certify")
    return total


def _matrix(part: Tensor) -> FloatArray:
    return np.asarray(part.detach().cpu().double().numpy(), dtype=np.float64)


@contextmanager
def _generators_kept(loader: DataLoader[tuple[Tensor, ...]]) -> Iterator[None]:
    """Read the loader without a trace in any generator that it draws from."""
    import torch

    own = [g for g in (loader.generator, getattr(loader.sampler, "generator", None)) if g is not None]
    states = [generator.get_state() for generator in own]
    with torch.random.fork_rng(devices=[]):
        yield
    for generator, state in zip(own, states, strict=True):
        generator.set_state(state)


def _update(opt: Optimizer | None) -> Update:
    group = {} if opt is None else opt.param_groups[0]
    return Update(
        lr=float(group.get("lr", np.nan)),
        momentum=float(group.get("momentum", 0.0)),
        dampening=float(group.get("dampening", 0.0)),
        weight_decay=float(group.get("weight_decay", 0.0)),
        nesterov=bool(group.get("nesterov", False)),
    )
