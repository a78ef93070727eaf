"""The learning rate with which a full-batch descent arrives soonest, whatever its momentum and weight decay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.convergence import bound_on_steps, counted_steps, steps_at_rates, steps_until
from reta.descent.powers import best_lr, largest_stable_lr, log_rate
from reta.screens.numerals import rounded_down

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.descent.convergence import Approach
    from reta.descent.update import Update
    from reta.types import FloatArray

__all__ = ["Proposal", "cut", "fastest_lr", "quickest_lr"]

RATES = 49  # tried at first, from the smallest that can be the best to the largest that is stable
AGAIN = 15  # about the best of those, so many times
REFINEMENTS = 2
DENSE = 128  # rates tried where steps are counted one by one
MOST_COUNTED = 2048  # steps
ONE_MORE = 1.005  # cut to three digits, the next rate up
INSIDE = 1e-3  # of the largest stable rate: nearer there is nothing to gain, and rounding decides


@dataclass(frozen=True, slots=True)
class Proposal:
    """A learning rate to take.

    Attributes
    ----------
    lr
        Learning rate, with three digits, as it is shown.
    steps
        After so many the descent has converged; infinite where it never does, or that is not known.
    """

    lr: float
    steps: float


def fastest_lr(pull: FloatArray, update: Update) -> float:
    """Return the learning rate with which the slowest axis shrinks fastest in the long run.

    Parameters
    ----------
    pull
        Shape (m,): curvature and weight decay of each axis that counts.
    update
        Momentum, dampening, Nesterov.

    Returns
    -------
    float
        ``2 / (λmin + λmax)`` without momentum. With it, the rate at which the larger of the spectral radii of the
        flattest and the steepest axis is least: the radius falls and then rises with ηλ, so that no axis in between is
        worse than both. Where several rates are as good, the middle of them. Infinite where no axis has a pull, 0 where
        no rate is stable.
    """
    pulled = pull[pull > 0.0]
    if update.momentum == 0.0 or not len(pulled):
        return best_lr(pulled)
    ends = np.array([pulled.min(), pulled.max()])
    top = largest_stable_lr(ends, update)
    if not 0.0 < top < np.inf:
        return top
    unit = replace(update, lr=1.0)

    def worst(rates: FloatArray) -> FloatArray:
        return np.asarray(log_rate(np.multiply.outer(rates, ends).ravel(), unit).reshape(-1, 2).max(axis=1))

    return _least(worst, _first_rates(top, update), 2 * REFINEMENTS)


def quickest_lr(approach: Approach, update: Update, enough: float) -> Proposal:
    """Return the learning rate with which what is left is soonest, and for good, at most ``enough``.

    Parameters
    ----------
    approach
        What each of the m axes adds, and from where it begins.
    update
        Momentum, dampening, Nesterov, and the learning rate in use, to which none is preferred that takes as long.
    enough
        In the quantity's unit.

    Returns
    -------
    Proposal
        Without momentum no rate of three digits takes fewer steps; with it, none of a few hundred does. Where nothing
        is to be gained, or weight decay leaves more than ``enough`` for ever: ``fastest_lr``.

    Notes
    -----
    With momentum a distance swings about zero, and the number of steps jumps as the last swing that is too wide comes
    to fit. So steps are counted one by one, for all rates at once, where there are not too many of them.
    """
    top = largest_stable_lr(approach.pull.rounded(), update)
    if not 0.0 < top < np.inf:
        return Proposal(top, np.inf)
    fastest = min(fastest_lr(approach.pull.rounded(), update), top * (1.0 - INSIDE))
    at_once = float(approach.begin.sum()) <= enough
    if at_once or float(approach.still.sum()) >= enough:
        lr = cut(fastest, top)
        return Proposal(lr, 0.0 if at_once else steps_until(approach, replace(update, lr=lr), enough))
    rates = _first_rates(top, update)
    found = _least(lambda rates: bound_on_steps(approach, rates, update, enough), rates)
    best = _best_of([found, found * ONE_MORE, fastest, update.lr], approach, update, enough, top)
    if (update.momentum or approach.still.any()) and best.steps <= MOST_COUNTED:
        most, tried = 2 * int(best.steps) + 8, np.geomspace(rates[0], rates[-1], DENSE)
        at = int(np.argmin(counted_steps(approach, tried, update, enough, most)))
        tried = np.geomspace(tried[max(at - 1, 0)], tried[min(at + 1, DENSE - 1)], DENSE // 4)
        soonest = np.argsort(counted_steps(approach, tried, update, enough, most), kind="stable")[:3]
        best = min(best, _best_of(tried[soonest], approach, update, enough, top), key=lambda proposal: proposal.steps)
    return best


def _best_of(
    rates: FloatArray | list[float], approach: Approach, update: Update, enough: float, top: float
) -> Proposal:
    """Return the rate, cut to three digits unless it is the one in use, that takes the fewest steps; if many, that."""
    short = sorted({lr if lr == update.lr else cut(float(lr), top) for lr in rates if 0.0 < lr < top})
    steps = steps_at_rates(approach, np.array(short), update, enough)
    best = min(range(len(short)), key=lambda at: (steps[at], short[at] != update.lr))
    return Proposal(float(short[best]), float(steps[best]))


def _first_rates(top: float, update: Update) -> FloatArray:
    """Return rates to begin with: under the first every axis is slower than there."""
    mu = update.momentum
    least = min(0.25, 0.125 * (1.0 - np.sqrt(mu)) ** 2) if mu < 1.0 else 0.25
    return np.asarray(top * np.append(np.geomspace(least, 1.0 - INSIDE, RATES), 1.0 - INSIDE / 4.0))


def _least(cost: Callable[[FloatArray], FloatArray], rates: FloatArray, refinements: int = REFINEMENTS) -> float:
    """Return the rate of least cost, which falls and then rises."""
    for _ in range(refinements):
        costs = cost(rates)
        good = np.flatnonzero(costs <= costs.min() + 1e-12 * abs(costs.min()))
        if len(good) > 2:
            return float(rates[good[len(good) // 2]])
        low, high = rates[max(int(good[0]) - 1, 0)], rates[min(int(good[-1]) + 1, len(rates) - 1)]
        rates = np.geomspace(low, high, AGAIN + 2)
    costs = cost(rates)
    return float(rates[np.argmin(costs)])


def cut(lr: float, top: float) -> float:
    """Return a rate with three digits, below the limit."""
    short = rounded_down(lr)
    return short if 0.0 < short < top else lr
