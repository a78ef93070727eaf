"""The expected loss of a descent over mini-batches, epoch by epoch, and when it is low enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.row_moments import from_pairs, to_pairs
from reta.descent.second_moments import step_matrices

if TYPE_CHECKING:
    from reta.descent.second_moments import SecondMoments
    from reta.types import FloatArray

__all__ = ["ExpectedPath"]

MOST_NUMBERS = 300  # of a state: its powers cost some milliseconds each
MOST_DOUBLINGS = 62
MOST_SWINGS = 512  # epochs that are looked at one by one


class ExpectedPath:
    """The mean over all draws of the second moments of distances (and velocities), as they go from step to step.

    The state: vech of the second moment of distances and velocities from where the descent comes to rest, summed over
    targets; what is left of the mean distances, as shares of those at the start; and 1. A step is a matrix that it is
    multiplied by.

    Parameters
    ----------
    moments
        Of the batches; with fourth moments.
    lr
        Learning rate.
    """

    def __init__(self, moments: SecondMoments, lr: float) -> None:
        rows = moments.rows
        q, s = len(rows.curvature), 2 if moments.update.momentum else 1
        self._shape, self._moments = (q, s), moments
        self._update = replace(moments.update, lr=lr)
        self._pairs = q * s * (q * s + 1) // 2
        start = np.zeros((q, s, q, s))
        start[:, 0, :, 0] = rows.start.T @ rows.start
        shares = np.zeros((q, s))
        shares[:, 0] = 1.0
        self._start = np.concatenate([to_pairs(start.reshape(q * s, q * s)), shares.ravel(), [1.0]])
        self._reads = self._loss()

    @staticmethod
    def fits(moments: SecondMoments) -> bool:
        """Whether the state is small enough, and all that it needs is known."""
        width = len(moments.rows.curvature) * (2 if moments.update.momentum else 1)
        return moments.exact and width * (width + 1) // 2 + width + 1 <= MOST_NUMBERS

    def gap(self, epochs: int) -> float:
        """Return the expected loss above the best after so many epochs."""
        state = self._start
        for epoch in range(epochs):
            state = self._epoch(first=epoch == 0) @ state
        return float(self._reads @ state)

    def epochs_until(self, enough: float) -> float:
        """Return after how many epochs it is at most ``enough``; infinite where it never is.

        And stays so: with momentum, swings are looked at one by one where there are not too many.
        """
        state, done = self._start, 0.0
        if self._reads @ state <= enough:
            return done
        if self._update.dampening:
            state, done = self._epoch(first=True) @ state, 1.0
            if self._reads @ state <= enough:
                return done
        powers = [self._epoch()]
        while not self._reads @ (powers[-1] @ state) <= enough:
            with np.errstate(over="ignore", invalid="ignore"):
                powers.append(powers[-1] @ powers[-1])
            if len(powers) > MOST_DOUBLINGS or not np.isfinite(powers[-1]).all():
                return np.inf
        for power in reversed(range(len(powers))):
            ahead = powers[power] @ state
            if not self._reads @ ahead <= enough:
                state, done = ahead, done + 2.0**power
        return self._last_above(enough, int(done + 1.0)) if self._update.momentum and done < MOST_SWINGS else done + 1.0

    def _last_above(self, enough: float, crossed: int) -> float:
        """Return the epoch after the last one above, of some times as many as a first crossing took."""
        state, last, epoch = self._start, 0, self._epoch()
        for done in range(4 * crossed + 64):
            if not self._reads @ state <= enough:
                last = done + 1
            state = (self._epoch(first=True) if done == 0 else epoch) @ state
        return float(last)

    def _epoch(self, *, first: bool = False) -> FloatArray:
        """Return the matrix of an epoch, the first of all or another."""
        draws = self._moments.draws
        step = self._matrix(draws.first)
        last = step if draws.last == draws.first else self._matrix(draws.last)
        if not first or not self._update.dampening:
            return np.asarray(last @ np.linalg.matrix_power(step, draws.steps - 1))
        if draws.steps == 1:
            return self._matrix(draws.last, first=True)
        begun = np.linalg.matrix_power(step, draws.steps - 2) @ self._matrix(draws.first, first=True)
        return np.asarray(last @ begun)

    def _loss(self) -> FloatArray:
        """Return by what the state is multiplied to give the expected loss above the best."""
        (q, s), rows = self._shape, self._moments.rows
        squares = np.zeros((q, s, q, s))
        squares[range(q), 0, range(q), 0] = 0.5 * rows.curvature
        cross = np.zeros((q, s))
        cross[:, 0] = rows.curvature * np.sum(rows.resting * rows.start, axis=0)
        still = 0.5 * rows.curvature @ np.sum(rows.resting**2, axis=0)
        return np.concatenate([to_pairs(squares.reshape(q * s, q * s)), cross.ravel(), [still]])

    def _matrix(self, share: float, *, first: bool = False) -> FloatArray:
        """Return the matrix of a step over a batch of that share of a row's covariance."""
        (q, s), pairs = self._shape, self._pairs
        size = pairs + q * s + 1
        step, kick = step_matrices(self._moments.rows.curvature + self._update.weight_decay, self._update, first=first)
        matrix = np.zeros((size, size))
        basis = from_pairs(np.eye(pairs), q * s).reshape(pairs, q, s, q, s)
        moved = np.einsum("aij,zajbk,blk->zaibl", step, basis, step)
        moved += self._spread(self._covariance(basis[:, :, 0, :, 0], share), kick)
        matrix[:pairs, :pairs] = to_pairs(moved.reshape(pairs, q * s, q * s)).T
        rows, c2f = self._moments.rows, self._moments.rows.curvature_share**2 * share
        mixed = np.zeros((q, s, pairs))
        mixed[:, 0] = to_pairs(self._spread(from_pairs(-2.0 * c2f * rows.mixed.T, q), kick).reshape(q, q * s, q * s))
        matrix[:pairs, pairs:-1] = mixed.reshape(q * s, pairs).T
        matrix[:pairs, -1] = to_pairs(self._spread(from_pairs(c2f * rows.noise, q), kick).reshape(q * s, q * s))
        means = np.zeros((q, s, q, s))
        means[range(q), :, range(q), :] = step
        matrix[pairs:-1, pairs:-1] = means.reshape(q * s, q * s)
        matrix[-1, -1] = 1.0
        return matrix

    def _covariance(self, moment: FloatArray, share: float) -> FloatArray:
        """Return ``f c² V(Σ)`` of second moments of distances (z, q, q)."""
        rows = self._moments.rows
        q = len(rows.curvature)
        fourth = from_pairs(to_pairs(moment) @ np.asarray(rows.fourth), q) * rows.curvature_share**2
        return np.asarray(share * (fourth - np.multiply.outer(rows.curvature, rows.curvature) * moment))

    @staticmethod
    def _spread(covariance: FloatArray, kick: FloatArray) -> FloatArray:
        """Return what noise of that covariance (..., q, q) in the gradient adds to the second moment."""
        return np.asarray(np.einsum("...ab,i,j->...aibj", covariance, kick, kick))
