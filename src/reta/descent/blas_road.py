"""Steps over mini-batches by BLAS: for batches of many products, where nothing else is as fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.descent.losses import element_losses, element_slopes
from reta.descent.update import apply_update

if TYPE_CHECKING:
    from reta.descent.losses import Loss
    from reta.descent.parameters import Parameters
    from reta.descent.update import Update
    from reta.types import FloatArray, IntArray, RealArray, Reduction

__all__ = ["blas_steps"]


def blas_steps(  # noqa: PLR0917 - as ``run_batches`` has them
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

    Notes
    -----
    One thread, whatever BLAS is allowed: several would share a sum out, and add its parts in another order.
    """
    losses = np.empty(len(starts) - 1)
    bounds = starts.tolist()
    with one_blas_thread(), np.errstate(all="ignore"):
        for b in range(len(losses)):
            rows = order[bounds[b] : bounds[b + 1]]
            weights = None if row_weights is None else row_weights[rows, None].astype(X.dtype)
            X_b, Y_b = X[rows], Y[rows]
            losses[b], slopes = _outputs(parameters, X_b, Y_b, loss, weights, reduction)
            _step(parameters, X_b, slopes, updates)
    return losses


def _outputs(  # noqa: PLR0917 - one batch, and how it is judged
    parameters: Parameters,
    X: RealArray,
    Y: RealArray,
    loss: Loss,
    weights: RealArray | None,
    reduction: Reduction,
) -> tuple[float, RealArray]:
    """Return the loss of a batch, and its derivative by every prediction."""
    residual = X @ parameters.weight.T
    if parameters.bias is not None:
        residual += parameters.bias
    residual -= Y
    losses, slopes = element_losses(loss, residual), element_slopes(loss, residual)
    if weights is not None:
        losses, slopes = losses * weights, slopes * weights
    if reduction == "sum":
        return float(losses.sum()), slopes
    if not residual.size:
        return np.nan, slopes
    return float(losses.mean()), slopes / residual.size


def _step(parameters: Parameters, X: RealArray, slopes: RealArray, updates: tuple[Update, Update]) -> None:
    of_weight, of_bias = updates
    parameters.weight_velocity = apply_update(of_weight, parameters.weight, parameters.weight_velocity, slopes.T @ X)
    if parameters.bias is not None:
        gradient = slopes.sum(axis=0)
        parameters.bias_velocity = apply_update(of_bias, parameters.bias, parameters.bias_velocity, gradient)
