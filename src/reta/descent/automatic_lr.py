"""A learning rate where the user gave none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.descent.powers import best_lr

if TYPE_CHECKING:
    from reta.descent.losses import Loss
    from reta.descent.surface import Surface
    from reta.moment import Moments

__all__ = ["automatic_lr"]

REACH = 10.0


def automatic_lr(
    surface: Surface,
    moments: Moments,
    loss: Loss,
    *,
    batch_size: int,
    steps: int,
    nesterov: bool = False,
    weight_decay: float = 0.0,
) -> float:
    """Return a learning rate that suits the rows.

    Parameters
    ----------
    surface, moments
        Of the training rows.
    loss
        What a residual costs.
    batch_size
        Rows of a batch; 0 for all of them.
    steps
        How many steps there will be.
    nesterov
        Whether steps look ahead along the momentum.
    weight_decay
        Adds to every curvature.

    Notes
    -----
    Full batches on the mean squared error: the best, ``2 / (λmin + λmax)``. Mini-batches: ``1 / L``, with L the
    expected smoothness of a batch of b out of n rows, ``L = n (b−1) / (b (n−1)) λmax + (n−b) / (b (n−1)) max ‖row‖²``,
    the largest row bounded by the extremes of the columns. Huber's loss has half the curvature at most. Losses with a
    kink have none: there a rate, meant to fall, with which the steps together reach ten times the targets' size, and
    less in the measure that the mean ‖row‖² is larger than that of standardised features. No step alone reaches further
    than the targets' size.

    References
    ----------
    R. M. Gower and others, "SGD: general analysis and improved rates", ICML 2019, proposition 3.8.
    """
    if loss.name in ("absolute", "quantile"):
        return _for_kinks(surface, moments, steps)
    gentle = 2.0 if loss.name == "huber" else 1.0
    n = moments.n_samples
    if not batch_size or batch_size >= n:
        curved = surface.curvature > 0.0
        lr = best_lr(np.where(curved, surface.curvature + gentle * weight_decay, 0.0), nesterov=nesterov)
    else:
        b = batch_size
        share = (n - b) / (b * (n - 1))
        smoothness = (1.0 - share) * float(surface.curvature[-1]) + share * _steepest_row(surface, moments)
        lr = 1.0 / (smoothness + gentle * weight_decay)
    return gentle * lr if np.isfinite(lr) else 1.0


def _for_kinks(surface: Surface, moments: Moments, steps: int) -> float:
    p, k, m = moments.n_features, len(surface.targets), len(surface.terms)
    size = np.sqrt((np.diagonal(moments.scatter_yy) / moments.weight_sum + moments.mean[p:] ** 2).max())
    squared_row = float(surface.curvature.sum()) * k / 2.0
    units = m / squared_row if squared_row > 0.0 else 1.0
    return float(REACH * k * size * units / max(steps, REACH * m)) or 1.0


def _steepest_row(surface: Surface, moments: Moments) -> float:
    p, seen = moments.n_features, surface.coordinates
    low, high = ((bound[:p] - seen.center) / seen.scale for bound in (moments.minimum, moments.maximum))
    squares = np.maximum(low**2, high**2).sum() + seen.bias
    return float(2.0 / len(surface.targets) * squares)
