"""A descent that goes up: seen at once, and said with the numbers that explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.descent.powers import best_lr, largest_stable_lr
from reta.errors import NumericalError
from reta.screens.numerals import rounded_down

if TYPE_CHECKING:
    from reta.descent.surface import Surface
    from reta.descent.update import Update

__all__ = ["diverged"]


def diverged(
    before: float,
    after: float,
    epoch: int,
    update: Update,
    *,
    surface: Surface | None = None,
    safe: float = 0.0,
    batch_size: int = 0,
) -> NumericalError:
    """Return the error of a loss that rises.

    Parameters
    ----------
    before, after
        The loss that it rises from, and to.
    epoch
        In which it did.
    update
        How steps are made.
    surface
        Of the mean squared error over the rows; None for other losses.
    safe
        The learning rate to propose, over batches.
    batch_size
        Rows of a batch; 0 for all of them.
    """
    rises = f"the loss rises from {before:.6g} to {after:.6g} in epoch {epoch}: lr={update.lr:.3g} is too large"
    if surface is None:
        return NumericalError(f"{rises}. Try lr={rounded_down(safe, 2):.2g}, or standardise the features")
    pull = np.where(surface.curvature > 0.0, surface.curvature + update.weight_decay, 0.0)
    stable, best = largest_stable_lr(pull, update), best_lr(pull, nesterov=update.nesterov)
    if stable == 0.0:
        return NumericalError(
            f"the loss rises from {before:.6g} to {after:.6g} in epoch {epoch}: with momentum={update.momentum:g} no "
            "learning rate comes to rest. Try a momentum under 1, such as 0.9"
        )
    standardise = "" if surface.coordinates.standardized else ", or standardise the features"
    if batch_size:
        return NumericalError(
            f"{rises} for batches of {batch_size} rows; all rows at once are stable under {rounded_down(stable):.3g}. "
            f"Try lr={rounded_down(safe, 2):.2g}{standardise}"
        )
    return NumericalError(
        f"{rises}; these rows are stable under {rounded_down(stable):.3g}. Try "
        f"lr={rounded_down(best, 2):.2g}{standardise}"
    )
