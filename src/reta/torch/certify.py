"""How far a PyTorch model is from the best one on the rows of its loader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reta.allowed import is_whole
from reta.descent import Update
from reta.descent import certify as certificate_of
from reta.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import nn
    from torch.optim import Optimizer

    from reta.descent import Certificate
    from reta.descent.second_moments import SecondMoments
    from reta.descent.surface import Surface
    from reta.torch.loader_moments import LoaderRows
    from reta.types import FloatArray

__all__ = ["certify"]


def certify(
    model: nn.Module,
    loader: Iterable[Any],
    opt: Optimizer | None = None,
    epochs: int = 0,
) -> Certificate:
    """Return how far a linear PyTorch model is from the least-squares solution on its loader's rows, and why.

    Parameters
    ----------
    model
        An ``nn.Linear``, or an ``nn.Sequential`` of one with nothing but ``nn.Identity`` and ``nn.Flatten`` beside it.
    loader
        Of batches (features, targets), such as a ``DataLoader``; targets (n,) count as one column. It is read once;
        PyTorch's generator of random numbers and the loader's own are left as they were. Of a ``DataLoader`` that
        shuffles, the noise of the batches is told; up to 16 million cells are held in memory for it, and of more only
        what full batches would do.
    opt
        The optimiser of the run. If it is ``torch.optim.SGD``, its learning rate, momentum and weight decay tell how
        many epochs are missing; of any other only the gap is told.
    epochs
        That were made, for the number of parameters that the run has in effect used.

    Returns
    -------
    Certificate
        Of the mean squared error; print it for the words.

    Raises
    ------
    UsageError
        The model is not linear in this sense, the batches do not fit it, or ``opt`` steps other parameters, only some
        of them, not all alike, or upwards.
    DataError
        The loader has no rows, or they hold NaN or infinity.
    ExtraMissing
        PyTorch is not installed.

    Notes
    -----
    A module of a class of one's own is refused, whatever it holds: what its ``forward`` computes is not known. Hand
    over its layer, ``certify(net.linear, loader)``, where that is all it does. Dropout is refused as well; no such
    run is about the mean squared error of these rows.

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
    from reta.torch.loader_moments import loader_moments
    from reta.torch_layer import weights_of

    _check(epochs)
    before, linear = _parts(model)
    weight, bias = weights_of(linear)
    update = _update(opt, linear)
    epoch = loader_moments(loader, before, *weight.T.shape)
    if not epoch.moments.n_samples:
        raise DataError("the loader has no rows: there is nothing to certify")
    surface = surface_of(epoch.moments, bias=bias is not None)
    parameters = surface.coordinates.inside(weight, np.zeros(len(weight)) if bias is None else bias)
    return certificate_of(
        surface,
        update,
        parameters=parameters,
        epochs=int(epochs),
        steps_per_epoch=len(epoch.batch_sizes),
        moments=_second_moments(epoch, surface, update, parameters),
    )


def _second_moments(
    epoch: LoaderRows, surface: Surface, update: Update, parameters: FloatArray
) -> SecondMoments | None:
    """Return what the noise of the batches depends on; ``None`` where there is none, or it is not known."""
    from reta.descent.row_moments import row_moments
    from reta.descent.second_moments import SecondMoments, draws_of

    sizes, n = [size for size in epoch.batch_sizes if size], epoch.moments.n_samples
    if len(sizes) == 1 or not epoch.by_chance or not epoch.blocks:
        return None
    origin = parameters if np.isfinite(parameters).all() else np.zeros_like(parameters)
    found = row_moments(epoch.blocks, surface, update.weight_decay, origin)
    return None if found is None else SecondMoments(found, update, draws_of(n, sizes))


def _check(epochs: object) -> None:
    if not is_whole(epochs):
        raise UsageError(f"epochs is {epochs!r}: give a whole number, 0 or more")


def _parts(model: nn.Module) -> tuple[list[nn.Module], nn.Linear]:
    """Return the only linear layer, and what features go through before it."""
    from torch import nn

    from reta.torch_layer import is_linear_layer

    parts = _unpacked(model)
    at = [index for index, part in enumerate(parts) if is_linear_layer(part)]
    others = [part for index, part in enumerate(parts) if index not in at]
    strange = next((part for part in others if type(part) not in (nn.Identity, nn.Flatten)), None)
    if strange is not None or len(at) != 1:
        found = f"{len(at)} linear layers" if strange is None else type(strange).__name__
        raise UsageError(
            f"one nn.Linear is meant, alone or in an nn.Sequential beside nn.Identity and nn.Flatten, not {found}: "
            "only of that is the best possible loss known"
        )
    linear: Any = parts[at[0]]
    return parts[: at[0]], linear


def _unpacked(module: nn.Module) -> list[nn.Module]:
    from torch import nn

    if type(module) is not nn.Sequential:
        return [module]
    return [part for child in module for part in _unpacked(child)]


def _update(opt: Optimizer | None, linear: nn.Linear) -> Update:
    """Return how ``opt`` steps the layer; a learning rate of NaN where that is not known."""
    from torch.optim import SGD, Optimizer

    from reta.torch.plain_sgd import update_of

    if opt is not None and not isinstance(opt, Optimizer):
        raise UsageError(f"opt is {type(opt).__name__}: give an optimiser of torch.optim, or leave it out")
    if opt is None or not isinstance(opt, SGD):
        return Update(lr=np.nan)
    bias: Any = linear.bias
    own = [linear.weight] if bias is None else [linear.weight, bias]
    held = {id(parameter) for group in opt.param_groups for parameter in group["params"]}
    if not held.issuperset(map(id, own)):
        raise UsageError("opt does not step this layer's weights and biases: give the optimiser that does, or none")
    update, *others = (update_of(opt, parameter) for parameter in own)
    if any(other != update for other in others):
        raise UsageError("opt steps weights and biases differently: leave it out, and the rest can be told")
    if update.maximize:
        raise UsageError("opt maximizes the loss, which then has no best value: leave it out")
    return update
