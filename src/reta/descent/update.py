"""From a gradient to a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reta.types import RealArray

__all__ = ["Update", "apply_update"]


@dataclass(frozen=True, slots=True)
class Update:
    """How a step follows from a gradient; the same as ``torch.optim.SGD``.

    With g the gradient (−g to maximise), θ the parameter, v the velocity and v = g in the first step::

        g ← g + weight_decay·θ
        v ← momentum·v + (1 − dampening)·g
        θ ← θ − lr·v                        nesterov: θ ← θ − lr·(g + momentum·v)

    Without momentum there is no velocity, and θ ← θ − lr·g. The step applies to weights and bias alike.

    Parameters
    ----------
    lr
        Learning rate η.
    momentum
        Share of the velocity that a step keeps.
    dampening
        Share of the gradient that does not enter the velocity, the first step apart.
    weight_decay
        Pull towards zero: adds weight_decay/2·‖θ‖² to the objective.
    nesterov
        Look one step of the velocity ahead. Nothing without momentum.
    maximize
        Climb instead.

    References
    ----------
    Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", 2013.

    Examples
    --------
    >>> Update(lr=1e-5, momentum=0.9, nesterov=True)
    Update(lr=1e-05, momentum=0.9, dampening=0.0, weight_decay=0.0, nesterov=True, maximize=False)
    """

    lr: float
    momentum: float = 0.0
    dampening: float = 0.0
    weight_decay: float = 0.0
    nesterov: bool = False
    maximize: bool = False


def apply_update(
    update: Update, parameter: RealArray, velocity: RealArray | None, gradient: RealArray
) -> RealArray | None:
    """Change ``parameter`` and ``velocity`` in place by one step; return the velocity, new after the first step.

    Parameters
    ----------
    parameter, gradient
        Of one shape and dtype.
    velocity
        The same, or None before the first step.
    """
    direction = -gradient if update.maximize else gradient
    if update.weight_decay != 0:
        direction = direction + update.weight_decay * parameter
    if update.momentum != 0:
        if velocity is None:
            velocity = direction.copy()
        else:
            velocity *= update.momentum
            velocity += (1 - update.dampening) * direction
        direction = direction + update.momentum * velocity if update.nesterov else velocity
    parameter -= update.lr * direction
    return velocity
