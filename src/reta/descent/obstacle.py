"""What keeps a run from the optimum: a slow direction, momentum, the noise of batches, weight decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from reta.descent.surface import Surface
    from reta.descent.update import Update

__all__ = ["Obstacle", "obstacle_of"]

Obstacle: TypeAlias = Literal["direction", "momentum", "batches", "weight_decay"]

ENOUGH = 2.0  # times the epochs that bring a distance to a hundredth: so much of the gap is no slow direction's
MOST = 0.5  # of the gap


def obstacle_of(
    surface: Surface, update: Update, gap: float, *, epochs: int, epochs_needed: float, batches: int
) -> Obstacle:
    """Return what most of the gap is due to.

    Parameters
    ----------
    surface, update
        Of the run.
    gap
        How far its loss is above the best, in target².
    epochs, epochs_needed
        Made, and needed to bring the slowest distance to a hundredth.
    batches
        Steps of an epoch.
    """
    if update.momentum >= 1.0:
        return "momentum"
    if update.weight_decay > 0.0 and float(surface.gap(surface.attractor(update.weight_decay))) > MOST * gap:
        return "weight_decay"
    return "batches" if batches > 1 and epochs >= ENOUGH * epochs_needed else "direction"
