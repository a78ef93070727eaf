"""How far a run stopped from the best there is, what kept it from there, and what would have helped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.descent.best_rate import cut
from reta.descent.convergence import GROWS, bound_on_steps
from reta.descent.directions import HUNDREDTH, UNIT, direction_of, steps_to_a_hundredth
from reta.descent.obstacle import obstacle_of
from reta.descent.powers import best_lr, largest_stable_lr, log_rate, shrinkage
from reta.descent.prospect import Course, foresee
from reta.descent.update import Update
from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from reta.descent.batch_noise import BatchNoise
    from reta.descent.directions import Direction
    from reta.descent.obstacle import Obstacle
    from reta.descent.prospect import Counted
    from reta.descent.second_moments import SecondMoments
    from reta.descent.surface import Surface
    from reta.types import BoolArray, FloatArray, Language

__all__ = ["CONVERGED", "Certificate", "certify"]

CONVERGED = 1e-3  # of the variance of the targets: so much R² may be missing
SHOWN = 1e-5  # of the best loss
ROUNDING = 1e-12  # of the targets' mean square


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the moments of the rows say about a run on the mean squared error, whatever made its steps.

    Attributes
    ----------
    loss, best_loss
        Mean squared error over all rows and targets at the end, and of the least-squares solution, in target².
    null_loss
        The same of predicting each target's mean (zero without an intercept).
    zero_loss
        The same of parameters that are all zero.
    distance
        From the parameters to the nearest optimum, as the descent sees them (Euclidean norm).
    lr
        Learning rate of the last step; NaN where nobody said it.
    mean_lr
        Of all steps; what is said below of an epoch holds for this one.
    largest_stable_lr
        From where on full batches diverge with this momentum, 0 where they never come to rest.
    best_lr, best_epochs, best_counted
        The learning rate to take, with three digits; after how many epochs from the start (from here, where that is not
        known) a run with it has converged; ``counted`` as below. Of full batches the rate that gets there soonest,
        whatever the momentum and weight decay; where nothing is left to gain, or no rate gets there, the one whose
        slowest axis is fastest in the long run; as if there were no momentum where that is 1 or more. Over batches one
        that converges on average; where nothing is known of their noise, that of full batches.
    epochs, steps_per_epoch
        That were made, and batches in each.
    epochs_to_converge
        After how many epochs from the start, at the average learning rate, less than a thousandth of the targets'
        variance is left to gain, for good; infinite where that is never or not known.
    counted
        How: ``"exactly"``; ``"on average"`` over the draws of batches, which then leave half a thousandth;
        ``"at least"``, without the noise of batches or a rate that changes.
    brake, brake_shrinks
        The direction that holds the run back: the one that costs most of the gap, or that grows; and which share of its
        distance each epoch takes away, in the long run; negative where it grows.
    last
        The direction that will be the last to arrive, as far as converging goes.
    slowest, slowest_shrinks
        The direction that shrinks most slowly, and the same share of it.
    slowest_share
        Which part of the gap, from 0 to 1, it holds: little where it matters for the coefficients alone.
    epochs_needed
        How many epochs bring the slowest distance to a hundredth at this rate; infinite where none do.
    held_back_by
        What keeps the run from converging: ``"direction"``, the brake; ``"momentum"``, which never comes to rest;
        ``"batches"``, whose noise stays however long the run; ``"weight_decay"``.
    noise
        Of the batches; ``None`` for full batches, and where rows and their order are not known.
    costliest
        The direction along which most of the gap lies, and ``costliest_share``, from 0 to 1, of it.
    moved
        How far each term came on its way from the start to the optimum, 1 being all of it; empty where the start is not
        known, or the end not finite. A term that had no way to go counts as arrived.
    standardized_lr, standardized_epochs
        The best learning rate for standardised features, and how many full-batch epochs bring every direction to a
        hundredth with it.
    effective_parameters, n_parameters
        How many of a target's parameters the run has in effect used, ``Σ (1 − (1 − ηλ)ᵗ)`` without momentum, and how
        many there are.
    """

    loss: float
    best_loss: float
    null_loss: float
    zero_loss: float
    distance: float
    lr: float
    mean_lr: float
    largest_stable_lr: float
    best_lr: float
    best_epochs: float
    best_counted: Counted
    epochs: int
    steps_per_epoch: int
    epochs_to_converge: float
    counted: Counted
    brake: Direction
    brake_shrinks: float
    last: Direction
    slowest: Direction
    slowest_shrinks: float
    slowest_share: float
    epochs_needed: float
    held_back_by: Obstacle
    noise: BatchNoise | None
    costliest: Direction
    costliest_share: float
    moved: tuple[tuple[str, float], ...]
    standardized_lr: float
    standardized_epochs: float
    effective_parameters: float
    n_parameters: int

    @property
    def gap(self) -> float:
        """How far the loss is above the best."""
        return self.loss - self.best_loss

    @property
    def missing_r_squared(self) -> float:
        """Which share of the targets' variance a better fit would still explain; of their mean square without any."""
        whole = self.null_loss or self.zero_loss
        return self.gap / whole if whole > 0.0 else float(self.gap > 0.0)

    @property
    def converged(self) -> bool:
        """Whether less than a thousandth of the targets' variance is left to gain."""
        return self.missing_r_squared <= CONVERGED

    @property
    def as_good_as_it_gets(self) -> bool:
        """Whether what is left to gain would not show in five digits of the loss, or is less than rounding."""
        return self.gap <= max(SHOWN * self.best_loss, ROUNDING * max(self.null_loss, self.zero_loss))

    @property
    def hardly_moved(self) -> tuple[str, ...]:
        """Terms that came less than a twentieth of their way."""
        return tuple(name for name, share in self.moved if abs(share) < 0.05)

    def text(self, language: Language = "en") -> str:
        """Return the certificate in words, ``"en"`` or ``"pt-BR"``."""
        from reta.screens.certificate_screen import certificate_text
        from reta.screens.language import Speech

        return certificate_text(self, Speech(language))

    def __str__(self) -> str:
        return self.text()


@one_blas_thread()
def certify(
    surface: Surface,
    update: Update,
    *,
    parameters: FloatArray,
    start: FloatArray | None = None,
    epochs: int = 0,
    steps_per_epoch: int = 1,
    mean_lr: float | None = None,
    moments: SecondMoments | None = None,
) -> Certificate:
    """Return the certificate of a run.

    Parameters
    ----------
    surface
        Of the rows that it ran on.
    update
        How its last step was made.
    parameters, start
        Shape (k, m): at the end and at the beginning, as the descent sees them.
    epochs, steps_per_epoch
        That were made, and batches in each.
    mean_lr
        Of all steps, where they had not all the same.
    moments
        Of batches that are drawn by chance, from the start, or from the end where the start is not known.
    """
    mean = replace(update, lr=mean_lr or update.lr)
    curved, pull = surface.curvature > 0.0, surface.curvature_pair + update.weight_decay
    reached = bool(np.isfinite(parameters).all())
    distances = surface.distances(parameters) if reached else np.full(parameters.shape, np.inf)
    with np.errstate(over="ignore", invalid="ignore"):
        gaps = np.where(curved, 0.5 * surface.curvature * np.sum(distances**2, axis=0), 0.0)
    gap, costly, slow = float(gaps.sum()), int(np.argmax(gaps)), _slowest(pull, curved, mean)
    zero_loss = surface.loss(np.zeros_like(surface.optimum))
    enough = CONVERGED * (surface.null_loss or zero_loss)
    begun = None if start is None else surface.distances(start)
    course = Course(update, mean, distances, begun, epochs, steps_per_epoch, moments)
    seen = foresee(surface, course, enough)
    logs = np.where(curved, log_rate(pull, mean), -np.inf)
    brake = int(np.argmax(logs)) if (logs > GROWS).any() else costly
    shrinks = -np.expm1(logs * steps_per_epoch)
    standard_lr, standard_epochs = _standardized(surface)
    return Certificate(
        loss=surface.best_loss + gap,
        best_loss=surface.best_loss,
        null_loss=surface.null_loss,
        zero_loss=zero_loss,
        distance=float(np.linalg.norm(distances[:, curved])),
        lr=update.lr,
        mean_lr=mean.lr,
        largest_stable_lr=largest_stable_lr(pull.rounded(), update),
        best_lr=seen.best_lr,
        best_epochs=seen.best_epochs,
        best_counted=seen.best_counted,
        epochs=epochs,
        steps_per_epoch=steps_per_epoch,
        epochs_to_converge=seen.epochs,
        counted=seen.counted,
        brake=direction_of(surface.terms, surface.axes[:, brake]),
        brake_shrinks=float(shrinks[brake]),
        last=direction_of(surface.terms, surface.axes[:, seen.last]),
        slowest=direction_of(surface.terms, surface.axes[:, slow]),
        slowest_shrinks=float(shrinks[slow]),
        slowest_share=_share(gaps[slow], gap),
        epochs_needed=float(np.ceil(steps_to_a_hundredth(pull[slow : slow + 1], mean)[0] / steps_per_epoch)),
        held_back_by=obstacle_of(
            update,
            seen.noise,
            gap=gap,
            enough=enough,
            decayed=seen.decayed,
            epochs=epochs,
            needed=seen.epochs,
            batches=steps_per_epoch,
        ),
        noise=seen.noise,
        costliest=direction_of(surface.terms, surface.axes[:, costly]),
        costliest_share=_share(gaps[costly], gap),
        moved=() if start is None or not reached else _moved(surface, start, parameters),
        standardized_lr=standard_lr,
        standardized_epochs=standard_epochs,
        effective_parameters=_effective(pull[curved], mean, epochs * steps_per_epoch),
        n_parameters=len(surface.terms),
    )


def _slowest(pull: DoubleDouble, curved: BoolArray, update: Update) -> int:
    """Return the axis with curvature that takes longest."""
    if np.isnan(update.lr):
        return int(np.argmax(curved))
    steps = bound_on_steps(UNIT, update.lr * pull.high, update, HUNDREDTH**2)
    return int(np.argmax(np.where(curved, steps, -np.inf)))


def _share(part: float, whole: float) -> float:
    return float(part / whole) if 0.0 < whole < np.inf else 0.0


def _moved(surface: Surface, start: FloatArray, parameters: FloatArray) -> tuple[tuple[str, float], ...]:
    way = surface.optimum - start
    length = np.sum(way**2, axis=0)
    share = np.divide(np.sum((parameters - start) * way, axis=0), length, out=np.ones_like(length), where=length > 0.0)
    return tuple(zip(surface.terms, share.tolist(), strict=True))


def _standardized(surface: Surface) -> tuple[float, float]:
    curved = surface.standardized[surface.standardized > 0.0]
    if not len(curved):
        return np.inf, 0.0
    best = best_lr(curved)
    lr = cut(best, best)
    return lr, float(steps_to_a_hundredth(DoubleDouble.of(curved), Update(lr)).max())


def _effective(pull: DoubleDouble, update: Update, steps: int) -> float:
    """Return ``Σ (1 − a(t))``, a(t) being what is left of a distance, each term kept between 0 and 1.

    NaN where the learning rate is not known.
    """
    return float(np.sum(np.clip(1.0 - shrinkage(pull, update, steps), 0.0, 1.0)))
