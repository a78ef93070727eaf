"""How the learning rate changes from epoch to epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

from reta.errors import UsageError
from reta.types import ScheduleName

if TYPE_CHECKING:
    from reta.types import FloatArray

import numpy as np

__all__ = ["learning_rates", "require_schedule"]

LAST_SHARE = 0.01
STEPS = 3


def require_schedule(name: str) -> ScheduleName:
    """Return the name; UsageError where there is no such schedule."""
    if name not in get_args(ScheduleName):
        raise UsageError(f"schedule={name!r}: choose among {', '.join(get_args(ScheduleName))}")
    return name  # type: ignore[return-value]  # just looked up


def learning_rates(name: ScheduleName, lr: float, epochs: int) -> FloatArray:
    """Return the learning rate of every epoch, shape (epochs,).

    Parameters
    ----------
    name
        ``"constant"``; ``"cosine"``: half a wave from ``lr`` towards 0; ``"exponential"``: down to a hundredth;
        ``"inverse"``: ``lr / (1 + 9 t)``, down to a tenth; ``"step"``: a tenth after every third of the epochs.
    lr
        Of the first epoch.
    epochs
        How many there will be.
    """
    t = np.arange(epochs) / max(epochs, 1)
    shares = {
        "constant": np.ones(epochs),
        "cosine": 0.5 * (1.0 + np.cos(math.pi * t)),
        "exponential": LAST_SHARE**t,
        "inverse": 1.0 / (1.0 + 9.0 * t),
        "step": 0.1 ** np.floor(STEPS * t),
    }
    return np.asarray(lr * shares[name])
