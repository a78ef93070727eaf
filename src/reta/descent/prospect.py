"""When a run has converged, which axis is the last to arrive, and which learning rate would have been better."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from reta.descent.batch_noise import batch_noise, expected_epochs, proposal
from reta.descent.best_rate import quickest_lr
from reta.descent.convergence import approach_of, steps_until
from reta.descent.expected_path import ExpectedPath
from reta.descent.powers import log_rate

if TYPE_CHECKING:
    from reta.descent.batch_noise import BatchNoise
    from reta.descent.convergence import Approach
    from reta.descent.second_moments import SecondMoments
    from reta.descent.surface import Surface
    from reta.descent.update import Update
    from reta.types import FloatArray

__all__ = ["Counted", "Course", "Prospect", "foresee"]

Counted: TypeAlias = Literal["exactly", "on average", "at least"]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a run did.

    Attributes
    ----------
    update, mean
        How its last step was made, and how steps were made on average.
    here, begun
        Shape (k, m): distances from the optimum along each axis of the surface at the end, not finite where it
        diverged, and at the beginning, where that is known.
    epochs, batches
        Made, and steps of each.
    moments
        Of batches drawn by chance, from the beginning, or from the end where that is not known.
    """

    update: Update
    mean: Update
    here: FloatArray
    begun: FloatArray | None
    epochs: int
    batches: int
    moments: SecondMoments | None

    @property
    def counts_from_start(self) -> bool:
        """Whether epochs are counted from the beginning; else from the end, where the rate changed on the way."""
        return self.begun is not None and (self.mean.lr == self.update.lr or not np.isfinite(self.here).all())

    @property
    def origin(self) -> FloatArray:
        """Distances where another run would begin; zeros where nothing is known."""
        origin = self.here if self.begun is None else self.begun
        return origin if np.isfinite(origin).all() else np.zeros_like(origin)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What can be foreseen of a run.

    Attributes
    ----------
    epochs
        After how many it has converged, and stays so; infinite where it never does or that is not known.
    counted
        ``"exactly"``: full batches; ``"on average"``: the expected loss is then half as far above the best as counts as
        converged; ``"at least"``: as for full batches, with whatever noise there is to come on top.
    last
        The axis of the surface that is the last to arrive: the costliest one step before.
    best_lr, best_epochs, best_counted
        The learning rate to take, its epochs, and how they are counted; of full batches where noise is not known.
    decayed
        How far above the best weight decay keeps the loss for ever, in target².
    noise
        Of the batches, where it is known.
    """

    epochs: float
    counted: Counted
    last: int
    best_lr: float
    best_epochs: float
    best_counted: Counted
    decayed: float
    noise: BatchNoise | None


def foresee(surface: Surface, course: Course, enough: float) -> Prospect:
    """Return what can be foreseen, ``enough`` being how far above the best a loss counts as converged."""
    decay = course.update.weight_decay
    beginning = approach_of(surface, decay, course.origin)
    from_start = course.counts_from_start
    lost = not from_start and not np.isfinite(course.here).all()
    approach = beginning if from_start or lost else approach_of(surface, decay, course.here)
    steps = np.inf if lost else steps_until(approach, course.mean, enough)
    axis = _last(approach, course.mean, steps)
    counted: Counted = "exactly" if course.batches == 1 else "at least"
    noise, moments = None, course.moments
    best_counted: Counted = "exactly"
    if moments is None:
        best, per_epoch = quickest_lr(beginning, _with_friction(course.update), enough), 1
    else:
        noise, per_epoch = batch_noise(moments, beginning, course.update, enough), course.batches
        best = proposal(moments, beginning, course.update, noise, enough)
        best_counted = "on average" if ExpectedPath.fits(moments) else "at least"
        same = course.mean.lr == course.update.lr and not lost
        if ExpectedPath.fits(moments) and same and (from_start or course.begun is None):
            epochs = expected_epochs(moments, course.mean.lr, noise, enough)
            counted, steps = "on average", epochs * course.batches
    return Prospect(
        epochs=float((0 if from_start else course.epochs) + np.ceil(steps / course.batches)),
        counted=counted,
        last=int(np.flatnonzero(surface.curvature > 0.0)[axis]) if len(approach.pull) else len(surface.curvature) - 1,
        best_lr=best.lr,
        best_epochs=float(np.ceil(best.steps / per_epoch)),
        best_counted=best_counted,
        decayed=float(approach.still.sum()),
        noise=noise,
    )


def _with_friction(update: Update) -> Update:
    """Return the update, without a momentum that never comes to rest."""
    return replace(update, momentum=0.0, dampening=0.0, nesterov=False) if update.momentum >= 1.0 else update


def _last(approach: Approach, update: Update, steps: float) -> int:
    """Return the costliest axis one step before; where that never comes, the one that shrinks least."""
    if 0.0 < steps < np.inf:
        return int(np.argmax(approach.parts(update, np.array(steps - 1.0))))
    rates, costs = log_rate(approach.pull, update), approach.begin
    if not len(costs):
        return 0
    return int(np.argmax(costs if np.isnan(rates).any() else np.where(costs > 0.0, rates, -np.inf)))
