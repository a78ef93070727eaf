"""A learning rate where the user gave none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.losses import slope_range
from reta.descent.powers import best_lr

if TYPE_CHECKING:
    from reta.descent.losses import Loss
    from reta.descent.surface import Surface
    from reta.descent.update import Update
    from reta.moment import Moments
    from reta.types import ScheduleName

__all__ = ["AutomaticLr", "automatic_lr"]

REACH = 5.0  # sizes of the targets that the steps of a falling rate come to together, twice over
MOST_MOMENTUM = 0.99  # that a rate makes up for


@dataclass(frozen=True, slots=True)
class AutomaticLr:
    """A learning rate that suits the rows.

    Attributes
    ----------
    steady
        A rate to keep, where the curvature of the loss bounds it; 0 for losses with a kink.
    reaching
        A rate to begin with that falls, with which the steps get anywhere; 0 for mse.
    """

    steady: float
    reaching: float

    @property
    def falls(self) -> bool:
        """Whether the rate should fall: no steady one arrives in so many steps."""
        return self.reaching > self.steady

    @property
    def safe(self) -> float:
        """The rate that does not have to fall, where there is one."""
        return self.steady or self.reaching

    def under(self, schedule: ScheduleName) -> float:
        """Return the learning rate of the first epoch."""
        return self.safe if schedule == "constant" else max(self.steady, self.reaching)


def automatic_lr(
    surface: Surface, moments: Moments, loss: Loss, update: Update, *, batch_size: int, steps: int
) -> AutomaticLr:
    """Return a learning rate that suits the rows.

    Parameters
    ----------
    surface, moments
        Of the training rows.
    loss
        What a residual costs.
    update
        How steps are made, but for the learning rate.
    batch_size
        Rows of a batch; 0 for all of them.
    steps
        How many steps there will be.

    Notes
    -----
    Full batches on the mean squared error: the best, ``2 / (λmin + λmax)``. Mini-batches: ``1 / L``, with L the
    expected smoothness of a batch of b out of n rows, ``L = n (b−1) / (b (n−1)) λmax + (n−b) / (b (n−1)) max ‖row‖²``,
    the largest row bounded by the extremes of the columns, times ``1 − momentum``. Huber's loss has half the curvature
    at most.

    Beyond δ Huber's slope is δ, and a loss with a kink has no curvature at all: steps have a size that does not depend
    on how far the optimum is. There a rate, meant to fall, with which the steps together reach five times the targets'
    size on the side where the slope is least (a low quantile's predictions rise by τ a step, and fall by 1 − τ), and
    less in the measure that the mean ‖row‖² is larger than that of standardised features. No step alone reaches further
    than the targets' size, nor does a weight decay take away more than there is.

    References
    ----------
    R. M. Gower and others, "SGD: general analysis and improved rates", ICML 2019, proposition 3.8.
    """
    braked = 1.0 - min(update.momentum, MOST_MOMENTUM)
    steady = 0.0
    if loss.name in ("mse", "huber"):
        gentle = 2.0 if loss.name == "huber" else 1.0
        decay = gentle * update.weight_decay
        if not batch_size or batch_size >= moments.n_samples:
            curved = surface.curvature > 0.0
            steady = best_lr(np.where(curved, surface.curvature + decay, 0.0), nesterov=update.nesterov)
        else:
            steady = braked / (_smoothness(surface, moments, batch_size) + decay)
        steady = gentle * steady if np.isfinite(steady) else 1.0
    if loss.name == "mse":
        return AutomaticLr(steady, 0.0)
    reaching = braked * _reaching(surface, moments, loss, steps)
    return AutomaticLr(steady, min(reaching, 1.0 / update.weight_decay) if update.weight_decay else reaching)


def _reaching(surface: Surface, moments: Moments, loss: Loss, steps: int) -> float:
    """Return the rate of the first of so many steps, without momentum."""
    p, k, m = moments.n_features, len(surface.targets), len(surface.terms)
    size = np.sqrt((np.diagonal(moments.scatter_yy) / moments.weight_sum + moments.mean[p:] ** 2).max())
    squared_row = float(surface.curvature.sum()) * k / 2.0
    units = m / squared_row if squared_row > 0.0 else 1.0
    low, high = slope_range(loss)
    least, most = min(-low, high), max(-low, high)
    return float(REACH * k * size * units / least / max(steps, REACH * max(m, most / least))) or 1.0


def _smoothness(surface: Surface, moments: Moments, batch_size: int) -> float:
    """Return the expected curvature of a batch along its own gradient, at most."""
    n = moments.n_samples
    share = (n - batch_size) / (batch_size * (n - 1))
    return (1.0 - share) * float(surface.curvature[-1]) + share * _steepest_row(surface, moments)


def _steepest_row(surface: Surface, moments: Moments) -> float:
    p, seen = moments.n_features, surface.coordinates
    low, high = ((bound[:p] - seen.center) / seen.scale for bound in (moments.minimum, moments.maximum))
    squares = np.maximum(low**2, high**2).sum() + seen.bias
    return float(2.0 / len(surface.targets) * squares)
