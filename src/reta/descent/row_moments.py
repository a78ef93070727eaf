"""Fourth moments of the rows: what the noise of mini-batches depends on, gathered in one more reading."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reta.descent.shuffling import Rows
    from reta.descent.surface import Surface
    from reta.types import FloatArray, IntArray

__all__ = ["MOST_AXES", "RowMoments", "from_pairs", "pairs_of", "row_moments", "to_pairs"]

MOST_AXES = 21  # 20 features and an intercept: 231 pairs of axes
MOST_WORK = 1e11  # rows times squared pairs: a second or two of a processor
CELLS = 1 << 20  # of a block of products, 8 MB


@dataclass(frozen=True, slots=True, eq=False)
class RowMoments:
    """Means over rows of products of up to four coordinates, on those axes of a surface that have curvature.

    With u a row ``(x, 1)`` on these q axes, r its k residuals where the descent comes to rest, and ``vech(A)`` the
    entries of a symmetric matrix on and above its diagonal, those above times √2, so that products are kept. Weights of
    rows multiply squares.

    Attributes
    ----------
    n_samples
        How many rows.
    curvature
        Shape (q,): of the surface.
    curvature_share
        ``c = 2 / k``: a gradient is c times the mean of ``u (uᵀδ − r)``.
    fourth
        Shape (P, P), P = q (q + 1) / 2: the mean of ``vech(uuᵀ) vech(uuᵀ)ᵀ``; ``None`` where that was too much work.
    squared_length
        Shape (q, q): the mean of ``‖u‖² uuᵀ``.
    noise
        Shape (P,) or, where ``fourth`` is None, (1,): the covariance of ``u rⱼ`` summed over targets, as vech or as its
        trace.
    mixed
        Shape (P, q): with δ the distances at the start, the part of axis a in the covariance of ``u uᵀδⱼ`` and
        ``u rⱼ``, summed over targets; zeros where ``fourth`` is None.
    start, resting
        Shape (k, q): δ, from where the descent comes to rest; and from the optimum to there.
    """

    n_samples: int
    curvature: FloatArray
    curvature_share: float
    fourth: FloatArray | None
    squared_length: FloatArray
    noise: FloatArray
    mixed: FloatArray
    start: FloatArray
    resting: FloatArray


def row_moments(pieces: Iterable[Rows], surface: Surface, weight_decay: float, origin: FloatArray) -> RowMoments | None:
    """Read the rows once; ``None`` where there are fewer than two, or no axis has curvature.

    Parameters
    ----------
    pieces
        All rows, as the descent sees them, in any order.
    surface
        Of the same rows.
    weight_decay
        Of the steps.
    origin
        Shape (k, m): the parameters where the descent begins.

    Notes
    -----
    Some n·P² operations and 8 MB at a time up to 20 features; n·q² beyond.
    """
    curved = surface.curvature > 0.0
    q, k = int(curved.sum()), len(surface.targets)
    n = surface.exact.n_samples
    if n < 2 or not q:
        return None
    axes = surface.axes[:, curved]
    resting = surface.attractor(weight_decay)[:, curved] if weight_decay > 0.0 else np.zeros((k, q))
    sums = _Sums(q, k, whole=q <= MOST_AXES and n * (q * (q + 1) / 2.0) ** 2 <= MOST_WORK)
    start = surface.distances(origin)[:, curved] - resting
    parameters = surface.optimum + resting @ axes.T
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        for U, R in _blocks(pieces, surface, axes, parameters, sums.width):
            sums.add(U, R, start)
    return sums.moments(n, surface.curvature[curved], 2.0 / k, start, resting)


@cache
def pairs_of(q: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Return rows and columns (P,) of the entries on and above the diagonal, and by what vech multiplies them."""
    row, column = np.triu_indices(q)
    return row, column, np.where(row == column, 1.0, np.sqrt(2.0))


def to_pairs(A: FloatArray) -> FloatArray:
    """Return vech of symmetric matrices (..., q, q): (..., P)."""
    row, column, factor = pairs_of(A.shape[-1])
    return np.asarray(A[..., row, column] * factor)


def from_pairs(pairs: FloatArray, q: int) -> FloatArray:
    """Return the symmetric matrices (..., q, q) of their vech (..., P)."""
    row, column, factor = pairs_of(q)
    A = np.empty((*pairs.shape[:-1], q, q))
    A[..., row, column] = A[..., column, row] = pairs / factor
    return A


class _Sums:
    """Sums over rows, block by block."""

    def __init__(self, q: int, k: int, *, whole: bool) -> None:
        self._row, self._column, self._factor = pairs_of(q)
        self._whole = whole
        self.width = len(self._row) if whole else q
        P = self.width if whole else 0
        self._fourth, self._noise, self._mixed = np.zeros((P, P)), np.zeros(max(P, 1)), np.zeros((P, q))
        self._squared, self._first = np.zeros((q, q)), np.zeros((k, q))

    def add(self, U: FloatArray, R: FloatArray, start: FloatArray) -> None:
        """Add rows on the axes, (b, q), and their residuals (b, k)."""
        length, error = np.sum(U * U, axis=1), np.sum(R * R, axis=1)
        self._squared += (U * length[:, None]).T @ U
        self._first += R.T @ U
        if not self._whole:
            self._noise += error @ length
            return
        products = U[:, self._row] * U[:, self._column]
        products *= self._factor
        self._fourth += products.T @ products
        self._noise += products.T @ error
        self._mixed += products.T @ (U * (R @ start))

    def moments(
        self, n: int, curvature: FloatArray, share: float, start: FloatArray, resting: FloatArray
    ) -> RowMoments:
        """Return the means, those of residuals about their own."""
        first = self._first / n
        noise, mixed = self._noise / n, self._mixed / n
        if self._whole:
            gram = curvature / share
            noise -= to_pairs(first.T @ first)
            along = np.zeros((len(gram), len(gram), len(gram)))
            for axis in range(len(gram)):
                product = gram[axis] * start[:, axis] @ first
                along[axis, axis] += product
                along[axis, :, axis] += product
            mixed -= 0.5 * to_pairs(along).T
        else:
            noise -= np.sum(first**2)
        fourth = self._fourth / n if self._whole else None
        return RowMoments(n, curvature, share, fourth, self._squared / n, noise, mixed, start, resting)


def _blocks(
    pieces: Iterable[Rows], surface: Surface, axes: FloatArray, parameters: FloatArray, width: int
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield rows on the axes and residuals, both times the root of the row's weight, so many that products fit."""
    p, height = len(surface.features), max(CELLS // max(width, 1), 1)
    bias = surface.coordinates.bias
    for rows in pieces:
        for at in range(0, len(rows), height):
            X, Y = rows.X[at : at + height], rows.Y[at : at + height]
            U, R = X @ axes[:p], Y - X @ parameters[:, :p].T
            if bias:
                U, R = U + axes[p], R - parameters[:, p]
            if rows.weights is not None:
                root = np.sqrt(rows.weights[at : at + height])[:, None]
                U, R = U * root, R * root
            yield U, R
