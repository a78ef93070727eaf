"""Steps over mini-batches in NumPy, in the order of ``lanes``: for work too small to load a compiler for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.descent.lanes import LANES, stacked
from reta.descent.losses import element_losses, element_slopes
from reta.descent.update import apply_update

if TYPE_CHECKING:
    from reta.descent.lanes import Stacked
    from reta.descent.losses import Loss
    from reta.descent.parameters import Parameters
    from reta.descent.update import Update
    from reta.types import FloatArray, IntArray, RealArray, Reduction

__all__ = ["numpy_steps"]

_BLOCK = 1 << 15  # products at a time, so that they stay near the processor
_GATHERED = 1 << 16  # cells of X brought into the order of the batches at a time; one block of rows at least


def numpy_steps(  # noqa: PLR0917 - as ``run_batches`` has them
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
    stack = stacked(parameters, np.float64)
    steps, sums = _Steps(stack, updates, X.dtype), _Sums(stack, _Gathered(stack, X, Y, order, row_weights), loss)
    sizes = np.diff(starts) * Y.shape[1]
    divisors = np.ones(len(sizes)) if reduction == "sum" else sizes.astype(np.float64)
    totals = np.zeros((len(sizes), Y.shape[1]))
    bounds = starts.tolist()
    with np.errstate(all="ignore"):
        try:
            for b, scale in enumerate(np.where(sizes > 0, 1 / divisors, 0.0).tolist()):
                of_batch = sums.of_rows(bounds[b], bounds[b + 1])
                totals[b] = of_batch[:, -1]
                steps.make(of_batch[:, :-1] * scale)
        finally:
            stack.write_back(parameters)
        losses = np.add.accumulate(totals, axis=1)[:, -1] / divisors
        return losses.astype(X.dtype).astype(np.float64)


class _Gathered:
    """Rows in the order of the batches: float64, as wide as the parameters, a few thousand at a time."""

    def __init__(
        self, stack: Stacked, X: RealArray, Y: RealArray, order: IntArray, row_weights: FloatArray | None
    ) -> None:
        self._X, self._Y, self._order, self._row_weights = X, Y, order, row_weights
        self._has_bias, self._width = stack.has_bias, stack.theta.shape[1]
        self._first = self._end = 0
        self._held: tuple[FloatArray, FloatArray, FloatArray, FloatArray | None]

    def block(self, first: int, end: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray | None]:
        """Return (lanes, m, 1, 8) and (m, 1, width) of the same features, targets (m, k) and row weights (m, 1)."""
        if not self._first <= first <= end <= self._end:
            self._gather(first, max(end, first + _GATHERED // self._width))
        rows = slice(first - self._first, end - self._first)
        by_lanes, X, Y, weights = self._held
        return by_lanes[:, rows], X[rows], Y[rows], None if weights is None else weights[rows]

    def _gather(self, first: int, end: int) -> None:
        rows = self._order[first:end]
        self._first, self._end = first, first + len(rows)
        p = self._X.shape[1]
        X = np.zeros((len(rows), 1, self._width))
        X[:, 0, :p] = self._X[rows]
        if self._has_bias:
            X[:, 0, p] = 1.0
        weights = None if self._row_weights is None else self._row_weights[rows, None].astype(np.float64)
        self._held = _by_lanes(X), X, self._Y[rows].astype(np.float64), weights


class _Sums:
    """Sums of gradients and losses over the rows of a batch, one block of rows after the other."""

    def __init__(self, stack: Stacked, rows: _Gathered, loss: Loss) -> None:
        k, width = stack.theta.shape
        self._rows, self._loss = rows, loss
        self._n_rows = max(1, _BLOCK // (k * width))
        self._theta = _by_lanes(stack.theta)[:, None]
        self._room: dict[int, tuple[FloatArray, FloatArray]] = {}
        self._none = np.zeros((k, width + 1))

    def of_rows(self, first: int, end: int) -> FloatArray:
        """Return (k, width + 1): the gradient by every parameter, and last the loss."""
        sums = self._none
        for start in range(first, end, self._n_rows):
            sums = self._with_block(sums, start, min(start + self._n_rows, end))
        return sums

    def _with_block(self, before: FloatArray, first: int, end: int) -> FloatArray:
        by_lanes, X, Y, weights = self._rows.block(first, end)
        products, terms = self._arrays(end - first)
        residual = _folded(np.multiply(by_lanes, self._theta, out=products)) - Y
        losses, slopes = element_losses(self._loss, residual), element_slopes(self._loss, residual)
        if weights is not None:
            losses, slopes = losses * weights, slopes * weights
        terms[0] = before
        np.multiply(slopes[:, :, None], X, out=terms[1:, :, :-1])
        terms[1:, :, -1] = losses
        sums: FloatArray = np.add.reduce(terms, axis=0)
        return sums

    def _arrays(self, n_rows: int) -> tuple[FloatArray, FloatArray]:
        """Return arrays to write into, the same for as many rows."""
        if n_rows not in self._room:
            n_lanes, _one, k, lanes = self._theta.shape
            self._room = {n_rows: (np.empty((n_lanes, n_rows, k, lanes)), np.empty((n_rows + 1, *self._none.shape)))}
        return self._room[n_rows]


class _Steps:
    """Steps of weights and bias, at once where both are made in one way."""

    def __init__(self, stack: Stacked, updates: tuple[Update, Update], dtype: np.dtype[np.floating]) -> None:
        self._stack, self._updates, self._dtype = stack, updates, dtype
        groups, p, end = stack.groups(updates), stack.n_features, stack.n_features + stack.has_bias
        columns = [slice(end)] if len(groups) == 1 else [slice(p), slice(p, end)]
        self._parts = [_Part(stack, *part) for part in zip(columns, *zip(*groups, strict=True), strict=True)]

    def make(self, gradient: FloatArray) -> None:
        """Step by the gradients (k, width) of a batch's loss."""
        for part in self._parts:
            part.step(gradient)
        self._stack.begin(self._updates)
        if self._dtype != np.float64:
            for array in (self._stack.theta, self._stack.velocity):
                array[:] = array.astype(self._dtype)


class _Part:
    """Columns of parameters that step alike."""

    def __init__(self, stack: Stacked, columns: slice, update: Update, begun: bool) -> None:
        self._columns, self._update = columns, update
        self._theta, self._room = stack.theta[:, columns], stack.velocity[:, columns]
        self._velocity = self._room if begun else None

    def step(self, gradient: FloatArray) -> None:
        velocity = apply_update(self._update, self._theta, self._velocity, gradient[:, self._columns])
        if velocity is not self._velocity:
            self._room[:] = velocity
            self._velocity = self._room


def _by_lanes(columns: FloatArray) -> FloatArray:
    """Return a view (width / lanes, n, …, lanes) of an array (n, …, width)."""
    width = columns.shape[-1]
    lanes = min(width, LANES)
    return np.moveaxis(columns.reshape(*columns.shape[:-1], width // lanes, lanes), -2, 0)


def _folded(products: FloatArray) -> FloatArray:
    """Return the sums of products (n_lanes, m, k, lanes): (m, k)."""
    sums = products[0] if len(products) == 1 else np.add.reduce(products, axis=0)
    while half := sums.shape[-1] // 2:
        sums = sums[..., :half] + sums[..., half:]
    one: FloatArray = sums[..., 0]
    return one
