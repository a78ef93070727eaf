"""Descent over mini-batches: epoch after epoch, each in an order of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reta.descent.batches import run_batches
from reta.descent.divergence import diverged
from reta.descent.early_stopping import mean_loss
from reta.descent.history import COLUMNS
from reta.descent.losses import MSE
from reta.descent.shuffling import RowsInMemory, batch_starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reta.descent.early_stopping import Watch
    from reta.descent.history import History
    from reta.descent.losses import Loss
    from reta.descent.parameters import Parameters
    from reta.descent.schedule import Schedule
    from reta.descent.shuffling import Rows
    from reta.descent.surface import Surface
    from reta.descent.update import Update
    from reta.errors import NumericalError
    from reta.types import DescentRoad, FloatArray, IntArray

__all__ = ["MiniBatches", "RowSource", "State", "as_matrix"]

LOSS = COLUMNS.index("loss")
TOO_HIGH = 4.0  # times the loss of the start, or of zeros: beyond, a run of noisy steps is taken to diverge


class RowSource(Protocol):
    """Where the rows of an epoch come from."""

    def once(self) -> Iterator[Rows]:
        """Yield every row once, in the source's order."""

    def pieces(self, chance: np.random.Generator | None, batch_size: int) -> Iterator[tuple[Rows, IntArray]]:
        """Yield rows and the order in which to take them."""


@dataclass(slots=True, eq=False)
class State:
    """How far a run has come.

    Attributes
    ----------
    parameters
        With their velocities, as the descent sees them.
    epoch
        Epochs done.
    history
        What was recorded of them.
    """

    parameters: Parameters
    epoch: int
    history: History


@dataclass(frozen=True, slots=True, eq=False)
class MiniBatches:
    """A descent over mini-batches.

    Attributes
    ----------
    source
        Where rows come from.
    update
        How steps are made, but for the learning rate.
    schedule
        The learning rate of every epoch.
    safe_lr
        A learning rate to propose where that is too large.
    loss
        What a residual costs.
    batch_size
        Rows of a batch.
    seed
        Of the orders: that of an epoch follows from the seed and the epoch's number alone. None takes the rows as they
        come.
    surface
        Of the training rows; the mean squared error is judged by it, exactly.
    road
        Of ``run_batches``; the same for all epochs.
    """

    source: RowSource
    update: Update
    schedule: Schedule
    safe_lr: float
    loss: Loss
    batch_size: int
    seed: int | None
    surface: Surface
    road: DescentRoad

    def run(self, state: State, watch: Watch | None = None, after_epoch: Callable[[State], None] | None = None) -> None:
        """Go on from ``state``, in place, to the last epoch or until ``watch`` has seen enough.

        Raises
        ------
        NumericalError
            The loss is no longer finite, or four times that of the start or of zeros, whichever is larger.
        """
        if not state.history.rows:
            self._record(state, watch)
        highest = TOO_HIGH * max(_first_loss(state), self._loss_of_zeros(state))
        while state.epoch < self.schedule.epochs and not (watch is not None and watch.is_over(state.epoch)):
            mean = self._epoch(state)
            state.epoch += 1
            self._record(state, watch, mean)
            loss = state.history.last_loss
            if not loss <= highest:
                raise self._diverged(state, state.epoch, loss)
            if after_epoch is not None:
                after_epoch(state)

    def _epoch(self, state: State) -> float:
        """Make the steps of an epoch; return the mean of its batches' losses."""
        update = replace(self.update, lr=self.schedule.after(state.epoch))
        chance = None if self.seed is None else np.random.default_rng([self.seed, state.epoch])
        total, n = 0.0, 0
        for rows, order in self.source.pieces(chance, self.batch_size):
            starts = batch_starts(len(order), self.batch_size)
            losses = run_batches(
                state.parameters, rows.X, rows.Y, order, starts, update, self.loss, rows.weights, road=self.road
            )
            total, n = total + float(losses @ np.diff(starts)), n + len(order)
            if not np.isfinite(losses[-1]):
                raise self._diverged(state, state.epoch + 1, float(losses[-1]))
        return total / n

    def _record(self, state: State, watch: Watch | None, mean: float = np.nan) -> None:
        parameters = as_matrix(state.parameters)
        lr = self.schedule.of_last(state.epoch)
        held_back = np.nan if watch is None else watch.at(state.epoch, parameters)
        if self.loss == MSE:
            distances = self.surface.distances(parameters)
            gap = float(self.surface.gap(distances))
            norm = float(self.surface.gradient_norm(distances))
            loss = self.surface.best_loss + gap
        elif isinstance(self.source, RowsInMemory):
            loss, gap, norm = mean_loss(self.source.rows, parameters, self.loss), np.nan, np.nan
        else:
            loss, gap, norm = mean, np.nan, np.nan
        state.history.add(state.epoch, lr, loss, gap=gap, gradient_norm=norm, validation_loss=held_back)

    def _loss_of_zeros(self, state: State) -> float:
        """Return the loss of parameters that are all zero, 0 where it takes a reading: a decay may lead there."""
        zeros = np.zeros_like(as_matrix(state.parameters))
        if self.loss == MSE:
            return self.surface.loss(zeros)
        return mean_loss(self.source.rows, zeros, self.loss) if isinstance(self.source, RowsInMemory) else 0.0

    def _diverged(self, state: State, epoch: int, loss: float) -> NumericalError:
        surface = self.surface if self.loss == MSE else None
        step = replace(self.update, lr=self.schedule.of_last(epoch))
        return diverged(
            _first_loss(state),
            loss,
            epoch,
            step,
            surface=surface,
            safe=min(step.lr / 10.0, self.safe_lr),
            batch_size=self.batch_size,
        )


def _first_loss(state: State) -> float:
    """Return the first loss on record; that of the start, unless nobody could say it."""
    return next((row[LOSS] for row in state.history.rows if np.isfinite(row[LOSS])), np.inf)


def as_matrix(parameters: Parameters) -> FloatArray:
    """Return weights and bias side by side: (k, m)."""
    if parameters.bias is None:
        return np.array(parameters.weight, dtype=np.float64)
    return np.column_stack([parameters.weight, parameters.bias]).astype(np.float64)
