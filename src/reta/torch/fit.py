"""``fit``: the training loop, by whichever road the parts allow."""

from __future__ import annotations

import math
import sys
import warnings
from typing import TYPE_CHECKING, Any

from reta.allowed import is_whole
from reta.errors import ExtraMissing, RetaWarning, UsageError

try:
    from reta.torch.shortcut import allows_shortcut, shortcut_epochs
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise ExtraMissing("reta.torch", "torch") from None

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import torch

__all__ = ["fit"]

DIVERGED = (
    "the loss is no longer finite: most likely the learning rate is too large; of a linear model "
    "reta.torch.certify(model, train_dl, opt) says up to where it is stable"
)
_PRINTED = 10  # epochs from one line to the next


def fit(
    num_epochs: int,
    model: torch.nn.Module,
    loss_fn: Callable[..., torch.Tensor],
    opt: torch.optim.Optimizer,
    train_dl: Iterable[Any],
) -> None:
    """Train ``model``, batch by batch, and print the loss of the last batch of every tenth epoch.

    For every epoch and every batch ``(xb, yb)``::

        loss = loss_fn(model(xb), yb)
        loss.backward()
        opt.step()
        opt.zero_grad()

    Parameters
    ----------
    num_epochs
        How often to go through ``train_dl``.
    model
        Any module; trained in place.
    loss_fn
        Of a prediction and its target, such as ``torch.nn.functional.mse_loss``.
    opt
        Any optimiser of the model's parameters.
    train_dl
        Gives batches ``(xb, yb)``, such as a ``DataLoader``.

    Raises
    ------
    UsageError
        Where ``num_epochs`` is no count, or ``train_dl`` gives no batch.

    Warns
    -----
    RetaWarning
        The loss ended as NaN or infinity.

    Notes
    -----
    One ``nn.Linear`` on the processor with the mean squared error, ``torch.optim.SGD`` and a ``DataLoader`` over a
    ``TensorDataset`` takes a shorter road, hundreds of times as fast: the same batches from the same random generators,
    the same steps on the same parameters up to rounding, and the same state of optimiser and generators afterwards.
    Anything else (hooks, other devices, other samplers, workers) is trained by the loop above.

    Examples
    --------
    >>> import torch
    >>> from torch.utils.data import DataLoader, TensorDataset
    >>> X = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    >>> model = torch.nn.Linear(1, 1)
    >>> sgd = torch.optim.SGD(model.parameters(), lr=0.05)
    >>> fit(400, model, torch.nn.functional.mse_loss, sgd, DataLoader(TensorDataset(X, 2 * X), batch_size=2))
    Epoch [10/400], Loss: ...
    >>> round(model.weight.item(), 3)
    2.0
    """
    _check(num_epochs)
    road = shortcut_epochs if allows_shortcut(model, loss_fn, opt, train_dl) else _ordinary_epochs
    for epoch, loss in enumerate(road(int(num_epochs), model, loss_fn, opt, train_dl), 1):
        if loss is None:
            raise UsageError("train_dl gives no batch: its data are empty, or drop_last drops the only batch there is")
        if epoch % _PRINTED == 0:
            sys.stdout.write(f"Epoch [{epoch}/{num_epochs}], Loss: {loss.item():.4f}\n")
        if epoch == num_epochs and not math.isfinite(loss.item()):
            warnings.warn(DIVERGED, RetaWarning, stacklevel=2)


def _check(num_epochs: object) -> None:
    if not is_whole(num_epochs):
        raise UsageError(f"num_epochs is {num_epochs!r}: give a whole number, 0 or more")


def _ordinary_epochs(
    num_epochs: int, model: torch.nn.Module, loss_fn: Callable[..., Any], opt: torch.optim.Optimizer, train_dl: Any
) -> Iterator[torch.Tensor | None]:
    """Yield after every epoch the loss of its last batch, None without a batch."""
    for _ in range(num_epochs):
        loss = None
        for xb, yb in train_dl:
            loss = loss_fn(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        yield loss
