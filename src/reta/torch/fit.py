"""``fit``: the training loop, made as it is written or, where the parts are plain, without PyTorch's graph."""

from __future__ import annotations

import math
import operator
import warnings
from typing import TYPE_CHECKING, Any, SupportsIndex

from reta.errors import RetaWarning, UsageError
from reta.extras import load_extra

load_extra("torch", "reta.torch", extra="torch")  # before what imports it: absent or broken, it is one line

import torch  # noqa: E402 - after that line

from reta.torch.shortcut import plain_parts, train_plain  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["fit"]

DIVERGED = (
    "the loss is no longer finite: most likely the learning rate is too large; of a linear model "
    "reta.torch.certify(model, train_dl, opt) says up to where it is stable"
)
NO_BATCH = "train_dl gives no batch: its data are empty, or drop_last drops the only batch there is"
_PRINTED = 10  # epochs from one line to the next


def fit(
    num_epochs: SupportsIndex,
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
        How often to go through ``train_dl``: whole, 0 or more; a tensor of one whole number is one.
    model
        Any module; trained in place.
    loss_fn
        Of a prediction and its target, such as ``torch.nn.functional.mse_loss``.
    opt
        Any optimiser of the model's parameters.
    train_dl
        Gives batches ``(xb, yb)``, such as a ``DataLoader``. An iterator, which gives them once, trains one epoch; the
        others see nothing.

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
    One ``nn.Linear`` on the processor, alone or in an ``nn.Sequential``, with the mean squared error, L1 or Huber,
    ``torch.optim.SGD`` and a ``DataLoader`` over a ``TensorDataset`` is trained without PyTorch's graph, hundreds of
    times as fast: the same batches from the same random generators, the same steps on the same parameters up to
    rounding, and the same state of optimiser and generators afterwards. Anything else (hooks, other devices, other
    samplers, workers, methods of PyTorch replaced) is trained by the loop above.

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
    count = _count(num_epochs)

    def show(epoch: int, loss: Any) -> None:
        if loss is None:
            raise UsageError(NO_BATCH)
        print(f"Epoch [{epoch}/{num_epochs}], Loss: {loss.item():.4f}")  # noqa: T201 - a training loop prints

    parts = plain_parts(model, loss_fn, opt, train_dl)
    if parts is None:
        loss = _train(count, model, loss_fn, opt, train_dl, show)
    else:
        loss = train_plain(count, parts, _PRINTED, show)
    if loss is None and count:
        raise UsageError(NO_BATCH)
    if _is_diverged(loss):
        warnings.warn(DIVERGED, RetaWarning, stacklevel=2)


def _count(num_epochs: SupportsIndex) -> int:
    """Return what ``range`` would take ``num_epochs`` for; a truth value or a debt is taken for a mistake."""
    try:
        count = -1 if isinstance(num_epochs, bool) else operator.index(num_epochs)
    except TypeError:
        count = -1
    if count < 0:
        raise UsageError(f"num_epochs is {num_epochs!r}: give a whole number, 0 or more")
    return count


def _train(  # noqa: PLR0917 - the parts of the loop, as ``fit`` has them
    num_epochs: int,
    model: torch.nn.Module,
    loss_fn: Callable[..., Any],
    opt: torch.optim.Optimizer,
    train_dl: Iterable[Any],
    show: Callable[[int, Any], None],
) -> Any:
    """Make the loop as it is written; return the loss of the last batch there was, None without any."""
    loss = None
    for epoch in range(1, num_epochs + 1):
        for xb, yb in train_dl:
            loss = loss_fn(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        if epoch % _PRINTED == 0:
            show(epoch, loss)
    return loss


def _is_diverged(loss: Any) -> bool:
    """Return whether a loss is no longer finite. The plain loop never looks: what is no number is not judged."""
    if not isinstance(loss, float | torch.Tensor):
        return False
    try:
        return not math.isfinite(loss if isinstance(loss, float) else loss.item())
    except (RuntimeError, TypeError):  # several numbers, complex ones, or none that can be read
        return False
