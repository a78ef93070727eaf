"""How many full-batch steps a descent takes until so little is left: counted exactly, never by a loop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.powers import log_rate, shrinkage
from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from reta.descent.surface import Surface
    from reta.descent.update import Update
    from reta.types import BoolArray, FloatArray

__all__ = [
    "Approach",
    "approach_of",
    "bound_on_steps",
    "counted_steps",
    "recursion",
    "steps_at_rates",
    "steps_until",
    "unit_approach",
]

GROWS = 1e-12  # logarithm of a rate: less is rounding
LEAST_LOG = -700.0  # logarithm of a rate: e to this is as good as nothing
MOST_STEPS = 62  # as a power of two: more is never
BISECTIONS = 60
ROUGHLY = 28  # bisections: right to some 6 digits
CELLS = 1 << 12  # steps times axes that are looked at together
COUNTED = 4096  # steps up to which they are counted one by one where there is momentum
EXACT = 2.0**53
LOOKS = 8  # so many times step by step; what swings slower than that is found on a grid
GRID = 1025
ROUNDING = 1e-12  # of the amount that is left: so much more counts as reached


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """What each axis adds to a quantity while its distance shrinks: ``still + a·cross + a²·free`` at the share a.

    Attributes
    ----------
    pull
        Shape (m,), in pairs: curvature and weight decay together.
    still, cross, free
        Shape (m,), in the quantity's unit; ``still`` is what weight decay keeps up for ever, and 0 without.
    """

    pull: DoubleDouble
    still: FloatArray
    cross: FloatArray
    free: FloatArray

    @property
    def begin(self) -> FloatArray:
        """What each axis adds before the first step, (m,)."""
        return np.asarray(np.maximum(self.still + self.cross + self.free, 0.0))

    def parts(self, update: Update, steps: FloatArray) -> FloatArray:
        """Return what each axis adds after so many steps, (..., m); infinite where that is beyond all bounds."""
        share = shrinkage(self.pull, update, steps)
        moves = (self.cross != 0.0) | (self.free != 0.0)
        with np.errstate(over="ignore", invalid="ignore"):
            parts = self.still + np.where(moves, share * (self.cross + share * self.free), 0.0)
        return np.asarray(np.where(np.isnan(parts), np.inf, np.maximum(parts, 0.0)))

    def left(self, update: Update, steps: FloatArray) -> FloatArray:
        """Return the quantity after so many steps, (...,)."""
        return np.asarray(self.parts(update, steps).sum(axis=-1))


def approach_of(surface: Surface, weight_decay: float, distances: FloatArray) -> Approach:
    """Return what each axis with curvature adds to the loss above the best.

    Parameters
    ----------
    surface
        Of the loss.
    weight_decay
        Of the steps.
    distances
        Shape (k, m): from the optimum, along each axis, where the descent begins.
    """
    curved = surface.curvature > 0.0
    curvature, from_best = surface.curvature[curved], distances[:, curved]
    resting = surface.attractor(weight_decay)[:, curved] if weight_decay > 0.0 else np.zeros_like(from_best)
    way = from_best - resting
    return Approach(
        surface.curvature_pair[curved] + weight_decay,
        0.5 * curvature * np.sum(resting**2, axis=0),
        curvature * np.sum(resting * way, axis=0),
        0.5 * curvature * np.sum(way**2, axis=0),
    )


def unit_approach(pull: DoubleDouble) -> Approach:
    """Return the square of the distance along a single axis of that pull, (1,), 1 at the beginning."""
    return Approach(pull, np.zeros(1), np.zeros(1), np.ones(1))


def steps_until(approach: Approach, update: Update, enough: float) -> float:
    """Return after how many steps the quantity is, and stays, at most ``enough``; infinite where it never does.

    The learning rate is the update's, its velocity zero at the beginning.
    """
    return float(steps_at_rates(approach, np.array([update.lr]), update, enough)[0])


def steps_at_rates(approach: Approach, rates: FloatArray, update: Update, enough: float) -> FloatArray:
    """Return what ``steps_until`` does for each learning rate: (r,)."""
    at_most = np.ceil(bound_on_steps(approach, rates, update, enough, BISECTIONS))
    allowed = enough * (1.0 + ROUNDING)
    if update.momentum and at_most.max(initial=0.0) <= COUNTED:
        return counted_steps(approach, rates, update, allowed, int(at_most.max(initial=0.0)))
    found = at_most.copy()
    for at in np.flatnonzero((at_most > 0.0) & (at_most < EXACT)):
        step = replace(update, lr=float(rates[at]))
        if update.momentum == 0.0 and not approach.still.any():
            found[at] = _checked(approach, step, at_most[at], allowed)
        else:
            found[at] = _last_above(approach, step, at_most[at], allowed) + 1.0
    return found


def counted_steps(approach: Approach, rates: FloatArray, update: Update, enough: float, most: int) -> FloatArray:
    """Return the same, (r,), found step by step for all rates at once; of a rate that takes more, ``most`` + 1."""
    still, decays = approach.still.sum(), bool(approach.still.any())
    share, total, product = recursion(np.multiply.outer(rates, approach.pull.high), update)
    before, left = np.ones_like(share), np.empty((most + 1, len(rates)))
    left[0] = approach.begin.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(1, most + 1):
            left[step] = (share * share) @ approach.free
            if decays:
                left[step] += share @ approach.cross + still
            share, before = total * share - product * before, share
    too_much = ~(left <= enough)
    last = most - np.argmax(too_much[::-1], axis=0)
    return np.asarray(np.where(too_much.any(axis=0), last + 1.0, 0.0))


def bound_on_steps(
    approach: Approach, rates: FloatArray, update: Update, enough: float, bisections: int = ROUGHLY
) -> FloatArray:
    """Return a number of steps, no whole one, after which the quantity stays at most ``enough``, for each rate.

    Parameters
    ----------
    approach
        Of m axes.
    rates
        Shape (r,): learning rates, in the place of the update's own.
    bisections
        How many, each of which halves the error.

    Returns
    -------
    ndarray
        Shape (r,): the least such number without momentum and weight decay; with them the least that no swing about
        zero makes good; infinite where there is none.
    """
    envelope = _Envelope(rates, approach.pull, update)
    moves = approach.free > 0.0
    still, free = np.sqrt(approach.still), np.sqrt(approach.free)

    def above(steps: FloatArray) -> BoolArray:
        most = np.where(moves, free * envelope.at(steps[:, None]), 0.0)
        return np.asarray(~(((still + most) ** 2).sum(axis=1) <= enough))

    low, high = np.full(len(rates), -1.0), np.full(len(rates), float(MOST_STEPS))
    with np.errstate(all="ignore"):
        grows = (envelope.log_rates > GROWS).any(axis=1)
        never, at_once = above(2.0**high), ~above(np.zeros(len(rates)))
        for _ in range(bisections):
            middle = 0.5 * (low + high)
            more = above(2.0**middle)
            low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(np.where(grows | never, np.inf, np.where(at_once, 0.0, 2.0**high)))


def recursion(q: FloatArray, update: Update) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what the share of a distance that is left obeys, for ``q`` = ηλ of any shape.

    Returns
    -------
    tuple
        ``c(1)``, T and D of ``c(t+1) = T c(t) − D c(t−1)``, c(0) being 1.
    """
    mu, keeps = update.momentum, 1.0 - update.dampening
    if update.nesterov:
        return 1.0 - q * (1.0 + mu), 1.0 + mu - q * (1.0 + mu * keeps), mu * (1.0 - q)
    if mu == 0.0:
        return 1.0 - q, 1.0 - q, np.zeros_like(q)
    return 1.0 - q, 1.0 + mu - q * keeps, np.full_like(q, mu)


class _Envelope:
    """Bounds on what is left of a distance from some step on: never exceeded, and falling.

    With the roots z of the recursion, the larger one of size r, and the share c(1) of the first step, a share is
    ``z₁ᵗ + (c(1) − z₁) (z₁ᵗ − z₂ᵗ) / (z₁ − z₂)``, and the last factor at most ``t rᵗ⁻¹`` and ``2 rᵗ / |z₁ − z₂|``.
    """

    def __init__(self, rates: FloatArray, pull: DoubleDouble, update: Update) -> None:
        exact = pull[None, :] * rates[:, None]
        flat, q = DoubleDouble(exact.high.ravel(), exact.low.ravel()), exact.high
        self.log_rates = np.maximum(log_rate(flat, replace(update, lr=1.0)).reshape(q.shape), LEAST_LOG)
        self._plain = update.momentum == 0.0
        first, total, product = recursion(q, update)
        apart = np.sqrt((total**2 - 4.0 * product).astype(np.complex128))
        larger = (total + np.where(total >= 0.0, 1.0, -1.0) * apart) / 2.0
        self._apart, self._off = np.abs(apart), np.abs(first - larger)
        self._turns = np.divide(-1.0, self.log_rates, out=np.full_like(q, np.inf), where=self.log_rates < 0.0)

    def at(self, steps: FloatArray) -> FloatArray:
        """Return the bound from ``steps`` on."""
        size = np.exp(self.log_rates * steps)
        if self._plain:
            return size
        late = np.maximum(steps, self._turns)
        together = late * np.exp(self.log_rates * (late - 1.0))
        separate = 2.0 * size / self._apart
        return np.asarray(size + self._off * np.fmin(together, separate))


def _checked(approach: Approach, update: Update, guess: float, allowed: float) -> float:
    """Return the first step at or about ``guess`` that leaves no more, of a quantity that only falls."""
    near = np.maximum(guess + np.arange(-2.0, 3.0), 0.0)
    done = approach.left(update, near) <= allowed
    return float(near[np.argmax(done)]) if done.any() else guess


def _last_above(approach: Approach, update: Update, top: float, allowed: float) -> float:
    """Return the last step up to ``top`` that leaves more, −1 where none does."""

    def latest(steps: FloatArray) -> int:
        above = np.flatnonzero(~(approach.left(update, steps) <= allowed))
        return int(above[-1]) if len(above) else -1

    width = max(CELLS // max(len(approach.pull), 1), 64)
    for _ in range(LOOKS):
        steps = np.arange(max(top - width, 0.0), top + 1.0)
        if (found := latest(steps)) >= 0:
            return float(steps[found])
        top = float(steps[0])
        if top == 0.0:
            return -1.0
    low, high = 0.0, top
    while high - low > 1.0:
        steps = np.unique(np.round(np.linspace(low, high, GRID)))
        if (found := latest(steps[:-1])) < 0:
            return low - 1.0
        low, high = float(steps[found]), float(steps[found + 1])
    return low
