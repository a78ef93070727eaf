"""The course of a descent: which rows, which road, which learning rate, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.descent import MSE, Parameters, certify
from reta.descent.automatic_lr import automatic_lr
from reta.descent.batches import road_for
from reta.descent.checkpoint import read_checkpoint
from reta.descent.early_stopping import Watch
from reta.descent.full_batch import descend_full_batch, descend_on_schedule
from reta.descent.history import History
from reta.descent.least_loss import bound_least_loss
from reta.descent.mini_batch import MiniBatches, State, as_matrix
from reta.descent.row_moments import row_moments
from reta.descent.second_moments import SecondMoments, draws_of
from reta.descent.shuffling import RowsInMemory, RowsInStream, batch_starts, together
from reta.descent.surface import surface_of
from reta.double_double import DoubleDouble
from reta.errors import UsageError
from reta.fitting.descent_checkpoint import Saver, run_identity
from reta.fitting.descent_notes import rows_at_once, undetermined
from reta.fitting.descent_settings import checked_update
from reta.fitting.training_rows import TrainingRows
from reta.model import fingerprint
from reta.screens.numerals import rounded_down
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reta.descent import Certificate, Point, Update
    from reta.descent.least_loss import LeastLoss
    from reta.descent.mini_batch import RowSource
    from reta.descent.schedule import Schedule
    from reta.descent.shuffling import Rows
    from reta.descent.surface import Surface
    from reta.design import Design
    from reta.fitting.collect import Collected
    from reta.fitting.descent_settings import Settings
    from reta.moment import Moments
    from reta.types import FloatArray, MissingPolicy

__all__ = ["DescentRun", "Outcome"]

MOST_READINGS, FEW_READINGS = 200, 10  # to bound the least loss


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Where a run ended.

    Attributes
    ----------
    initial
        Weights and biases at the start, in the data's units.
    moved
        Shape (k, m): how far from there the parameters have come, as the descent sees them.
    surface, moments
        Of the training rows.
    update
        How the last step was made.
    mean_lr
        Of all steps.
    batches
        What the noise of the batches depends on; ``None`` for full batches, and for rows in a fixed order.
    least_loss
        How near the run came to the least loss, where that is not mse.
    """

    initial: Point
    moved: DoubleDouble
    surface: Surface
    moments: Moments
    update: Update
    mean_lr: float
    history: History
    epochs: int
    steps_per_epoch: int
    passes: int
    notes: tuple[Note, ...]
    stopped_early: bool
    batches: SecondMoments | None
    least_loss: LeastLoss | None

    def weight_and_bias(self) -> tuple[DoubleDouble, DoubleDouble]:
        """Return weights (k, p) and biases (k,) at the end, in the data's units."""
        weight, bias = self.surface.coordinates.outside_pair(self.moved)
        return weight + self.initial.weight, bias + self.initial.bias

    def distances(self) -> FloatArray:
        """Return how far they are from the optimum along each axis of the surface, (k, m)."""
        return self.surface.distances(self._start() + self.moved)

    def _start(self) -> DoubleDouble:
        return self.surface.coordinates.inside_pair(*self.initial)

    def certificate(self) -> Certificate | None:
        """Return the certificate of a run on the mean squared error."""
        if self.least_loss is not None:
            return None
        return certify(
            self.surface,
            self.update,
            parameters=(self._start() + self.moved).rounded(),
            start=self._start().rounded(),
            epochs=self.epochs,
            steps_per_epoch=self.steps_per_epoch,
            mean_lr=self.mean_lr,
            moments=self.batches,
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
        self.moments = collected.moments.select(features=design.names)
        self._notes: list[Note] = []
        self._passes = 0
        self._rows: TrainingRows | None = None
        if collected.table is not None:
            table = collected.table
            self._rows = TrainingRows(
                table, design, self.moments.targets, weights, missing, settings.validation, settings.seed
            )

    @one_blas_thread()
    def run(self, initial: Point, on_epoch: Callable[[int, float], None] | None) -> Outcome:
        """Descend from weights (k, p) and biases (k,) in the data's units."""
        settings = self.settings
        by_moments = settings.loss == MSE and settings.batch_size is None and not settings.validation
        if not by_moments:
            self._require_rows()
        moments = self.moments
        if settings.validation and self._rows is not None:
            moments = self._rows.moments(moments.features)
            self._passes += 1
        exact = None if settings.validation else self._collected.solution
        surface = surface_of(moments, bias=self.fit_intercept, standardize=settings.standardize, exact=exact)
        self._notes.extend(undetermined(surface.exact))
        batch = min(settings.batch_size or moments.n_samples, moments.n_samples)
        steps = -(-moments.n_samples // batch)
        automatic = automatic_lr(
            surface, moments, settings.loss, settings.update, batch_size=batch, steps=steps * settings.epochs
        )
        schedule = settings.schedule_from(automatic)
        update = self._update(surface, schedule)
        stopped, batches, least = False, None, None
        if by_moments:
            moved, history = self._closed_form(surface, update, schedule, initial, on_epoch)
            epochs = settings.epochs
        else:
            start = surface.coordinates.inside(*initial)
            course = _Course(surface, moments, update, schedule, automatic.safe, start, batch)
            source = self._source(course)
            parameters, history, epochs, stopped = self._by_batches(course, source, on_epoch)
            moved = DoubleDouble.of(parameters) - start
            batches = self._second_moments(course, source)
            least = self._least_loss(source, parameters, course, epochs)
        last = replace(update, lr=schedule.of_last(epochs))
        return Outcome(
            initial,
            moved,
            surface,
            moments,
            last,
            schedule.mean(epochs),
            history,
            epochs,
            steps,
            self._passes,
            tuple(self._notes),
            stopped,
            batches,
            least,
        )

    def _update(self, surface: Surface, schedule: Schedule) -> Update:
        settings = self.settings
        if settings.lr == "auto":
            seen = "features standardised, " if surface.coordinates.standardized else ""
            self._notes.append(
                Note(
                    "assumed",
                    f"{seen}learning rate {rounded_down(schedule.lr):.3g} ({schedule.name}), chosen from the moments",
                )
            )
        return replace(checked_update(settings.update, settings.lr), lr=schedule.lr)

    def _closed_form(
        self,
        surface: Surface,
        update: Update,
        schedule: Schedule,
        initial: Point,
        on_epoch: Callable[[int, float], None] | None,
    ) -> tuple[DoubleDouble, History]:
        if self.settings.checkpoint is not None:
            self._notes.append(Note("assumed", "full batches on mse take no time: there is no checkpoint to write"))
        if schedule.name == "constant":
            return descend_full_batch(surface, update, initial, schedule.epochs)
        return descend_on_schedule(surface, update, initial, schedule, on_epoch)

    def _by_batches(
        self, course: _Course, source: RowSource, on_epoch: Callable[[int, float], None] | None
    ) -> tuple[FloatArray, History, int, bool]:
        """Return parameters, history, epochs that count, and whether the run was stopped early."""
        settings, moments = self.settings, course.moments
        watch = self._watch(course)
        n_batches = -(-moments.n_samples // course.batch)
        descent = MiniBatches(
            source=source,
            update=course.update,
            schedule=course.schedule,
            safe_lr=course.safe_lr,
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
        identity = run_identity(
            fingerprint(self._collected.moments),
            settings,
            course.schedule,
            course.start,
            fit_intercept=self.fit_intercept,
        )
        state = self._begin(course.start, watch, identity)
        saver = Saver(settings.checkpoint, watch, identity, on_epoch)
        descent.run(state, watch, saver.after_epoch)
        saver.save(state)
        if watch is None:
            return as_matrix(state.parameters), state.history, state.epoch, False
        return watch.best, state.history, watch.best_epoch, state.epoch < settings.epochs

    def _second_moments(self, course: _Course, source: RowSource) -> SecondMoments | None:
        """Read the rows once more, for the noise of batches drawn by chance."""
        n = course.moments.n_samples
        if self.settings.loss != MSE or not self.settings.shuffle or course.batch >= n:
            return None
        found = row_moments(source.once(), course.surface, course.update.weight_decay, course.start)
        sizes = np.diff(batch_starts(n, course.batch)).tolist()
        return None if found is None else SecondMoments(found, course.update, draws_of(n, sizes))

    def _least_loss(self, source: RowSource, parameters: FloatArray, course: _Course, epochs: int) -> LeastLoss | None:
        """Return how near the run came; of a stream in no more readings than the run itself took, and a few."""
        if self.settings.loss == MSE:
            return None
        most = MOST_READINGS if isinstance(source, RowsInMemory) else FEW_READINGS + epochs
        return bound_least_loss(
            source.once, parameters, self.settings.loss, course.surface, course.moments, most_readings=most
        )

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
        self._notes.extend(rows_at_once(course.batch, self.settings.buffer_rows))
        return RowsInStream(read, self.settings.buffer_rows)

    def _begin(self, start: FloatArray, watch: Watch | None, identity: str) -> State:
        path = self.settings.checkpoint
        if self.settings.resume and path is not None and path.exists():
            state = read_checkpoint(path, watch, identity)
            if state.epoch > self.settings.epochs:
                raise UsageError(
                    f"{path} has {state.epoch} epochs behind it, more than epochs={self.settings.epochs}: ask for "
                    "more, or begin without --resume"
                )
            self._notes.append(Note("assumed", f"went on after epoch {state.epoch}, from {path}"))
            return state
        if self.settings.resume:
            self._notes.append(Note("assumed", f"{path} does not exist yet: the run began at the start"))
        p = self.moments.n_features
        bias = start[:, p].copy() if self.fit_intercept else None
        weight = np.array(start[:, :p], order="C")  # a copy: steps are taken in place
        return State(Parameters(weight, bias), 0, History())

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
    schedule: Schedule
    safe_lr: float
    start: FloatArray
    batch: int

    @property
    def mean_weight(self) -> float:
        return self.moments.weight_sum / self.moments.n_samples
