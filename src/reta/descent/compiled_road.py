"""Steps over mini-batches by the compiled kernel, in pieces, so that Ctrl-C is heard between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.descent.lanes import stacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reta.descent.losses import Loss
    from reta.descent.parameters import Parameters
    from reta.descent.update import Update
    from reta.types import FloatArray, IntArray, LossName, RealArray, Reduction

__all__ = ["compiled_steps", "is_loaded"]

_PIECE = 1 << 28  # about as many nanoseconds, as ``_pieces`` counts
_CODES: dict[LossName, int] = {"mse": 0, "huber": 1, "absolute": 2, "quantile": 3}  # the kernel's numbers for them
_loaded: set[type[np.floating]] = set()  # the kernel is compiled once for each dtype


def is_loaded(dtype: type[np.floating]) -> bool:
    """Return whether this process has the kernel for numbers of this dtype at hand."""
    return dtype in _loaded


def compiled_steps(  # noqa: PLR0917 - as ``run_batches`` has them
    parameters: Parameters,
    X: RealArray,
    Y: RealArray,
    order: IntArray,
    starts: IntArray,
    updates: tuple[Update, Update],
    loss: Loss,
    row_weights: FloatArray | None,
    reduction: Reduction,
) -> FloatArray:
    """Make one step per batch, in place; return the losses before.

    Parameters
    ----------
    parameters, X, Y, order, starts, loss, row_weights, reduction
        As ``run_batches`` has them.
    updates
        Of the weights and of the bias.
    """
    from reta.descent import kernel

    stack = stacked(parameters, X.dtype.type)
    losses = np.empty(len(starts) - 1, dtype=X.dtype)
    factors = np.empty(0) if row_weights is None else row_weights.astype(np.float64)
    rows = tuple(_ready(array) for array in (X, Y, order, factors))
    changed = stack.theta.reshape(-1), stack.velocity.reshape(-1)
    how = stack.has_bias, _CODES[loss.name], loss.parameter, reduction == "mean"
    try:
        for first, last in _pieces(starts, X.shape[1], Y.shape[1]):
            groups, piece = stack.groups(updates), _ready(starts[first : last + 1])
            rules, fresh = (
                np.array([_rule(update) for update, _ in groups]),
                np.array([not begun for _, begun in groups]),
            )
            _call(kernel.descend, *rows, piece, *changed, fresh, rules, *how, losses[first:last])
            stack.begin(updates)
            _loaded.add(X.dtype.type)
    finally:
        stack.write_back(parameters)
    return losses.astype(np.float64)


def _pieces(starts: IntArray, n_features: int, n_targets: int) -> Iterator[tuple[int, int]]:
    """Yield first and last of batches that together take some tenths of a second; a batch alone may take longer."""
    work = (starts + np.arange(len(starts))) * (n_features + 16) * n_targets
    first = 0
    while first < len(starts) - 1:
        last = max(first + 1, int(np.searchsorted(work, work[first] + _PIECE, side="right")) - 1)
        yield first, last
        first = last


def _rule(update: Update) -> tuple[float, ...]:
    sign = -1.0 if update.maximize else 1.0
    return update.lr, update.momentum, update.dampening, update.weight_decay, float(update.nesterov), sign


def _ready(array: RealArray) -> RealArray:
    """Return the array as the one kind that the kernel is compiled for."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _call(kernel: Callable[..., None], *arguments: object) -> None:
    try:
        kernel(*arguments)
    except OSError:  # compiled, but not kept for the next process: the disk is full, or no longer writable
        kernel(*arguments)
