"""Full-batch descent on the mean squared error: the record of a run that never reads a row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.divergence import diverged
from reta.descent.history import ALL_UP_TO, History, epochs_to_record
from reta.descent.powers import log_rate
from reta.descent.trajectory import Trajectory
from reta.descent.update import apply_update
from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.descent.schedule import Schedule
    from reta.descent.surface import Surface
    from reta.descent.trajectory import Point
    from reta.descent.update import Update
    from reta.types import FloatArray

__all__ = ["descend_full_batch", "descend_on_schedule"]

GROWS = 1e-12  # logarithm of a rate: less is rounding, and would take longer than anyone waits


def descend_full_batch(surface: Surface, update: Update, initial: Point, epochs: int) -> tuple[DoubleDouble, History]:
    """Return how far the parameters (k, m) have come after so many epochs, and the history, in closed form.

    Parameters
    ----------
    surface, update
        What is descended, and how steps are made.
    initial
        Weights and biases at the start, in the data's units.
    epochs
        How many steps.

    Raises
    ------
    NumericalError
        The descent diverges, and its loss rises within these epochs.
    """
    path = Trajectory(surface, update, initial)
    listed = epochs_to_record(epochs)
    distances = path.distances(listed)
    gaps, norms = surface.gap(distances), surface.gradient_norm(distances)
    if _diverges(surface, update, path.distances(0)):
        _require_no_rise(surface, update, path, epochs)
    history = History.of_columns(
        epoch=listed, lr=update.lr, loss=surface.best_loss + gaps, gap=gaps, gradient_norm=norms
    )
    return path.moved(epochs), history


def _diverges(surface: Surface, update: Update, distances: FloatArray) -> bool:
    """Return whether the distance along any axis that the start lies away from, (k, m), grows for ever."""
    away = (distances != 0.0).any(axis=0) | (update.weight_decay > 0.0)
    rates = log_rate(surface.curvature_pair + update.weight_decay, update)
    return bool((rates[(surface.curvature > 0.0) & away] > GROWS).any())


def _require_no_rise(surface: Surface, update: Update, path: Trajectory, epochs: int) -> None:
    first = np.arange(min(epochs, 10_000) + 1.0)
    loss = path.loss(first)
    rises = np.flatnonzero(~(loss[1:] <= loss[:-1]))
    if len(rises):
        at = int(rises[0])
        raise diverged(float(loss[at]), float(loss[at + 1]), at + 1, update, surface=surface)
    last = float(path.loss(epochs))
    if not last <= loss[0]:
        raise diverged(float(loss[0]), last, epochs, update, surface=surface)


def descend_on_schedule(
    surface: Surface,
    update: Update,
    initial: Point,
    schedule: Schedule,
    on_epoch: Callable[[int, float], None] | None = None,
) -> tuple[DoubleDouble, History]:
    """Return the same for a learning rate of its own in every epoch: O(mk) each.

    ``on_epoch`` is called at those epochs of a long run that are on record.

    Raises
    ------
    NumericalError
        The loss rises in an epoch whose learning rate is too large.
    """
    curvature, decay = surface.curvature, update.weight_decay
    origin = surface.along(surface.coordinates.inside_pair(*initial))
    way = surface.optimum_along - origin
    both = np.stack([-way.rounded(), np.zeros(way.shape)])  # distances from the optimum, and from the start
    distances, moved = both
    velocity = None
    history, listed = History(), set(epochs_to_record(schedule.epochs).tolist())
    gap = float(surface.gap(distances))
    before = surface.best_loss + gap
    history.add(0, schedule.lr, before, gap=gap, gradient_norm=float(surface.gradient_norm(distances)))
    for epoch in range(1, schedule.epochs + 1):
        lr = schedule.of_last(epoch)
        step = replace(update, lr=lr)
        gradient = curvature * distances + decay * (origin.high + moved)
        velocity = apply_update(replace(step, weight_decay=0.0), both, velocity, gradient)
        gap = float(surface.gap(distances))
        loss = surface.best_loss + gap
        if epoch in listed:
            history.add(epoch, lr, loss, gap=gap, gradient_norm=float(surface.gradient_norm(distances)))
            if on_epoch is not None and schedule.epochs > ALL_UP_TO:
                on_epoch(epoch, loss)
        if not loss <= before and _diverges(surface, step, -way.rounded()):
            raise diverged(before, loss, epoch, step, surface=surface)
        before = loss
    nearer = np.abs(distances) < np.abs(moved)
    return surface.across(DoubleDouble.where(nearer, way + distances, DoubleDouble.of(moved))), history
