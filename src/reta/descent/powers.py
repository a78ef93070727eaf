"""What so many steps make of a distance along one axis: powers of numbers, never a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from reta.descent.update import Update
    from reta.types import FloatArray

    ComplexArray: TypeAlias = NDArray[np.complex128]

__all__ = ["best_lr", "largest_stable_lr", "log_rate", "shrinkage"]


def shrinkage(curvature: FloatArray, update: Update, steps: ArrayLike) -> FloatArray:
    """Return by what the distance along each axis is multiplied after ``steps`` steps, velocity zero at the start.

    Parameters
    ----------
    curvature
        Shape (m,): λ of each axis, weight decay included.
    update
        Learning rate η, momentum μ, dampening, Nesterov.
    steps
        Shape (...,), whole numbers of any size.

    Returns
    -------
    ndarray
        Shape (..., m); infinite where the descent diverges.

    Notes
    -----
    Without momentum ``(1 − ηλ)ᵗ``. With it, distances obey ``c(t+1) = (z₁ + z₂) c(t) − z₁z₂ c(t−1)``, so that
    ``c(t) = z₁ᵗ + (c(1) − z₁) (z₁ᵗ − z₂ᵗ) / (z₁ − z₂)``. Everything is computed from ``1 − z``, which keeps its digits
    where a rate is so near to 1 that a billion steps matter.
    """
    t = np.asarray(steps, dtype=np.float64)[..., None]
    q = update.lr * curvature
    with np.errstate(all="ignore"):
        if update.momentum == 0.0:
            return _power(q, t)
        first, slow, fast = _roots(q, update)
        result = _power(slow, t) + (slow - first) * _lucas(slow, fast, t)
        return np.where(np.isnan(result.real), np.inf, result.real)


def log_rate(curvature: FloatArray, update: Update) -> FloatArray:
    """Return the logarithm of what each step multiplies the distance along each axis by in the long run, (m,).

    From 0 on the descent gets nowhere along an axis, or diverges.
    """
    q = update.lr * curvature
    with np.errstate(divide="ignore", invalid="ignore"):
        if update.momentum == 0.0:
            return _log_size(q)
        _, slow, fast = _roots(q, update)
        return np.asarray(np.maximum(_log_size(slow), _log_size(fast)))


def largest_stable_lr(curvature: FloatArray, update: Update) -> float:
    """Return the learning rate from which on some axis diverges, the update's momentum as it is; infinite on a plane.

    ``2 / λmax`` without momentum, ``(2 + 2μ) / λmax`` with it, ``(2 + 2μ) / (1 + 2μ) / λmax`` for Nesterov's.
    """
    mu, steepest = update.momentum, float(curvature.max(initial=0.0))
    if mu >= 1.0 or (mu and update.dampening > 1.0):
        return 0.0
    divisor = 1.0 + 2.0 * mu if update.nesterov else 1.0 - update.dampening if mu else 1.0
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


def _roots(q: FloatArray, update: Update) -> tuple[FloatArray, ComplexArray, ComplexArray]:
    """Return ``1 − c(1)`` and ``1 − z`` of both roots, the one of slower decay first, each (m,)."""
    mu = update.momentum
    if update.nesterov:
        first, lasting, pull, swing = q * (1.0 + mu), q, q * (1.0 + mu), 2.0 * mu * np.sqrt(q)
    else:
        lasting = q * (1.0 - update.dampening)
        first, pull, swing = q, lasting, 2.0 * np.sqrt((lasting * mu).astype(np.complex128))
    total, rest = 1.0 - mu + pull, 1.0 - mu - pull
    root = np.sqrt(((rest - swing) * (rest + swing)).astype(np.complex128))
    fast = (total + np.where(total >= 0.0, 1.0, -1.0) * root) / 2.0
    slow = np.divide(lasting, fast, out=np.zeros_like(fast), where=fast != 0.0)
    swapped = np.abs(1.0 - slow) < np.abs(1.0 - fast)
    return first, np.where(swapped, fast, slow), np.where(swapped, slow, fast)


def _power(s: FloatArray | ComplexArray, t: FloatArray) -> FloatArray:
    """Return ``(1 − s)ᵗ``, (..., m)."""
    if not np.iscomplexobj(s):
        signs = np.where(1.0 - s < 0.0, 1.0 - 2.0 * np.mod(t, 2.0), 1.0)
        return np.asarray(np.where(t == 0.0, 1.0, signs * np.exp(t * _log_size(s))))
    real = (s.imag == 0.0) & (t >= 0.0)
    turning = np.exp(t * (_log_size(s) + 1j * np.angle(1.0 - s)))
    return np.asarray(np.where(t == 0.0, 1.0, np.where(real, _power(s.real, t), turning)))


def _lucas(slow: ComplexArray, fast: ComplexArray, t: FloatArray) -> ComplexArray:
    """Return ``(z₁ᵗ − z₂ᵗ) / (z₁ − z₂)``, (..., m), also where the roots are nearly or wholly one."""
    ratio = (slow - fast) / (1.0 - slow)  # z₂ / z₁ − 1
    grown = _log_size(-ratio) + 1j * np.angle(1.0 + ratio)
    share = np.where(grown == 0.0, t, np.expm1(t * grown) / ratio)
    apart = np.where(t == 0.0, 0.0, _power(slow, np.maximum(t - 1.0, 0.0)) * share)
    return np.asarray(np.where(slow == 1.0, np.where(t == 1.0, 1.0, 0.0), apart))


def _log_size(s: FloatArray | ComplexArray) -> FloatArray:
    """Return ``log |1 − s|``."""
    if np.iscomplexobj(s):
        return np.asarray(0.5 * np.log1p(s.real * (s.real - 2.0) + s.imag**2))
    return np.asarray(np.where(np.abs(s) < 0.5, np.log1p(-np.minimum(s, 0.5)), np.log(np.abs(1.0 - s))))
