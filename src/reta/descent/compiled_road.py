"""Steps over mini-batches by the compiled kernel, in pieces, so that Ctrl-C is heard between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reta.descent.losses import Loss
    from reta.descent.parameters import Parameters
    from reta.descent.update import Update
    from reta.types import FloatArray, IntArray, LossName, RealArray

__all__ = ["compiled_steps"]

_PIECE = 1 << 28  # about as many nanoseconds, as ``_pieces`` counts
_NARROW = 4  # the kernel wants room for so many features at least
_CODES: dict[LossName, int] = {"mse": 0, "huber": 1, "absolute": 2, "quantile": 3}  # the kernel's numbers for them


def compiled_steps(  # noqa: PLR0917 - as ``run_batches`` has them
    parameters: Parameters,
    X: RealArray,
    Y: RealArray,
    order: IntArray,
    starts: IntArray,
    updates: tuple[Update, Update],
    loss: Loss,
    row_weights: FloatArray | None,
) -> FloatArray:
    """Make one step per batch, in place; return the losses before.

    Parameters
    ----------
    parameters, X, Y, order, starts, loss, row_weights
        As ``run_batches`` has them.
    updates
        Of the weights and of the bias.
    """
    losses = np.empty(len(starts) - 1, dtype=X.dtype)
    factors = np.empty(0) if row_weights is None else row_weights.astype(np.float64)
    rows = tuple(_ready(array) for array in (X, Y, order, factors))
    for first, last in _pieces(starts, X.shape[1], Y.shape[1]):
        _run_piece(parameters, rows, _ready(starts[first : last + 1]), losses[first:last], updates, loss)
    return losses.astype(np.float64)


def _pieces(starts: IntArray, n_features: int, n_targets: int) -> Iterator[tuple[int, int]]:
    """Yield first and last of batches that together take some tenths of a second; a batch alone may take longer."""
    work = (starts + np.arange(len(starts))) * (n_features + 16) * n_targets
    first = 0
    while first < len(starts) - 1:
        last = max(first + 1, int(np.searchsorted(work, work[first] + _PIECE, side="right")) - 1)
        yield first, last
        first = last


def _run_piece(  # noqa: PLR0917 - what one call of the kernel needs
    parameters: Parameters,
    rows: tuple[RealArray, ...],
    starts: IntArray,
    losses: RealArray,
    updates: tuple[Update, Update],
    loss: Loss,
) -> None:
    """Step on copies laid out for the kernel, then write back what has changed."""
    from reta.descent import kernel

    p = parameters.weight.shape[1]
    weight, weight_velocity = (
        _widened(array, parameters.weight) for array in (parameters.weight, parameters.weight_velocity)
    )
    bias, bias_velocity = (
        _or_zeros(array, parameters.weight[:, 0]) for array in (parameters.bias, parameters.bias_velocity)
    )
    fresh = np.array([parameters.weight_velocity is None, parameters.bias_velocity is None])
    has_bias = parameters.bias is not None
    rules = np.array([_rule(update) for update in updates[: 2 if has_bias else 1]])
    changed = (weight.reshape(-1), bias, weight_velocity.reshape(-1), bias_velocity)
    _call(kernel.descend, *rows, starts, *changed, fresh, rules, _CODES[loss.name], loss.parameter, losses)
    parameters.weight[:] = weight[:, :p]
    if updates[0].momentum != 0:
        parameters.weight_velocity = _kept(parameters.weight_velocity, weight_velocity[:, :p])
    if parameters.bias is not None:
        parameters.bias[:] = bias
        if updates[1].momentum != 0:
            parameters.bias_velocity = _kept(parameters.bias_velocity, bias_velocity)


def _rule(update: Update) -> tuple[float, ...]:
    sign = -1.0 if update.maximize else 1.0
    return update.lr, update.momentum, update.dampening, update.weight_decay, float(update.nesterov), sign


def _ready(array: RealArray) -> RealArray:
    """Return the array as the one kind that the kernel is compiled for."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _or_zeros(array: RealArray | None, like: RealArray) -> RealArray:
    return np.zeros(like.shape, like.dtype) if array is None else array.copy()


def _widened(array: RealArray | None, like: RealArray) -> RealArray:
    k, p = like.shape
    wide = np.zeros((k, max(p, _NARROW)), like.dtype)
    if array is not None:
        wide[:, :p] = array
    return wide


def _kept(before: RealArray | None, after: RealArray) -> RealArray:
    """Write into the array that there was, which others may hold too."""
    if before is None:
        return after.copy()
    before[:] = after
    return before


def _call(kernel: Callable[..., None], *arguments: object) -> None:
    try:
        kernel(*arguments)
    except OSError:  # compiled, but not kept for the next process: the disk is full, or no longer writable
        kernel(*arguments)
