"""What mini-batches add to a certificate: how far a rate may go, where the loss ends on average, and what to take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.best_rate import Proposal, cut
from reta.descent.convergence import steps_until
from reta.descent.expected_path import ExpectedPath

if TYPE_CHECKING:
    from reta.descent.convergence import Approach
    from reta.descent.second_moments import SecondMoments
    from reta.descent.update import Update

__all__ = ["BatchNoise", "batch_noise", "expected_epochs", "proposal"]

OF_ENOUGH = 0.5  # half of what counts as converged, so that most runs get there and not every second one
TRIED = (0.45, 0.7, 0.9)  # of the largest rate that is quiet enough


@dataclass(frozen=True, slots=True)
class BatchNoise:
    """What the noise of batches does, each batch drawn afresh from all rows.

    Attributes
    ----------
    exact
        Whether rates and floor are so; else rates are at least, and the floor is at most, what is said.
    largest_lr
        Learning rate from which on the expected squared distance to the optimum no longer shrinks.
    floor
        How far above the best the loss ends on average at the learning rate of the last step, in target²; infinite
        where it does not come to rest, NaN where the rate is not known.
    quiet_lr
        The largest learning rate at which that is half of what counts as converged; 0 where weight decay alone is more.
    """

    exact: bool
    largest_lr: float
    floor: float
    quiet_lr: float


def batch_noise(moments: SecondMoments, approach: Approach, update: Update, enough: float) -> BatchNoise:
    """Return what is to be said of the noise.

    Parameters
    ----------
    moments
        Of the batches.
    approach
        Of the loss above the best, weight decay included.
    update
        How the last step was made.
    enough
        How far above the best counts as converged.
    """
    largest, still = moments.largest_lr(), float(approach.still.sum())
    quiet = moments.quiet_lr(OF_ENOUGH * enough - still, largest) if still < OF_ENOUGH * enough else 0.0
    floor = moments.floor(update.lr) + still if np.isfinite(update.lr) else np.nan
    return BatchNoise(moments.exact, largest, floor, quiet)


def expected_epochs(moments: SecondMoments, lr: float, noise: BatchNoise, enough: float) -> float:
    """Return after how many epochs the expected loss is half as far above the best as counts as converged.

    ``moments`` are exact; infinite where the noise is more for ever.
    """
    if not 0.0 < lr < noise.quiet_lr:
        return float("inf")
    return ExpectedPath(moments, lr).epochs_until(OF_ENOUGH * enough)


def proposal(moments: SecondMoments, approach: Approach, update: Update, noise: BatchNoise, enough: float) -> Proposal:
    """Return a learning rate with which the expected loss converges, the quickest of a few and the one in use.

    Its steps are whole epochs' steps.
    """
    if not 0.0 < noise.quiet_lr < float("inf"):
        return Proposal(0.0, float("inf"))
    rates = [cut(share * noise.quiet_lr, noise.quiet_lr) for share in TRIED]
    if not ExpectedPath.fits(moments):
        lr = rates[len(rates) // 2]
        return Proposal(lr, steps_until(approach, replace(update, lr=lr), enough))
    own = [update.lr] if 0.0 < update.lr < noise.quiet_lr else []
    steps = moments.draws.steps
    tried = [Proposal(lr, steps * expected_epochs(moments, lr, noise, enough)) for lr in [*own, *rates]]
    return min(tried, key=lambda each: each.steps)
