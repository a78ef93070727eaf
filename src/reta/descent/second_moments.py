"""Second moments of a descent over mini-batches: up to which rate noise dies down, and how much of it stays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.powers import largest_stable_lr
from reta.descent.row_moments import pairs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reta.descent.row_moments import RowMoments
    from reta.descent.update import Update
    from reta.types import BoolArray, FloatArray

__all__ = ["Draws", "SecondMoments", "draws_of", "responses", "step_matrices"]

HALVINGS = 20
INSIDE = 1.0 - 1e-9  # of the limit for full batches, where an axis answers to noise without end


@dataclass(frozen=True, slots=True)
class Draws:
    """How an epoch's batches are drawn: a mean of b of n rows has ``f = (n − b) / (b (n − 1))`` of a row's covariance.

    Attributes
    ----------
    steps
        Batches of an epoch.
    first, last
        f of all but the last batch, on average, and of the last, which may be short.
    """

    steps: int
    first: float
    last: float

    @property
    def mean(self) -> float:
        """F of all batches, on average."""
        return self.first + (self.last - self.first) / self.steps


def draws_of(n_samples: int, batch_sizes: Sequence[int]) -> Draws:
    """Return how batches of these sizes are drawn from so many rows, two or more."""
    sizes = np.asarray(batch_sizes, dtype=np.float64)
    shares = (n_samples - sizes) / (sizes * (n_samples - 1.0))
    return Draws(len(sizes), float(shares[:-1].mean() if len(shares) > 1 else shares[0]), float(shares[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class SecondMoments:
    """The expected squares of a descent whose batches are drawn afresh, without replacement, for every step.

    Attributes
    ----------
    rows
        Their moments.
    update
        How steps are made.
    draws
        Of the batches. Those of all sizes count as if they came in any order; the last of an epoch, after which the
        loss is looked at, on its own.

    Notes
    -----
    With Σ the second moment of the distances, summed over targets, a step adds noise of covariance
    ``f (c² V(Σ) + c² R)`` to the gradient: ``V(Σ) = E(uuᵀΣuuᵀ) − GΣG``, G = E(uuᵀ), and R the covariance of ``u r``.
    On the axes of G a pair (a, b) of distances answers to noise by a number h alone, so that where Σ comes to rest
    ``Σ = h ∘ f (c² V(Σ) + c² R)``. Noise dies down as long as no Σ reproduces itself, ``Σ = h ∘ f c² V(Σ)``.

    Of more axes than ``MOST_AXES`` only the diagonal is followed, with ``E(‖u‖² uuᵀ)`` in the place of fourth moments:
    ``tr(Δ Σ) = f c² tr(E(‖u‖² uuᵀ) Σ) + f c² tr R`` with ``Δ = 1 / h + f λ²``, which bounds rates from below and
    noise from above.
    """

    rows: RowMoments
    update: Update
    draws: Draws

    @property
    def exact(self) -> bool:
        """Whether what is said is so, and no bound."""
        return self.rows.fourth is not None

    def largest_lr(self) -> float:
        """Return the learning rate up to which the expected squared distance shrinks, noise of residuals aside."""
        top = self._full_batch_lr()
        if not 0.0 < top < np.inf:
            return top
        return _largest(self._dies_down, top)

    def floor(self, lr: float) -> float:
        """Return how far above the loss at rest the noise keeps the loss on average at the end of an epoch.

        Infinite where it grows.
        """
        return self._floor(lr) if 0.0 < lr < self._full_batch_lr() and self._dies_down(lr) else np.inf

    def _floor(self, lr: float) -> float:
        """Return the floor at a rate at which noise dies down."""
        return self._bound_on_floor(lr) if self.rows.fourth is None else self._exact_floor(lr)

    def _exact_floor(self, lr: float) -> float:
        rows, draws, c2 = self.rows, self.draws, self.rows.curvature_share**2
        row, column, _ = pairs_of(len(rows.curvature))
        kept, fourth = self._kept(lr), np.asarray(rows.fourth)
        system = np.eye(len(kept)) - c2 * draws.mean * kept[:, None] * fourth
        moment = np.linalg.solve(system, c2 * draws.mean * kept * rows.noise)
        of_a_row = c2 * (fourth @ moment + rows.noise) - rows.curvature[row] * rows.curvature[column] * moment
        moment += self._short(lr) * of_a_row
        return 0.5 * float(rows.curvature @ moment[row == column])

    def _bound_on_floor(self, lr: float) -> float:
        rows, c2f = self.rows, self.rows.curvature_share**2 * self.draws.mean
        answers = self._answers(lr)[_on_diagonal(len(rows.curvature))]
        reproduced = float(np.linalg.eigvalsh(self._scaled(self._diagonal(lr))).max())
        noise = c2f * float(rows.noise[0]) / (1.0 - reproduced)
        most = float((rows.curvature * answers).max()) + float(rows.curvature.max()) * self._short(lr) / self.draws.mean
        return 0.5 * most * noise

    def _short(self, lr: float) -> float:
        """Return what a step over the last batch of an epoch adds, times a row's covariance, for being short."""
        _, kick = step_matrices(self.rows.curvature, replace(self.update, lr=lr))
        return float(kick[0] ** 2 * (self.draws.last - self.draws.mean))

    def quiet_lr(self, enough: float, largest: float) -> float:
        """Return the largest learning rate, at most ``largest_lr``, at which the floor is at most ``enough``."""
        return _largest(lambda lr: self._floor(lr) <= enough, largest) if 0.0 < largest < np.inf else largest

    def _full_batch_lr(self) -> float:
        return largest_stable_lr(self.rows.curvature + self.update.weight_decay, self.update)

    def _dies_down(self, lr: float) -> bool:
        if self.rows.fourth is None:
            return bool(np.linalg.eigvalsh(self._scaled(self._diagonal(lr))).max() < 1.0)
        root, c2f = np.sqrt(self._kept(lr)), self.rows.curvature_share**2 * self.draws.mean
        return _positive(np.eye(len(root)) - c2f * root[:, None] * self.rows.fourth * root)

    def _answers(self, lr: float) -> FloatArray:
        return responses(self.rows.curvature + self.update.weight_decay, replace(self.update, lr=lr))

    def _kept(self, lr: float) -> FloatArray:
        """Return h once ``−GΣG`` is counted in: ``1 / (1 / h + f λλ)``, (P,)."""
        row, column, _ = pairs_of(len(self.rows.curvature))
        answer = self._answers(lr)
        return np.asarray(
            answer / (1.0 + self.draws.mean * self.rows.curvature[row] * self.rows.curvature[column] * answer)
        )

    def _diagonal(self, lr: float) -> FloatArray:
        """Return ``1 / Δ``, (q,)."""
        return self._kept(lr)[_on_diagonal(len(self.rows.curvature))]

    def _scaled(self, weights: FloatArray) -> FloatArray:
        root = np.sqrt(weights)
        return np.asarray(
            self.rows.curvature_share**2 * self.draws.mean * root[:, None] * self.rows.squared_length * root
        )


def step_matrices(pull: FloatArray, update: Update, *, first: bool = False) -> tuple[FloatArray, FloatArray]:
    """Return what a step makes of a distance and of ηv, and of noise in the gradient.

    Parameters
    ----------
    pull
        Shape (q,): curvature and weight decay of each axis.
    first
        Whether it is the first step, to which dampening does not apply.

    Returns
    -------
    tuple
        Shapes (q, s, s) and (s,): s is 1 without momentum, else 2.
    """
    lr, mu = update.lr, update.momentum
    q = lr * pull
    if mu == 0.0:
        return (1.0 - q)[:, None, None], np.array([-lr])
    keeps = 1.0 if first else 1.0 - update.dampening
    now, carried = (1.0 + mu * keeps, mu**2) if update.nesterov else (keeps, mu)
    step = np.empty((len(q), 2, 2))
    step[:, 0, 0], step[:, 0, 1] = 1.0 - now * q, -carried
    step[:, 1, 0], step[:, 1, 1] = keeps * q, mu
    return step, np.array([-now * lr, keeps * lr])


def responses(pull: FloatArray, update: Update) -> FloatArray:
    """Return h: the sum over all later steps of the product of two distances, for noise of variance 1 in one step.

    Shape (P,), pairs of axes as vech has them; for rates below ``largest_stable_lr``. What is nearly 1 is never
    subtracted from 1, so that axes with next to no pull have their digits.
    """
    row, column, _ = pairs_of(len(pull))
    q = update.lr * pull
    if update.momentum == 0.0:
        return np.asarray(update.lr**2 / (q[row] + q[column] - q[row] * q[column]))
    step, kick = step_matrices(np.zeros(1), update)
    still = step[0]
    pulled = np.multiply.outer(q, np.outer(kick / update.lr, [1.0, 0.0]))
    ahead, aside = pulled[row], pulled[column]
    moved = _products(still, aside) + _products(ahead, still) + _products(ahead, aside)
    left = (np.eye(4) - np.kron(still, still)) - moved
    right = np.broadcast_to(np.outer(kick, kick).reshape(4, 1), (len(row), 4, 1))
    return np.asarray(np.linalg.solve(left, right)[:, 0, 0])


def _products(first: FloatArray, second: FloatArray) -> FloatArray:
    """Return Kronecker products of 2 × 2 matrices, (P, 4, 4)."""
    return np.asarray(np.einsum("...ij,...kl->...ikjl", first, second).reshape(-1, 4, 4))


def _on_diagonal(q: int) -> BoolArray:
    row, column, _ = pairs_of(q)
    return np.asarray(row == column)


def _positive(A: FloatArray) -> bool:
    if not np.isfinite(A).all():
        return False
    try:
        np.linalg.cholesky(A)
    except np.linalg.LinAlgError:
        return False
    return True


def _largest(holds: Callable[[float], bool], top: float) -> float:
    """Return the largest number up to ``top`` for which it holds, to 6 digits, where it holds for all smaller ones."""
    if holds(top * INSIDE):
        return top
    low = 0.5 * top
    while low > 0.0 and not holds(low):
        low *= 0.5
    high = 2.0 * low
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
