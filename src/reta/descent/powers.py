"""What so many steps make of a distance along one axis: powers of numbers, never a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reta.descent.recurrence import recurrence_of, shares_after, step_sizes
from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from reta.descent.update import Update
    from reta.types import FloatArray

__all__ = ["Shares", "best_lr", "largest_stable_lr", "log_rate", "shares", "shrinkage"]


class Shares(NamedTuple):
    """Which part of the distance along each axis so many steps have covered, and which is left; their sum is 1.

    Attributes
    ----------
    covered
        Shape (..., m), in pairs: right to the last digits of a float where little is covered, and where little is left.
    left
        Shape (..., m), to the last digits of its own.
    """

    covered: DoubleDouble
    left: FloatArray


def shares(curvature: FloatArray | DoubleDouble, update: Update, steps: ArrayLike) -> Shares:
    """Return the shares covered and left after ``steps`` steps, velocity zero at the start.

    Parameters
    ----------
    curvature
        Shape (m,): λ of each axis, weight decay included; in pairs where there are more digits of it.
    update
        Learning rate η, momentum μ, dampening, Nesterov.
    steps
        Shape (...,), whole numbers of any size.

    Returns
    -------
    Shares
        Infinite where the descent diverges.

    Notes
    -----
    Without momentum ``(1 − ηλ)ᵗ`` is left, formed from logarithms; with it, the power of a matrix decides. A product
    ηλ is taken without rounding: its last digit is what a billion steps magnify.
    """
    t = np.asarray(steps, dtype=np.float64)
    shape = (*t.shape, len(curvature))
    with np.errstate(all="ignore"):
        if update.momentum == 0.0:
            covered, left = _without_momentum(step_sizes(curvature, update.lr), t.ravel()[:, None])
        else:
            covered, left = shares_after(recurrence_of(curvature, update), t.ravel())
        lost = np.isnan(left) & ~np.isnan(update.lr)
        covered.high[lost], covered.low[lost], left[lost] = -np.inf, 0.0, np.inf
    return Shares(DoubleDouble(covered.high.reshape(shape), covered.low.reshape(shape)), left.reshape(shape))


def shrinkage(curvature: FloatArray | DoubleDouble, update: Update, steps: ArrayLike) -> FloatArray:
    """Return by what the distance along each axis is multiplied after ``steps`` steps: the share left of ``shares``."""
    return shares(curvature, update, steps).left


def log_rate(curvature: FloatArray | DoubleDouble, update: Update) -> FloatArray:
    """Return the logarithm of what each step multiplies the distance along each axis by in the long run, (m,).

    From 0 on the descent gets nowhere along an axis, or diverges.
    """
    with np.errstate(all="ignore"):
        if update.momentum == 0.0:
            return _log_size(step_sizes(curvature, update.lr))
        recurrence = recurrence_of(curvature, update)
        return _log_of_larger_root(recurrence.kept, recurrence.lasting)


def largest_stable_lr(curvature: FloatArray, update: Update) -> float:
    """Return the learning rate from which on some axis diverges, the update's momentum as it is; infinite on a plane.

    ``2 / λmax`` without momentum, ``(2 + 2μ) / λmax`` with it, ``(2 + 2μ) / (1 + 2μ) / λmax`` for Nesterov's.
    """
    mu, steepest = update.momentum, float(curvature.max(initial=0.0))
    pulled = 1.0 - update.dampening * (mu if update.nesterov else 1.0) if mu else 1.0
    if mu >= 1.0 or pulled < 0.0:
        return 0.0
    divisor = pulled + 2.0 * mu if update.nesterov else pulled
    return (2.0 + 2.0 * mu) / (divisor * steepest) if divisor * steepest > 0.0 else np.inf


def best_lr(curvature: FloatArray, *, nesterov: bool = False) -> float:
    """Return ``2 / (λmin + λmax)`` over the axes that have curvature: without momentum the slowest axis is fastest.

    It is stable with momentum too. Nesterov's asks for shorter steps, and gets no more than ``1 / λmax``.
    """
    curved = curvature[curvature > 0.0]
    if not len(curved):
        return np.inf
    best = float(2.0 / (curved.min() + curved.max()))
    return min(best, float(1.0 / curved.max())) if nesterov else best


def _without_momentum(q: DoubleDouble, t: FloatArray) -> tuple[DoubleDouble, FloatArray]:
    """Return ``1 − (1 − q)ᵗ`` and ``(1 − q)ᵗ``, (s, m), for t of shape (s, 1)."""
    exponent = np.where(t == 0.0, 0.0, t * _log_size(q))
    back = ((1.0 - q).high < 0.0) & (t % 2.0 == 1.0)  # past the optimum
    size, short = np.exp(exponent), -np.expm1(exponent)
    left = np.where(back, -size, size)
    covered = DoubleDouble.of(np.where(back, 1.0 + size, short))
    late = 1.0 - DoubleDouble.of(left)
    return DoubleDouble.where(size < 0.5, late, covered), left


def _log_of_larger_root(kept: DoubleDouble, lasting: DoubleDouble) -> FloatArray:
    """Return ``log |z|`` of the larger root of ``z² − (1 − ℓ + κ) z + κ``; found from 1 − z where it is nearly 1."""
    half, middle = (1.0 - lasting + kept) * 0.5, (1.0 - kept + lasting) * 0.5  # the mean root, and that of 1 − z
    apart = DoubleDouble.where(kept.high < lasting.high, half * half - kept, middle * middle - lasting)
    root = DoubleDouble.where(apart.high > 0.0, apart, DoubleDouble.zeros(apart.shape)).sqrt()
    size = (abs(half) + root).high
    far = middle + root * np.where(middle.high < 0.0, -1.0, 1.0)
    near = lasting / DoubleDouble.where(far.high == 0.0, DoubleDouble.of(np.ones(far.shape)), far)
    real = np.where(np.abs(size - 1.0) < 0.5, np.maximum(_log_size(near), _log_size(far)), np.log(size))
    return np.where(apart.high < 0.0, 0.5 * _log_size(1.0 - kept), real)


def _log_size(s: DoubleDouble) -> FloatArray:
    """Return ``log |1 − s|``, to the last digits of its own also where that is nearly 0."""
    rest = 1.0 - s
    short = DoubleDouble.where(s.high > 1.0, 1.0 + rest, s)  # 1 − |1 − s|
    nearly = np.log1p(-short.high) - short.low / (1.0 - short.high)
    return np.asarray(np.where(np.abs(short.high) < 0.5, nearly, np.log(np.abs(rest.rounded()))))
