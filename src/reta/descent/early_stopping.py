"""Rows kept aside, and when to stop because they are no longer predicted better."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.losses import element_losses

if TYPE_CHECKING:
    from reta.descent.losses import Loss
    from reta.descent.shuffling import Rows
    from reta.types import FloatArray

__all__ = ["Watch", "mean_loss"]


@dataclass(slots=True, eq=False)
class Watch:
    """Judges the parameters of every epoch by rows that the descent does not see.

    Attributes
    ----------
    rows
        Those rows, as the descent would see them.
    loss
        What a residual costs.
    patience
        Epochs without a new best before the run stops.
    best_loss, best_epoch, best
        The least loss so far, when it was, and the parameters (k, m) it belongs to.
    """

    rows: Rows
    loss: Loss
    patience: int
    best_loss: float = np.inf
    best_epoch: int = 0
    best: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    def at(self, epoch: int, parameters: FloatArray) -> float:
        """Return the loss of parameters (k, m), and remember them where there were none better."""
        loss = mean_loss(self.rows, parameters, self.loss)
        if loss < self.best_loss or not self.best.size:
            self.best_loss, self.best_epoch, self.best = loss, epoch, parameters.copy()
        return loss

    def is_over(self, epoch: int) -> bool:
        """Whether patience has run out."""
        return epoch - self.best_epoch >= self.patience


def mean_loss(rows: Rows, parameters: FloatArray, loss: Loss) -> float:
    """Return the weighted mean loss of parameters (k, m) over all elements; m is p, or p + 1 with a bias."""
    p = rows.X.shape[1]
    bias = parameters[:, p] if parameters.shape[1] > p else 0.0
    with np.errstate(all="ignore"):
        losses = element_losses(loss, rows.X @ parameters[:, :p].T + bias - rows.Y)
    if rows.weights is None:
        return float(losses.mean())
    return float(rows.weights @ losses.mean(axis=1) / rows.weights.sum())
