"""Which columns stand on their own, in pairs of floats: Cholesky by the largest pivot, or in column order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.double_double import DoubleDouble
from reta.solvers.rank import pivot_noise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reta.types import BoolArray, FloatArray

__all__ = ["ExtendedPivots", "independent_columns_extended"]


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
    correlation: DoubleDouble, offset: FloatArray, noise: FloatArray, *, max_rank: int
) -> ExtendedPivots:
    """Keep each column that earlier kept columns do not reproduce; parameters as for ``independent_columns``.

    Notes
    -----
    By the largest remaining pivot, which shows the rank best. Where some column does not stand on its own, again in
    column order, so that it is the later of two that goes. Some 30·p³ operations.
    """
    varying = np.flatnonzero(np.diagonal(correlation.high) > 0.0)
    if len(varying) <= max_rank:
        largest = _Elimination(correlation, offset, noise, len(varying))
        if all(largest.keep(j) for j in largest.by_size(varying)):
            return largest.pivots()
    in_order = _Elimination(correlation, offset, noise, max_rank)
    for j in range(len(correlation)):
        in_order.keep(j)
    return in_order.pivots()


class _Elimination:
    """Cholesky, one column at a time, in any order."""

    def __init__(self, correlation: DoubleDouble, offset: FloatArray, noise: FloatArray, most: int) -> None:
        p = len(correlation)
        most = min(p, most)
        self._rest = DoubleDouble(correlation.high.copy(), correlation.low.copy())
        self._offset, self._noise = offset, noise
        self._upper, self._inverse = DoubleDouble.zeros((most, p)), DoubleDouble.zeros((most, most))
        self._kept: list[int] = []
        self._waiting = np.ones(p, dtype=np.bool_)
        self._dropped: dict[int, tuple[FloatArray, float]] = {}

    def by_size(self, columns: NDArray[np.intp]) -> Iterator[int]:
        """Yield the columns, always the one of which most is left."""
        waiting = set(columns.tolist())
        while waiting:
            largest = max(sorted(waiting), key=lambda j: float(self._rest.high[j, j]))
            waiting.remove(largest)
            yield largest

    def keep(self, j: int) -> bool:
        """Take column j out of the rest, or drop it."""
        rank = len(self._kept)
        self._waiting[j] = False
        weights = self._inverse[:rank, :rank].matmul(self._upper[:rank, [j]])[:, 0]
        pivot = self._rest[j, j]
        if rank == len(self._upper) or float(pivot.high) <= self._rounding(weights.high, j):
            self._dropped[j] = weights.rounded(), float(pivot.high)
            return False
        root = pivot.sqrt()
        row = self._rest[j] / root
        _write(self._upper, rank, row)
        _write(self._inverse, (slice(None, rank), rank), -weights / root)
        _write(self._inverse, (rank, rank), 1.0 / root)
        self._kept.append(j)
        waiting = np.flatnonzero(self._waiting)
        row, both = row[waiting], np.ix_(waiting, waiting)
        _write(self._rest, both, self._rest[both] - row[:, None] * row[None, :])
        return True

    def pivots(self) -> ExtendedPivots:
        """Return what was found, in the order of the columns."""
        kept = np.zeros(len(self._rest), dtype=np.bool_)
        kept[self._kept] = True
        rank = len(self._kept)
        order = np.argsort(self._kept)
        inverse = self._inverse[:rank, :rank][order] if rank else DoubleDouble.zeros((0, 0))
        lost = [self._dropped.get(j, (np.empty(0), 0.0)) for j in np.flatnonzero(~kept).tolist()]
        combinations = np.zeros((len(lost), rank))
        for at, (weights, _) in enumerate(lost):
            combinations[at, : len(weights)] = weights
        return ExtendedPivots(kept, inverse, combinations, np.array([pivot for _, pivot in lost]))

    def _rounding(self, weights: FloatArray, j: int) -> float:
        return pivot_noise(weights, self._offset, self._noise, np.array(self._kept, dtype=np.intp), j)


def _write(target: DoubleDouble, place: Any, values: DoubleDouble) -> None:
    target.high[place], target.low[place] = values.high, values.low
