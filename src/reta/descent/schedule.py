"""How the learning rate changes from epoch to epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from reta.errors import UsageError
from reta.types import ScheduleName

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Schedule", "require_schedule"]

LAST_SHARE = 0.01
STEPS = 3
SHARES: dict[ScheduleName, Callable[[float], float]] = {
    "constant": lambda _: 1.0,
    "cosine": lambda t: 0.5 * (1.0 + math.cos(math.pi * t)),
    "exponential": lambda t: LAST_SHARE**t,
    "inverse": lambda t: 1.0 / (1.0 + 9.0 * t),
    "step": lambda t: 0.1 ** math.floor(STEPS * t),
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """The learning rate of every epoch.

    Attributes
    ----------
    name
        ``"constant"``; ``"cosine"``: half a wave from ``lr`` towards 0; ``"exponential"``: down to a hundredth;
        ``"inverse"``: ``lr / (1 + 9 t)``, down to a tenth; ``"step"``: a tenth after every third of the epochs.
    lr
        Of the first epoch.
    epochs
        How many there will be.

    Examples
    --------
    >>> [round(Schedule("step", 1.0, 6).after(done), 2) for done in range(6)]
    [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
    """

    name: ScheduleName
    lr: float
    epochs: int

    def after(self, done: int) -> float:
        """Return the learning rate of the epoch that follows so many."""
        return self.lr * SHARES[self.name](done / max(self.epochs, 1))

    def of_last(self, done: int) -> float:
        """Return the learning rate of the last of so many epochs; of the first where there were none."""
        return self.after(max(done - 1, 0))

    def mean(self, done: int) -> float:
        """Return the mean learning rate of so many epochs."""
        if self.name == "constant" or not done:
            return self.lr
        return math.fsum(map(self.after, range(done))) / done


def require_schedule(name: str) -> ScheduleName:
    """Return the name; UsageError where there is no such schedule."""
    if name not in get_args(ScheduleName):
        raise UsageError(f"schedule={name!r}: choose among {', '.join(get_args(ScheduleName))}")
    return name  # type: ignore[return-value]  # just looked up
