"""What keeps a run from the optimum: a slow direction, momentum, the noise of batches, weight decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from reta.descent.batch_noise import BatchNoise
    from reta.descent.update import Update

__all__ = ["Obstacle", "obstacle_of"]

Obstacle: TypeAlias = Literal["direction", "momentum", "batches", "weight_decay"]

ENOUGH = (
    2.0  # times the epochs that full batches take: of batches whose noise is not known, what is left then is theirs
)


def obstacle_of(
    update: Update,
    noise: BatchNoise | None,
    *,
    gap: float,
    enough: float,
    decayed: float,
    epochs: int,
    needed: float,
    batches: int,
) -> Obstacle:
    """Return what keeps a run from converging.

    Parameters
    ----------
    update
        How the last step was made.
    noise
        Of the batches, where it is known.
    gap, enough
        How far above the best the loss is, in target², and how far counts as converged.
    decayed
        How far above the best weight decay keeps it for ever.
    epochs, needed
        Made, and after how many such a run has converged.
    batches
        Steps of an epoch.
    """
    if update.momentum >= 1.0:
        return "momentum"
    if decayed > enough:
        return "weight_decay"
    if batches == 1 or gap <= enough:
        return "direction"
    if noise is not None and (noise.quiet_lr <= update.lr or epochs >= needed):
        return "batches"
    return "batches" if epochs >= ENOUGH * needed else "direction"
