"""Eigenvalues and eigenvectors of a symmetric matrix known to some 32 digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from reta.types import BoolArray, FloatArray

__all__ = ["eigen_decomposition"]

RESOLVED = 1e-6  # eigenvalues down to this share of the largest are right in float64 to 10 digits
ALIKE = 1e-10  # of the largest of a level: any directions will do for eigenvalues this near one another
LEVELS = 6
REFINEMENTS = 3
SETTLED = 1e-13  # of a right angle: what is left is the square of it


def eigen_decomposition(matrix: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
    """Return eigenvalues, ascending, and orthonormal eigenvectors as columns.

    Parameters
    ----------
    matrix
        Symmetric and positive semidefinite, (m, m), entries right to 2⁻¹⁰⁰ of the largest eigenvalue.

    Returns
    -------
    tuple
        Eigenvalues (m,) and eigenvectors (m, m), both in pairs. An eigenvalue is right to 2⁻¹⁰⁰ of the largest or
        nearer, so that one at 1e-20 of it has some 10 digits of its own. Float64 alone would lose all digits of an
        eigenvalue at 1e-16 of the largest.

    Notes
    -----
    Float64 gives the large eigenvalues. Their couplings to the rest, formed in pairs, correct the directions; what is
    left over is a smaller matrix of its own, and has its turn. O(m³), in pairs.

    References
    ----------
    T. Ogita and K. Aishima, "Iterative refinement for symmetric eigenvalue decomposition", Japan Journal of Industrial
    and Applied Mathematics 35, 2018.
    """
    m = len(matrix)
    vectors, values = DoubleDouble.of(np.eye(m)), DoubleDouble.zeros(m)
    open_ = np.ones(m, dtype=bool)
    for level in range(LEVELS):
        inner = (matrix if level == 0 else _seen_from(matrix, vectors)).high[np.ix_(open_, open_)]
        found, turn = np.linalg.eigh(inner)
        turned = vectors[:, open_].matmul(DoubleDouble.of(turn)) if level else DoubleDouble.of(turn)
        vectors.high[:, open_], vectors.low[:, open_] = turned.high, turned.low
        for _ in range(REFINEMENTS):
            vectors, values, moved = _refined(matrix, vectors)
            if moved < SETTLED:
                break
        places = np.flatnonzero(open_)
        open_[places[found >= RESOLVED * found[-1]]] = False
        if not open_.any() or not found[-1] > 0.0:
            break
    values = DoubleDouble.where(values.high > 0.0, values, DoubleDouble.zeros(m))
    order = np.argsort(values.high, kind="stable")
    return values[order], vectors[:, order]


def _seen_from(matrix: DoubleDouble, vectors: DoubleDouble) -> DoubleDouble:
    """Return VᵀMV."""
    return vectors.T.matmul(matrix.matmul(vectors)).mirrored()


def _refined(matrix: DoubleDouble, vectors: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble, float]:
    """Return better directions, their eigenvalues, and how far they turned.

    Couplings, and departures from a right angle, become the squares of what they were; errors of eigenvalues are such
    squares already.
    """
    rest = DoubleDouble.of(np.eye(len(matrix))) - vectors.T.matmul(vectors)
    inner = _seen_from(matrix, vectors)
    exact = _diagonal(inner) / (1.0 - _diagonal(rest))
    values = exact.high
    between = values[None, :] - values[:, None]
    alike = np.abs(between) <= ALIKE * np.maximum(np.abs(values[None, :]), np.abs(values[:, None]))
    coupling = inner.high + values[None, :] * rest.high
    turn = np.divide(coupling, between, out=rest.high / 2.0, where=~alike)
    return vectors + vectors.matmul(DoubleDouble.of(_small(turn, alike))), exact, float(np.abs(turn).max())


def _diagonal(matrix: DoubleDouble) -> DoubleDouble:
    return DoubleDouble(np.diagonal(matrix.high), np.diagonal(matrix.low))


def _small(turn: FloatArray, alike: BoolArray) -> FloatArray:
    """Leave for a later level what is no small correction."""
    return np.where((np.abs(turn) < RESOLVED) | alike, turn, 0.0)
