"""The short road: where every part is plain, its steps are made without PyTorch's graph and loader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from reta.descent import Parameters, road_for, run_batches
from reta.torch.draws import epoch_batches
from reta.torch.plain_loader import is_plain_loader, plain_tensors
from reta.torch.plain_model import is_plain_linear, is_plain_mse
from reta.torch.plain_sgd import is_plain_sgd, mark_stepped, store_velocity, update_of, velocity_of
from reta.torch.surroundings import are_plain_surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from reta.types import RealArray

__all__ = ["allows_shortcut", "shortcut_epochs"]


def allows_shortcut(model: object, loss_fn: object, opt: object, train_dl: object) -> bool:
    """Return whether all parts are so plain that the short road does what the ordinary loop would do.

    Types are compared exactly: of a subclass nothing is known. The guards are in four files, one for each part.
    """
    return (
        is_plain_linear(model)
        and is_plain_mse(loss_fn)
        and is_plain_sgd(opt, model)
        and is_plain_loader(train_dl, model)
        and are_plain_surroundings()
        and _apart(model, opt, train_dl)
    )


def shortcut_epochs(
    num_epochs: int, model: Any, _loss_fn: Callable[..., Any], opt: Any, train_dl: Any
) -> Iterator[np.float64 | None]:
    """Yield after every epoch the loss of its last batch, None without a batch."""
    X, Y = (_array(tensor) for tensor in plain_tensors(train_dl))
    parameters, update = _parameters(model, opt), update_of(opt, model.weight)
    bias_update = None if model.bias is None else update_of(opt, model.bias)
    rows, batches = num_epochs * len(train_dl.batch_sampler.sampler), num_epochs * len(train_dl.batch_sampler)
    road = road_for(batches, rows, X.shape[1], Y.shape[1])
    for _ in range(num_epochs):
        order, starts = epoch_batches(train_dl)
        if len(starts) == 1:
            yield None
        try:
            losses = run_batches(parameters, X, Y, order, starts, update, bias_update=bias_update, road=road)
        finally:
            _hand_back(parameters, model, opt)
        yield losses[-1]


def _parameters(model: Any, opt: torch.optim.SGD) -> Parameters:
    """Return arrays that share memory with the model's parameters and the optimiser's buffers."""
    bias = model.bias
    return Parameters(
        model.weight.detach().numpy(),
        None if bias is None else bias.detach().numpy(),
        velocity_of(opt, model.weight),
        None if bias is None else velocity_of(opt, bias),
    )


def _hand_back(parameters: Parameters, model: Any, opt: torch.optim.SGD) -> None:
    """Leave all that PyTorch keeps beside the numbers as its own steps would."""
    mark_stepped(opt)
    pairs = ((model.weight, parameters.weight_velocity), (model.bias, parameters.bias_velocity))
    for parameter, velocity in pairs:
        if parameter is not None:
            store_velocity(opt, parameter, velocity)
            with torch.no_grad():
                parameter.copy_(parameter)  # changes nothing, but tells autograd that the numbers are new


def _array(tensor: torch.Tensor) -> RealArray:
    return tensor.contiguous().numpy()


def _apart(model: Any, opt: Any, train_dl: Any) -> bool:
    """Return whether parameters, velocities and data lie in memory of their own."""
    parameters = [each for each in (model.weight, model.bias) if each is not None]
    velocities = [opt.state[each].get("momentum_buffer") for each in parameters if each in opt.state]
    changed = [*parameters, *(each for each in velocities if each is not None)]
    places = [each.untyped_storage().data_ptr() for each in changed]
    read = {each.untyped_storage().data_ptr() for each in plain_tensors(train_dl)}
    return len(set(places)) == len(places) and read.isdisjoint(places)
