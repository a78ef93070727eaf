"""Between which two numbers the least loss of these rows lies, and so whether a descent has come to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reta.descent.certificate import CONVERGED
from reta.descent.losses import element_losses, slope_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reta.descent.losses import Loss
    from reta.descent.shuffling import Rows
    from reta.descent.surface import Surface
    from reta.moment import Moments
    from reta.types import BoolArray, FloatArray

__all__ = ["LeastLoss", "bound_least_loss"]

CONSTANTS = np.array([0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0])  # standard deviations off the mean
AT_ONCE = 1 << 16  # rows
FINEST = 1e-3  # of what may be left to gain: a width that costs no more decides
NEAR = 2.0  # times what a width may cost: from there on a narrower one says more
NARROWER = 3.0
DAMPING = (1e-15, 1e-3, 1e6)  # of the largest curvature: the least, the first, the most
ENOUGH_FALL = 1e-4  # of what the slope promises
CLEAR = 0.1  # of what is left to gain: so narrow shall the bounds be where a run has not converged


@dataclass(frozen=True, slots=True)
class LeastLoss:
    """How near a run came to the least loss that any parameters have on its rows.

    Attributes
    ----------
    loss
        At the end of the run: the mean over all rows and targets, without weight decay.
    at_least, at_most
        Between which the least possible one lies.
    null_loss
        What one number for all rows costs, the best of a few about each target's mean; 0 for all rows without an
        intercept, or where a target is one number.
    """

    loss: float
    at_least: float
    at_most: float
    null_loss: float

    @property
    def allowed(self) -> float:
        """How far above the least a loss may be that counts as converged: a thousandth of ``null_loss``."""
        return CONVERGED * self.null_loss

    @property
    def converged(self) -> bool:
        """Whether it is certain that no more than a thousandth of ``null_loss`` is left to gain."""
        return self.loss - self.at_least <= self.allowed

    @property
    def undecided(self) -> bool:
        """Whether the bounds leave open if the run has converged."""
        return not self.converged and self.loss - self.at_most <= self.allowed


def bound_least_loss(
    read: Callable[[], Iterable[Rows]],
    parameters: FloatArray,
    loss: Loss,
    surface: Surface,
    moments: Moments,
    *,
    most_readings: int = 200,
) -> LeastLoss:
    """Return how near parameters are to the least loss, huber's or one with a kink.

    Parameters
    ----------
    read
        Begins a reading of the rows, as the descent sees them.
    parameters
        Shape (k, m), as the descent sees them.
    loss
        Other than mse.
    surface, moments
        Of these rows.
    most_readings
        How often the rows may be read, at least twice.

    Notes
    -----
    Parameters are optimal where a choice of slopes a, each between the two sides of its residual's kink, gives the
    gradient ``Σ w a x = 0``. Any slopes within the loss's range whose gradient is zero bound the least loss from below,
    by ``Σ w (a r − h(a)) / Σ w`` with r the residuals of any parameters and h the conjugate of the loss (Fenchel). Such
    slopes are those of a loss whose kink is rounded off over a width, at its minimum; Newton's method finds that, then
    a third of the width, until the bounds decide. Slopes near a minimum are made exact by a projection and a
    reduction. The losses met on the way bound the least one from above.

    References
    ----------
    K. Madsen and H. B. Nielsen, "A finite smoothing algorithm for linear l1 estimation", SIAM Journal on Optimization
    3, 1993. R. Koenker, Quantile Regression, Cambridge University Press 2005, chapter 6.
    """
    null_loss = _null_loss(read(), loss, moments, bias=surface.coordinates.bias)
    search = _Search(read, parameters, loss, surface, FINEST * CONVERGED * null_loss)
    while True:
        loss_now, at_least, at_most = (float(each.mean()) for each in (search.first, search.lower, search.upper))
        found = LeastLoss(loss_now, at_least, at_most, null_loss)
        left = found.loss - found.at_most
        clear = found.at_most - found.at_least <= CLEAR * left
        if found.converged or (left > found.allowed and clear) or search.readings + 3 > most_readings:
            return found
        search.advance()


class _Sums(NamedTuple):
    """Sums over the rows for each of k targets, divided by the sum of the weights.

    Attributes
    ----------
    loss, smooth
        Shape (k,): the loss, and that whose kink is rounded off.
    gradient, curvature
        Of the latter, shapes (k, r) and (k, r, r), by moves along r directions.
    value, square
        Shape (k,): of slope × residual before any move, and of slope².
    """

    loss: FloatArray
    smooth: FloatArray
    gradient: FloatArray
    curvature: FloatArray
    value: FloatArray
    square: FloatArray


class _Search:
    """Newton's method on the loss with its kink rounded off, every target for itself.

    Moves are measured along directions in which the rows have mean square 1 and no correlation.
    """

    def __init__(
        self,
        read: Callable[[], Iterable[Rows]],
        parameters: FloatArray,
        loss: Loss,
        surface: Surface,
        finest: float,
    ) -> None:
        self._read, self._parameters, self._loss = read, parameters, loss
        k, curved = len(parameters), surface.curvature > 0.0
        self._turn = surface.axes[:, curved] / np.sqrt(surface.curvature[curved] * k / 2.0)
        self._range = low, high = slope_range(loss)
        self._steepest, self._gentlest = max(-low, high), min(-low, high)
        self._square = float(loss.name == "huber")  # in the conjugate
        self._finest = self._square or max(finest, np.finfo(float).tiny)
        self._move = np.zeros((k, self._turn.shape[1]))
        self.readings = 2
        self.first, size, self._cross, self._reach = self._overview()
        self._width = np.maximum(size / self._steepest, self._finest)
        self._damping = np.full(k, DAMPING[1])
        self.lower, self.upper = np.zeros(k), self.first
        self._sums = self._at(self._move)

    def advance(self) -> None:
        """Take a step, or several attempts at one, and narrow the width where that is worth while."""
        sums = self._sums
        curvature, axes = np.linalg.eigh(sums.curvature)
        damped = np.maximum(curvature, 0.0) + (self._damping / self._width)[:, None]
        along = (axes.transpose(0, 2, 1) @ sums.gradient[:, :, None])[:, :, 0] / damped
        step = -(axes @ along[:, :, None])[:, :, 0]
        tried = self._at(self._move + step)
        better = tried.smooth <= sums.smooth + ENOUGH_FALL * np.sum(step * sums.gradient, axis=1)
        self._move = np.where(better[:, None], self._move + step, self._move)
        self._sums = _chosen(better, tried, sums)
        self._damping = np.clip(self._damping * np.where(better, 0.1, 10.0), DAMPING[0], DAMPING[2])
        cost = self._width * self._steepest**2
        near = (self._sums.loss - self._bound(self._sums) <= NEAR * cost) & (self._width > self._finest)
        if near.any():
            self._width = np.where(near, np.maximum(self._width / NARROWER, self._finest), self._width)
            self._damping = np.where(near, DAMPING[1], self._damping)
            self._sums = self._at(self._move)

    def _bound(self, sums: _Sums) -> FloatArray:
        """Return a loss that no parameters go below, (k,): from slopes without gradient, within the loss's range."""
        size = np.sqrt(np.sum(sums.gradient**2, axis=1))
        share = 1.0 / (1.0 + self._reach * size / self._gentlest)
        value = sums.value - np.sum(sums.gradient * self._cross, axis=1)
        return np.asarray(share * value - 0.5 * self._square * share**2 * (sums.square - size**2))

    def _at(self, move: FloatArray) -> _Sums:
        """Read the rows; return the sums after a move, (k, r), and keep the bounds that come of them."""
        self.readings += 1
        (low, high), width, k = self._range, self._width, len(move)
        total: list[FloatArray] = [np.zeros(())] * len(_Sums._fields)
        weight = 0.0
        for Z, before, w in self._blocks():
            residual = before + Z @ move.T
            slope = np.clip(residual / width, low, high)
            inside = (slope > low) & (slope < high)
            curvature = [_gram(Z[inside[:, j]], w[inside[:, j]]) / width[j] for j in range(k)]
            parts = (
                w @ element_losses(self._loss, residual),
                w @ (slope * (residual - 0.5 * width * slope)),
                (w[:, None] * slope).T @ Z,
                np.array(curvature),
                w @ (slope * before),
                w @ slope**2,
            )
            total, weight = [old + new for old, new in zip(total, parts, strict=True)], weight + w.sum()
        sums = _Sums(*(each / weight for each in total))
        self.upper, self.lower = np.minimum(self.upper, sums.loss), np.maximum(self.lower, self._bound(sums))
        return sums

    def _overview(self) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        """Return the loss, the mean size of a residual, (k,), mean residual × row, (k, r), and the longest row."""
        total: list[FloatArray] = [np.zeros(())] * 3
        weight, reach = 0.0, 0.0
        for Z, before, w in self._blocks():
            parts = w @ element_losses(self._loss, before), w @ np.abs(before), (w[:, None] * before).T @ Z
            total, weight = [old + new for old, new in zip(total, parts, strict=True)], weight + w.sum()
            reach = max(reach, float(np.sum(Z**2, axis=1).max(initial=0.0)))
        loss, size, cross = (each / weight for each in total)
        return loss, size, cross, float(np.sqrt(reach))

    def _blocks(self) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
        """Yield rows along the directions, (n, r), residuals before any move, (n, k), and weights, (n,)."""
        theta, turn = self._parameters, self._turn
        for X, Y, w in _blocks(self._read()):
            p = X.shape[1]
            level, constant = (theta[:, p], turn[p]) if len(turn) > p else (0.0, 0.0)
            yield X @ turn[:p] + constant, X @ theta[:, :p].T + level - Y, w


def _blocks(rows: Iterable[Rows]) -> Iterator[tuple[FloatArray, FloatArray, FloatArray]]:
    for piece in rows:
        for start in range(0, len(piece), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            X, Y = piece.X[part], piece.Y[part]
            yield X, Y, np.ones(len(X)) if piece.weights is None else piece.weights[part]


def _gram(Z: FloatArray, w: FloatArray) -> FloatArray:
    return np.asarray((Z * w[:, None]).T @ Z)


def _chosen(those: BoolArray, some: _Sums, others: _Sums) -> _Sums:
    """Return some sums for those targets, the others for the rest."""
    return _Sums(
        *(
            np.where(those.reshape((-1,) + (1,) * (one.ndim - 1)), one, other)
            for one, other in zip(some, others, strict=True)
        )
    )


def _null_loss(rows: Iterable[Rows], loss: Loss, moments: Moments, *, bias: bool) -> float:
    """Return the mean loss of one number for all rows, the best of a few for each target; of 0 if that is nothing."""
    p = moments.n_features
    mean, spread = moments.mean[p:], np.sqrt(np.diagonal(moments.scatter_yy) / moments.weight_sum)
    off = np.concatenate([-CONSTANTS[:0:-1], CONSTANTS])[:, None]
    zeros = np.zeros((1, len(mean)))
    constants = np.concatenate([zeros, mean + off * spread]) if bias else zeros
    total, weight = np.zeros(constants.shape), 0.0
    for _, Y, w in _blocks(rows):
        total += np.array([w @ element_losses(loss, constant - Y) for constant in constants])
        weight += w.sum()
    costs = total / weight
    return float(costs.min(axis=0).mean() or costs[0].mean())
