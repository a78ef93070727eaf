"""Which columns stand on their own: Cholesky in column order, with a pivot test that knows its rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.solvers.precision import quadratic_noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reta.types import BoolArray, FloatArray

__all__ = ["Pivots", "independent_columns", "pivot_noise"]

PANEL = 48
FAR = 1e3  # pivots so many times above their rounding need no closer look


@dataclass(frozen=True, slots=True, eq=False)
class Pivots:
    """Independent columns, the factor of their correlations, and what the other columns are made of.

    Attributes
    ----------
    kept
        Shape (p,): r of them.
    inverse
        U⁻¹, shape (r, r), upper triangular: ``correlation[kept, kept] = Uᵀ U``.
    combinations
        Shape (p − r, r), in units of the columns' norms: each dropped column by the kept ones before it.
    unexplained
        Shape (p − r,): share of each dropped column's square that its combination leaves.
    """

    kept: BoolArray
    inverse: FloatArray
    combinations: FloatArray
    unexplained: FloatArray


def independent_columns(correlation: FloatArray, cells: FloatArray, noise: FloatArray, *, max_rank: int) -> Pivots:
    """Keep each column that earlier kept columns do not reproduce.

    Parameters
    ----------
    correlation
        Shape (p, p), unit diagonal; a zero diagonal marks a column to leave out.
    cells, noise
        Shape (p,): of the cells and of the sums, as ``NormalEquations`` has them.
    max_rank
        Most columns that the number of rows can tell apart.

    Notes
    -----
    A column goes when the pivot left to it is under the rounding of that very pivot: 6e-14 of the column's square for
    a copy, more when the combination has large or cancelling coefficients or the cells are coarse. It does
    not grow with the number of rows. (R drops a column where 1e-14 is left.) O(p³), in panels of 48 columns.
    """
    p = len(correlation)
    if p <= max_rank and (all_of_them := _all_columns(correlation, cells, noise)) is not None:
        return all_of_them
    rest = correlation.copy()
    upper, inverse = np.zeros((min(p, max_rank), p)), np.zeros((min(p, max_rank),) * 2)
    kept = np.zeros(p, dtype=np.bool_)
    dropped: list[tuple[FloatArray, float]] = []
    rank = 0
    for start in range(0, p, PANEL):
        stop, first = min(start + PANEL, p), rank
        for j in range(start, stop):
            row = rest[j, j:] - upper[first:rank, j] @ upper[first:rank, j:]
            weights, pivot = inverse[:rank, :rank] @ upper[:rank, j], float(row[0])
            if rank == len(upper) or pivot <= pivot_noise(weights, cells, noise, kept, j):
                dropped.append((weights, pivot))
                continue
            root = np.sqrt(pivot)
            upper[rank, j:] = row / root
            inverse[:rank, rank], inverse[rank, rank] = -weights / root, 1.0 / root
            kept[j] = True
            rank += 1
        rest[stop:, stop:] -= upper[first:rank, stop:].T @ upper[first:rank, stop:]
    combinations = np.zeros((len(dropped), rank))
    for at, (weights, _) in enumerate(dropped):
        combinations[at, : len(weights)] = weights
    return Pivots(kept, inverse[:rank, :rank], combinations, np.array([pivot for _, pivot in dropped]))


def _all_columns(correlation: FloatArray, cells: FloatArray, noise: FloatArray) -> Pivots | None:
    """Return the factor that keeps all columns, at once, where none is near to depending on others."""
    try:
        upper = np.linalg.cholesky(correlation).T
    except np.linalg.LinAlgError:
        return None
    inverse = np.linalg.inv(upper)
    pivots = upper.diagonal()
    sizes = np.abs(inverse) * pivots
    rounding = np.square(noise @ sizes) + np.square(cells @ sizes)
    if not (np.square(pivots) > FAR * rounding).all():
        return None
    return Pivots(np.ones(len(correlation), dtype=np.bool_), inverse, np.zeros((0, len(correlation))), np.zeros(0))


def pivot_noise(weights: FloatArray, cells: FloatArray, noise: FloatArray, kept: NDArray[Any], j: int) -> float:
    """Return the rounding of what ``weights`` of the columns ``kept`` leave of column j."""
    return quadratic_noise(np.append(weights, 1.0), np.append(cells[kept], cells[j]), np.append(noise[kept], noise[j]))
