"""The compiled path: where every part is plain, its steps are made without PyTorch's graph and loader."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from reta.descent import Parameters, road_for, run_batches
from reta.torch.draws import epoch_batches
from reta.torch.plain_loader import is_plain_loader, plain_tensors
from reta.torch.plain_loss import plain_loss
from reta.torch.plain_model import plain_linear
from reta.torch.plain_sgd import is_plain_sgd, mark_stepped, update_of, velocity_of
from reta.torch.surroundings import are_plain_surroundings, keeps_all_digits
from reta.torch.untouched import are_untouched

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.torch.plain_loss import PlainLoss

__all__ = ["PlainParts", "plain_parts", "train_plain"]

_ROWS = 1 << 13  # of epochs that are drawn and stepped at once, so that short ones cost little


@dataclass(frozen=True, slots=True, eq=False)
class PlainParts:
    """Parts of a training loop that do no more than their classes say.

    Attributes
    ----------
    linear
        The ``nn.Linear`` that the model is.
    loss
        What its loss is to the descent.
    opt, loader
        ``SGD`` of the layer's parameters, and a ``DataLoader`` of rows that fit it.
    """

    linear: Any
    loss: PlainLoss
    opt: Any
    loader: Any


def plain_parts(model: object, loss_fn: object, opt: object, train_dl: object) -> PlainParts | None:
    """Return the parts, None where one is not so plain that the short way does all that the loop would do.

    Types are compared exactly: of a subclass nothing is known. The guards are in files of their own, one for each part.
    """
    if not are_plain_surroundings() or not are_untouched():
        return None
    linear, loss = plain_linear(model), plain_loss(loss_fn)
    if linear is None or loss is None:
        return None
    plain = (
        keeps_all_digits(linear.weight.dtype)
        and is_plain_sgd(opt, linear)
        and is_plain_loader(train_dl, linear)
        and _are_apart(linear, opt, train_dl)
    )
    return PlainParts(linear, loss, opt, train_dl) if plain else None


def train_plain(
    num_epochs: int, parts: PlainParts, pause: int, show: Callable[[int, np.float64 | None], None]
) -> np.float64 | None:
    """Train; return the loss of the last batch, None without a batch.

    Parameters
    ----------
    num_epochs, parts
        How long, and what.
    pause, show
        After so many epochs, ``show`` is called with the epochs done and the loss so far.
    """
    run = _Run(num_epochs, parts)
    loss, done = None, 0
    while done < num_epochs:
        epochs = min(run.epochs_at_once, num_epochs - done, pause - done % pause)
        loss, done = run.make(epochs), done + epochs
        if done % pause == 0:
            show(done, loss)
    return loss


class _Run:
    """A run over plain parts, on arrays that share memory with them."""

    def __init__(self, num_epochs: int, parts: PlainParts) -> None:
        linear, opt, batches = parts.linear, parts.opt, parts.loader.batch_sampler
        has_bias, self._parts = linear.bias is not None, parts
        self._update = update_of(opt, linear.weight)
        self._bias_update = update_of(opt, linear.bias) if has_bias else None
        self._parameters = Parameters(
            linear.weight.detach().numpy(),
            linear.bias.detach().numpy() if has_bias else None,
            velocity_of(opt, linear.weight),
            velocity_of(opt, linear.bias) if has_bias else None,
        )
        self._X, self._Y = (tensor.contiguous().numpy() for tensor in plain_tensors(parts.loader))
        (n, p), k, n_rows = self._X.shape, self._Y.shape[1], len(batches.sampler)
        self._factors = None if parts.loss.factor == 1 else np.full(n, parts.loss.factor)
        self._road = road_for(num_epochs * len(batches), num_epochs * n_rows, p, k, self._X.dtype.type)
        self.epochs_at_once = max(1, _ROWS // max(1, n_rows))

    def make(self, epochs: int) -> np.float64 | None:
        """Draw so many epochs and make their steps; return the loss of the last batch, None without a batch."""
        order, starts = epoch_batches(self._parts.loader, epochs)
        if len(starts) == 1:
            return None
        try:
            losses = run_batches(
                self._parameters,
                *(self._X, self._Y, order, starts),
                self._update,
                self._parts.loss.loss,
                self._factors,
                bias_update=self._bias_update,
                reduction=self._parts.loss.reduction,
                road=self._road,
            )
        finally:
            self._hand_back(len(starts) - 1)
        return np.float64(losses[-1])

    def _hand_back(self, steps: int) -> None:
        linear, parameters = self._parts.linear, self._parameters
        velocities = {linear.weight: parameters.weight_velocity, linear.bias: parameters.bias_velocity}
        mark_stepped(self._parts.opt, velocities, steps)


def _are_apart(linear: Any, opt: Any, train_dl: Any) -> bool:
    """Return whether each parameter and velocity lies in a memory of its own, apart from all that is read."""
    parameters = [each for each in (linear.weight, linear.bias) if each is not None]
    velocities = [opt.state[each].get("momentum_buffer") for each in parameters if each in opt.state]
    changed = [_memory(each) for each in (*parameters, *velocities) if each is not None]
    rates = [group["lr"] for group in opt.param_groups if torch.is_tensor(group["lr"])]
    read = [_memory(each) for each in (*plain_tensors(train_dl), *rates)]
    pairs = (*combinations(changed, 2), *product(changed, read))
    return not any(one.start < other.stop and other.start < one.stop for one, other in pairs)


def _memory(tensor: torch.Tensor) -> range:
    storage = tensor.untyped_storage()
    return range(storage.data_ptr(), storage.data_ptr() + storage.nbytes())
