"""The course of a descent: which rows, which road, which learning rate, and what comes of it."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.descent import MSE, Parameters, certify, surface_of
from reta.descent.automatic_lr import automatic_lr
from reta.descent.batches import road_for
from reta.descent.checkpoint import read_checkpoint, write_checkpoint
from reta.descent.early_stopping import Watch
from reta.descent.full_batch import descend_full_batch, descend_on_schedule
from reta.descent.history import History
from reta.descent.mini_batch import MiniBatches, State, as_matrix
from reta.descent.schedule import learning_rates
from reta.descent.shuffling import RowsInMemory, RowsInStream, together
from reta.errors import UsageError
from reta.fitting.descent_settings import checked_update
from reta.fitting.training_rows import TrainingRows
from reta.model import fingerprint
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reta.descent import Certificate, Surface, Update
    from reta.descent.mini_batch import RowSource
    from reta.descent.shuffling import Rows
    from reta.design import Design
    from reta.fitting.collect import Collected
    from reta.fitting.descent_settings import Settings
    from reta.moment import Moments
    from reta.types import FloatArray, MissingPolicy

__all__ = ["DescentRun", "Outcome"]

SAVE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Where a run ended.

    Attributes
    ----------
    parameters, start
        Shape (k, m), as the descent sees them.
    surface, moments
        Of the training rows.
    update
        How the last step was made.
    """

    parameters: FloatArray
    start: FloatArray
    surface: Surface
    moments: Moments
    update: Update
    history: History
    epochs: int
    steps_per_epoch: int
    passes: int
    notes: tuple[Note, ...]
    stopped_early: bool
    is_mse: bool

    def certificate(self) -> Certificate | None:
        """Return the certificate of a run on the mean squared error."""
        if not self.is_mse:
            return None
        return certify(
            self.surface,
            self.update,
            parameters=self.parameters,
            start=self.start,
            epochs=self.epochs,
            steps_per_epoch=self.steps_per_epoch,
        )


class DescentRun:
    """One descent on collected data."""

    def __init__(
        self,
        collected: Collected,
        design: Design,
        weights: str | None,
        missing: MissingPolicy,
        settings: Settings,
        *,
        fit_intercept: bool,
    ) -> None:
        self.settings = settings
        self.fit_intercept = fit_intercept
        self._collected = collected
        self._moments = collected.moments.select(features=design.names)
        self._notes: list[Note] = []
        self._passes = 0
        self._rows: TrainingRows | None = None
        if collected.table is not None:
            table = collected.table
            self._rows = TrainingRows(
                table, design, self._moments.targets, weights, missing, settings.validation, settings.seed
            )

    def run(self, initial: tuple[FloatArray, FloatArray], on_epoch: Callable[[int, float], None] | None) -> Outcome:
        """Descend from weights (k, p) and biases (k,) in the data's units."""
        settings = self.settings
        by_moments = settings.loss == MSE and settings.batch_size is None and not settings.validation
        if not by_moments:
            self._require_rows()
        moments = self._moments
        if settings.validation and self._rows is not None:
            moments = self._rows.moments(moments.features)
            self._passes += 1
        exact = None if settings.validation else self._collected.solution
        surface = surface_of(moments, bias=self.fit_intercept, standardize=settings.standardize, exact=exact)
        start = surface.coordinates.inside(*initial)
        batch = min(settings.batch_size or moments.n_samples, moments.n_samples)
        steps = -(-moments.n_samples // batch)
        update = self._update(surface, moments, 0 if batch == moments.n_samples else batch, steps)
        in_one_go = by_moments and settings.resolved_schedule == "constant"
        rates = np.empty(0) if in_one_go else learning_rates(settings.resolved_schedule, update.lr, settings.epochs)
        stopped = False
        if by_moments:
            if in_one_go:
                parameters, history = descend_full_batch(surface, update, start, settings.epochs)
            else:
                parameters, history = descend_on_schedule(surface, update, start, rates)
            epochs = settings.epochs
        else:
            course = _Course(surface, moments, update, rates, start, batch)
            parameters, history, epochs, stopped = self._by_batches(course, on_epoch)
        last = replace(update, lr=float(rates[max(epochs - 1, 0)])) if len(rates) else update
        return Outcome(
            parameters,
            start,
            surface,
            moments,
            last,
            history,
            epochs,
            steps,
            self._passes,
            tuple(self._notes),
            stopped,
            settings.loss == MSE,
        )

    def _update(self, surface: Surface, moments: Moments, batch: int, steps: int) -> Update:
        settings = self.settings
        update = checked_update(settings.update, settings.lr)
        if settings.lr != "auto":
            return update
        lr = automatic_lr(
            surface, moments, settings.loss, batch_size=batch, steps=steps * settings.epochs, nesterov=update.nesterov
        )
        seen = "features standardised, " if surface.coordinates.standardized else ""
        self._notes.append(
            Note("assumed", f"{seen}learning rate {lr:.3g} ({settings.resolved_schedule}), chosen from the moments")
        )
        return replace(update, lr=lr * (1.0 - update.momentum) if batch else lr)

    def _by_batches(
        self, course: _Course, on_epoch: Callable[[int, float], None] | None
    ) -> tuple[FloatArray, History, int, bool]:
        """Return parameters, history, epochs that count, and whether the run was stopped early."""
        settings, moments = self.settings, course.moments
        watch = self._watch(course)
        n_batches = -(-moments.n_samples // course.batch)
        descent = MiniBatches(
            source=self._source(course),
            update=course.update,
            rates=course.rates,
            loss=settings.loss,
            batch_size=course.batch,
            seed=settings.seed if settings.shuffle else None,
            surface=course.surface,
            road=road_for(
                n_batches * settings.epochs,
                moments.n_samples * settings.epochs,
                moments.n_features,
                moments.n_targets,
            ),
        )
        state = self._begin(course.start, watch)
        saver = _Saver(settings.checkpoint, watch, self._identity(), on_epoch)
        descent.run(state, watch, saver.after_epoch)
        saver.save(state)
        if watch is None:
            return as_matrix(state.parameters), state.history, state.epoch, False
        return watch.best, state.history, watch.best_epoch, state.epoch < settings.epochs

    def _watch(self, course: _Course) -> Watch | None:
        settings = self.settings
        if not settings.validation:
            return None
        self._passes += 1
        aside = self._require_rows().kept_aside(course.surface.coordinates, course.mean_weight, settings.buffer_rows)
        return Watch(aside, settings.loss, settings.patience)

    def _source(self, course: _Course) -> RowSource:
        rows = self._require_rows()

        def read() -> Iterator[Rows]:
            self._passes += 1
            return rows.read(course.surface.coordinates, course.mean_weight)

        if course.moments.n_samples <= self.settings.buffer_rows:
            return RowsInMemory(together(list(read())))
        if not rows.table.rereadable:
            raise UsageError(
                f"{rows.table.description} can be read once only: save it to a file first, or raise buffer_rows"
            )
        return RowsInStream(read, self.settings.buffer_rows)

    def _begin(self, start: FloatArray, watch: Watch | None) -> State:
        path = self.settings.checkpoint
        if self.settings.resume and path is not None and path.exists():
            state = read_checkpoint(path, watch, self._identity())
            self._notes.append(Note("assumed", f"went on after epoch {state.epoch}, from {path}"))
            return state
        if self.settings.resume:
            self._notes.append(Note("assumed", f"{path} does not exist yet: the run began at the start"))
        p = self._moments.n_features
        bias = start[:, p].copy() if self.fit_intercept else None
        return State(Parameters(np.ascontiguousarray(start[:, :p]), bias), 0, History())

    def _identity(self) -> str:
        """Return a digest of the data and of the settings that shape the run."""
        told = {**self.settings.told(), "patience": self.settings.patience, "buffer_rows": self.settings.buffer_rows}
        if self.settings.resolved_schedule == "constant":
            del told["epochs"]
        content = json.dumps(
            [fingerprint(self._collected.moments), self.fit_intercept, told], sort_keys=True, default=str
        )
        return hashlib.sha256(content.encode()).hexdigest()

    def _require_rows(self) -> TrainingRows:
        if self._rows is None:
            raise UsageError("moments hold no rows: mini-batches, validation and losses other than mse need the data")
        return self._rows


@dataclass(frozen=True, slots=True, eq=False)
class _Course:
    """What a run over batches goes by."""

    surface: Surface
    moments: Moments
    update: Update
    rates: FloatArray
    start: FloatArray
    batch: int

    @property
    def mean_weight(self) -> float:
        return self.moments.weight_sum / self.moments.n_samples


class _Saver:
    """Writes the checkpoint about once a second, and hands the loss on."""

    def __init__(
        self, path: Path | None, watch: Watch | None, run: str, on_epoch: Callable[[int, float], None] | None
    ) -> None:
        self._path, self._watch, self._run, self._on_epoch = path, watch, run, on_epoch
        self._saved_at = time.monotonic()

    def after_epoch(self, state: State) -> None:
        if self._on_epoch is not None:
            self._on_epoch(state.epoch, state.history.rows[-1][2])
        if time.monotonic() - self._saved_at >= SAVE_EVERY_S:
            self.save(state)

    def save(self, state: State) -> None:
        if self._path is not None:
            write_checkpoint(self._path, state, self._watch, self._run)
            self._saved_at = time.monotonic()
