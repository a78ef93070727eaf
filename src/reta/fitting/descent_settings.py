"""How to descend: the options of a run, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.allowed import is_whole
from reta.descent import MSE
from reta.descent.schedule import Schedule, require_schedule
from reta.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from reta.descent import Loss, Update
    from reta.descent.automatic_lr import AutomaticLr
    from reta.types import ScheduleName

__all__ = ["Settings", "checked_update"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How to descend; the parameters of ``reta.descend``, which explains them."""

    epochs: int
    batch_size: int | None
    shuffle: bool
    seed: int
    lr: float | str
    update: Update
    schedule: ScheduleName | None
    loss: Loss
    standardize: bool
    validation: float
    patience: int
    buffer_rows: int
    checkpoint: Path | None
    resume: bool

    def __post_init__(self) -> None:
        _require_whole("epochs", self.epochs, 0)
        for name, value in (("shuffle", self.shuffle), ("standardize", self.standardize)):
            if not isinstance(value, (bool, np.bool_)):
                raise UsageError(f"{name}={value!r}: True or False is meant")
        if self.batch_size is not None:
            _require_whole("batch_size", self.batch_size, 1)
        _require_whole("seed", self.seed, 0)
        _require_whole("patience", self.patience, 1)
        _require_whole("buffer_rows", self.buffer_rows, 1)
        if not (_is_number(self.validation) and 0.0 <= self.validation < 1.0):
            raise UsageError(f"validation={self.validation!r}: a share of the rows is meant, from 0 to under 1")
        if self.schedule is not None:
            require_schedule(self.schedule)
        if self.resume and self.checkpoint is None:
            raise UsageError("resume goes on from a checkpoint: say which file")
        checked_update(self.update, self.lr)

    def schedule_from(self, automatic: AutomaticLr) -> Schedule:
        """Return the learning rate of every epoch: as asked for, or one that suits the rows and the loss."""
        if self.lr != "auto":
            return Schedule(self.schedule or "constant", float(self.lr), self.epochs)
        name = self.schedule or ("cosine" if automatic.falls else "constant")
        return Schedule(name, automatic.under(name), self.epochs)

    def told(self) -> dict[str, object]:
        """Return what shapes the run, by the names of ``reta.descend``."""
        return {
            "method": "gradient descent",
            "lr": self.lr,
            "epochs": self.epochs,
            "batch_size": self.batch_size,
            "shuffle": None if self.shuffle else False,
            "seed": self.seed if self.batch_size or self.validation else None,
            "momentum": self.update.momentum or None,
            "nesterov": self.update.nesterov or None,
            "weight_decay": self.update.weight_decay or None,
            "schedule": self.schedule,
            "loss": self._loss_told(),
            "standardize": self.standardize,
            "validation": self.validation or None,
        }

    def _loss_told(self) -> str | None:
        if self.loss == MSE:
            return None
        return f"{self.loss.name} {float(self.loss.parameter)!r}" if self.loss.parameter else self.loss.name


def checked_update(update: Update, lr: float | str) -> Update:
    """Return the update with its learning rate, 0 for ``"auto"``; UsageError where a number makes no sense."""
    if isinstance(lr, str):
        if lr != "auto":
            raise UsageError(f"lr={lr!r}: a number above 0 is meant, or 'auto'")
    elif not (_is_number(lr) and lr > 0.0):
        raise UsageError(f"lr={lr}: a number above 0 is meant, or 'auto'")
    for name in ("momentum", "dampening", "weight_decay"):
        value = getattr(update, name)
        if not (_is_number(value) and value >= 0.0):
            raise UsageError(f"{name}={value!r}: a number from 0 is meant")
    if update.nesterov and not update.momentum > 0.0:
        raise UsageError("nesterov looks ahead along the momentum: give a momentum above 0, such as 0.9")
    if update.nesterov and update.dampening:
        raise UsageError(
            f"dampening={update.dampening:g}: nesterov takes none, as in torch.optim.SGD; leave one of them out"
        )
    return replace(update, lr=0.0 if isinstance(lr, str) else float(lr))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and math.isfinite(value)


def _require_whole(name: str, value: object, least: int) -> None:
    if not is_whole(value, least):
        raise UsageError(f"{name}={value!r}: a whole number from {least} is meant")
