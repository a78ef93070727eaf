"""Which columns stand on their own, in pairs of floats: Cholesky by the largest pivot, or in column order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.solvers.rank import pivot_noise
from reta.solvers.sliced_product import product
from reta.solvers.triangular import inverse_of_upper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reta.types import BoolArray, FloatArray

__all__ = ["ExtendedPivots", "independent_columns_extended"]

PANEL = 32


@dataclass(frozen=True, slots=True, eq=False)
class ExtendedPivots:
    """As ``Pivots``, with the inverse in pairs.

    Attributes
    ----------
    kept
        Shape (p,): r of them.
    inverse
        V, shape (r, r), rows in the order of the columns: ``correlation[kept, kept]⁻¹ = V Vᵀ``.
    combinations, unexplained
        As in ``Pivots``.
    """

    kept: BoolArray
    inverse: DoubleDouble
    combinations: FloatArray
    unexplained: FloatArray


def independent_columns_extended(
    correlation: DoubleDouble, cells: FloatArray, noise: FloatArray, *, max_rank: int
) -> ExtendedPivots:
    """Keep each column that earlier kept columns do not reproduce; parameters as for ``independent_columns``.

    Notes
    -----
    By the largest remaining pivot, which shows the rank best. Where some column does not stand on its own, again in
    column order, so that it is the later of two that goes. O(p³): the rows of the factor wait in panels of 32, the rest
    of the matrix is brought up to date once a panel, by ``product``; what is left of each column, at every step.
    """
    varying = np.flatnonzero(correlation.high.diagonal() > 0.0)
    if len(varying) <= max_rank:
        largest = _Elimination(correlation, cells, noise, len(varying))
        if all(largest.keep(j) for j in largest.by_size(varying)):
            return largest.pivots()
    in_order = _Elimination(correlation, cells, noise, max_rank)
    for j in range(len(correlation)):
        in_order.keep(j)
    return in_order.pivots()


class _Elimination:
    """Cholesky, one column at a time in any order; the rest of the matrix waits for a panel of columns."""

    def __init__(self, correlation: DoubleDouble, cells: FloatArray, noise: FloatArray, most: int) -> None:
        p = len(correlation)
        most = min(p, most)
        self._rest = DoubleDouble(correlation.high.copy(), correlation.low.copy())
        self._diagonal = DoubleDouble(*(part.diagonal().copy() for part in (correlation.high, correlation.low)))
        self._cells, self._noise = cells, noise
        self._upper, self._inverse = DoubleDouble.zeros((most, p)), np.zeros((most, most))
        self._kept: list[int] = []
        self._panel = 0  # where the rows of ``upper`` begin that the rest does not yet take account of
        self._waiting = np.ones(p, dtype=np.bool_)
        self._dropped: dict[int, float] = {}

    def by_size(self, columns: NDArray[np.intp]) -> Iterator[int]:
        """Yield the columns, always the one of which most is left."""
        left = np.zeros(len(self._waiting), dtype=np.bool_)
        left[columns] = True
        while left.any():
            largest = int(np.argmax(np.where(left, self._diagonal.high, -np.inf)))
            left[largest] = False
            yield largest

    def keep(self, j: int) -> bool:
        """Take column j out of the rest, or drop it."""
        rank = len(self._kept)
        self._waiting[j] = False
        weights = self._inverse[:rank, :rank] @ self._upper.high[:rank, j]
        pivot = self._diagonal[j]
        if rank == len(self._upper) or float(pivot.high) <= self._rounding(weights, j):
            self._dropped[j] = float(pivot.high)
            return False
        root = pivot.sqrt()
        self._inverse[:rank, rank] = -weights / root.high
        self._inverse[rank, rank] = 1.0 / root.high
        self._take_out(j, root)
        if len(self._kept) - self._panel == PANEL:
            self._update_rest()
        return True

    def pivots(self) -> ExtendedPivots:
        """Return what was found, in the order of the columns."""
        kept = np.zeros(len(self._waiting), dtype=np.bool_)
        kept[self._kept] = True
        rank = len(self._kept)
        inverse = inverse_of_upper(self._upper[:rank, self._kept])
        lost = np.flatnonzero(~kept)
        # Rows after a column was dropped are zero there, so that only columns before it enter.
        combinations = product(inverse, self._upper[:rank, lost]).rounded().T
        unexplained = np.array([self._dropped.get(j, 0.0) for j in lost.tolist()])
        return ExtendedPivots(kept, inverse[np.argsort(self._kept)], combinations, unexplained)

    def _take_out(self, j: int, root: DoubleDouble) -> None:
        """Write the row of the factor that column j gives, and take its squares off the diagonal."""
        rank, waiting = len(self._kept), np.flatnonzero(self._waiting)
        panel = self._upper[self._panel : rank]
        done = (panel[:, waiting] * panel[:, j, None]).sum(axis=0)
        row = (self._rest[j, waiting] - done) / root
        self._upper[rank, j] = root
        self._upper[rank, waiting] = row
        self._diagonal[waiting] = self._diagonal[waiting] - row * row
        self._kept.append(j)

    def _update_rest(self) -> None:
        """Take the rows of the panel off what is left."""
        waiting = np.flatnonzero(self._waiting)
        both = np.ix_(waiting, waiting)
        rows = self._upper[self._panel : len(self._kept), waiting]
        self._rest[both] = self._rest[both] - product(rows.T, rows)
        self._panel = len(self._kept)

    def _rounding(self, weights: FloatArray, j: int) -> float:
        return pivot_noise(weights, self._cells, self._noise, np.array(self._kept, dtype=np.intp), j)
