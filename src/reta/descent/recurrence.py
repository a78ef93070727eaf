"""What momentum makes of a distance along one axis: a power of a 2 × 2 matrix, in pairs of floats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from reta.descent.update import Update
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["Recurrence", "recurrence_of", "shares_after", "step_sizes"]

_AT_ONCE = 1 << 18  # numbers of the result that are formed together


@dataclass(frozen=True, slots=True, eq=False)
class Recurrence:
    """How the distance c along each axis goes on: ``c(t + 1) = c(t) + κ (c(t) − c(t − 1)) − ℓ c(t)``, from t = 1 on.

    Attributes
    ----------
    first
        Shape (m,): 1 − c(1), where c(0) is 1.
    kept
        Shape (m,): κ, the share of a step that the next one repeats; the product of the recurrence's two roots.
    lasting
        Shape (m,): ℓ, the pull towards the optimum; the product of the roots' distances from 1.
    """

    first: DoubleDouble
    kept: DoubleDouble
    lasting: DoubleDouble


def step_sizes(curvature: FloatArray | DoubleDouble, lr: float) -> DoubleDouble:
    """Return ηλ of each axis without rounding, (m,); 0 along axes without curvature, whatever the rate."""
    curvature = DoubleDouble.of(curvature)
    return DoubleDouble.where(curvature.high == 0.0, DoubleDouble.zeros(curvature.shape), curvature * lr)


def recurrence_of(curvature: FloatArray | DoubleDouble, update: Update) -> Recurrence:
    """Return the recurrence of each axis, momentum above 0.

    Parameters
    ----------
    curvature
        Shape (m,): λ of each axis, weight decay included.
    update
        Learning rate η, momentum μ, dampening, Nesterov.
    """
    q, mu, one = step_sizes(curvature, update.lr), DoubleDouble.of(np.float64(update.momentum)), np.float64(1.0)
    if update.nesterov:
        return Recurrence(q * (mu + one), (one - q) * mu, q * (one - mu * update.dampening))
    kept = DoubleDouble.of(np.full(len(curvature), update.momentum))
    return Recurrence(q, kept, q * (one - DoubleDouble.of(np.float64(update.dampening))))


def shares_after(recurrence: Recurrence, steps: FloatArray) -> tuple[DoubleDouble, FloatArray]:
    """Return which share of the distance is covered after so many steps, and which is left; their sum is 1.

    Parameters
    ----------
    recurrence
        Of m axes.
    steps
        Shape (s,), whole numbers from 0; float64 holds them exactly, or the nearest it can.

    Returns
    -------
    tuple
        Both of shape (s, m): the first in pairs, so that what is nearly 1 keeps what it lacks of it; each right to some
        steps·2⁻¹⁰⁰ of its own size or, on an axis that swings, of the swing. NaN where numbers grow beyond all bounds.

    Notes
    -----
    The matrix that takes c and its last change to the next step is squared as often as the largest number of steps has
    bits. Each number is cut in two, bits below and bits above: many numbers have few halves that differ.
    """
    recurrence, back = _facing_forward(recurrence)
    m, further = len(recurrence.first), np.maximum(steps - 1.0, 0.0)
    bits = max(int(np.frexp(further.max(initial=1.0))[1]), 2)
    size = 2.0 ** (bits // 2)
    below, of_below = np.unique(further % size, return_inverse=True)
    above, of_above = np.unique(np.floor(further / size), return_inverse=True)
    squares = _squares(recurrence, bits)
    states = _states(recurrence.first, squares[: bits // 2], below)
    rows = _rows(squares[bits // 2 :], above, m)
    covered, left = DoubleDouble.zeros((len(steps), m)), np.ones((len(steps), m))
    for block in np.array_split(np.flatnonzero(steps > 0.0), left.size // _AT_ONCE + 1):
        more, rest = _joined(states.at(of_below[block]), rows.at(of_above[block]))
        beyond = back & (steps[block, None] % 2.0 == 1.0)
        covered[block] = DoubleDouble.where(beyond, 2.0 - more, more)
        left[block] = np.where(beyond, -rest.rounded(), rest.rounded())
    return covered, left


def _facing_forward(recurrence: Recurrence) -> tuple[Recurrence, BoolArray]:
    """Return the recurrence of ``(−1)ᵗ c(t)`` along axes where c changes sides at every step, and which those are.

    Its roots lie near 1 where those of c lie near −1, and what is nearly 1 keeps its digits.
    """
    first, kept, lasting = recurrence.first, recurrence.kept, recurrence.lasting
    back = (1.0 + kept - lasting).high < 0.0
    turned = Recurrence(
        DoubleDouble.where(back, 2.0 - first, first),
        kept,
        DoubleDouble.where(back, (1.0 + kept) * 2.0 - lasting, lasting),
    )
    return turned, back


@dataclass(frozen=True, slots=True, eq=False)
class _Square:
    """The matrix that takes c and its last change some steps on: ``entries``, (2, 2, m).

    ``lost``, (m,), is 1 − entries[0, 0], which keeps its digits where that is nearly 1.
    """

    entries: DoubleDouble
    lost: DoubleDouble


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """Where some numbers of steps lead: c and its last change in ``vector``, (2, s, m), and ``covered``, 1 − c."""

    vector: DoubleDouble
    covered: DoubleDouble

    def at(self, places: IntArray) -> _States:
        return _States(self.vector[:, places], self.covered[places])


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The upper rows of matrices that take some steps: ``row``, (2, s, m), and ``lost``, 1 − row[0]."""

    row: DoubleDouble
    lost: DoubleDouble

    def at(self, places: IntArray) -> _Rows:
        return _Rows(self.row[:, places], self.lost[places])


def _joined(states: _States, rows: _Rows) -> tuple[DoubleDouble, DoubleDouble]:
    """Return the shares covered and left after the steps of both, (s, m)."""
    products = rows.row * states.vector
    return states.covered + (rows.lost * states.vector[0] - products[1]), products[0] + products[1]


def _squares(recurrence: Recurrence, bits: int) -> list[_Square]:
    """Return the matrix of one step, of two, of four and so on."""
    kept, lasting = recurrence.kept, recurrence.lasting
    entries = DoubleDouble.zeros((2, 2, len(kept)))
    entries[0, 0], entries[0, 1], entries[1, 0], entries[1, 1] = 1.0 - lasting, kept, -lasting, kept
    squares = [_Square(entries, lasting)]
    while len(squares) < bits:
        of, lost = squares[-1].entries, squares[-1].lost
        products = of[:, :, None] * of[None]
        entries = products[:, 0] + products[:, 1]
        entries[0, 0], lost = _settled(entries[0, 0], lost + of[0, 0] * lost - products[0, 1, 0])
        squares.append(_Square(entries, lost))
    return squares


def _states(first: DoubleDouble, squares: list[_Square], counts: FloatArray) -> _States:
    """Return where one step and, after it, so many more lead: those of the squares whose bits a count has."""
    vector, covered = DoubleDouble.zeros((2, len(counts), len(first))), DoubleDouble.zeros((len(counts), len(first)))
    vector[0], vector[1], covered[:] = 1.0 - first, -first, first
    for bit, square in enumerate(squares):
        odd = np.flatnonzero(np.floor(counts / 2.0**bit) % 2.0)
        if len(odd):
            products = square.entries[:, :, None] * vector[None, :, odd]
            covered[odd] = covered[odd] + (square.lost * vector[0, odd] - products[0, 1])
            vector[:, odd] = products[:, 0] + products[:, 1]
    return _States(vector, covered)


def _rows(squares: list[_Square], counts: FloatArray, m: int) -> _Rows:
    """Return the upper row of the product of those squares whose bits a count has."""
    row, lost = DoubleDouble.zeros((2, len(counts), m)), DoubleDouble.zeros((len(counts), m))
    row.high[0] = 1.0
    for bit, square in enumerate(squares):
        odd = np.flatnonzero(np.floor(counts / 2.0**bit) % 2.0)
        if len(odd):
            products = row[:, None, odd] * square.entries[:, :, None]
            more = lost[odd] + (row[0, odd] * square.lost - products[1, 0])
            row[:, odd] = products[0] + products[1]
            row[0, odd], lost[odd] = _settled(row[0, odd], more)
    return _Rows(row, lost)


def _settled(corner: DoubleDouble, lost: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
    """Return both, whose sum is 1: the larger from the smaller, which has the more digits after the point."""
    small = np.abs(lost.high) < 0.5
    corner = DoubleDouble.where(small, 1.0 - lost, corner)
    return corner, DoubleDouble.where(small, lost, 1.0 - corner)
