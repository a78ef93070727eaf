"""Rows in coordinates where the weighted features are orthonormal: what leverage and every sandwich is made of.

With ``A`` the features about their means and a column of ones, and ``U = A·T`` so that ``Uᵀ diag(w) U = I``, the
inverse of ``Aᵀ diag(w) A`` is ``T Tᵀ``: no cross-products are inverted, and no large mean enters a product.

Arrays of a value for each row and column are column by column in memory: what is done to a column then runs along it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.types import FloatArray

__all__ = [
    "block_rows",
    "coefficient_map",
    "coordinates_of_offsets",
    "offset_blocks",
    "row_coordinates",
    "row_leverage",
]

# 1 MiB, the second-level cache of a core: from a quarter of that to twice as much makes no difference of 10%.
BLOCK_CELLS = 1 << 17
MOST_ROWS = 1 << 13
ROWS_STEP = 1 << 8


def block_rows(n_columns: int) -> int:
    """Return how many rows of so many columns stay in the cache together: the same for rows from anywhere."""
    return max(ROWS_STEP, min(MOST_ROWS, BLOCK_CELLS // max(n_columns, 1) // ROWS_STEP * ROWS_STEP))


def offset_blocks(X: FloatArray, center: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
    """Yield ``x − center`` block by block, and which rows they are.

    Parameters
    ----------
    X
        Shape (n, p), any layout.
    center
        Shape (p,).

    Yields
    ------
    rows
        Of the block.
    offsets
        Shape (p, b), contiguous; overwritten by the next block.
    """
    n, p = X.shape
    step = block_rows(p)
    space = np.empty((p, min(step, n)))
    about = center[:, None]
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        offsets = space if rows.stop - start == space.shape[1] else np.empty((p, rows.stop - start))
        yield rows, np.subtract(X[rows].T, about, out=offsets)


def row_coordinates(
    X: FloatArray, inverse_root: FloatArray, center: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> FloatArray:
    """Return U, shape (n, d), 1 / √weight, for d = r kept features and the intercept, which comes first.

    Parameters
    ----------
    X
        Shape (n, p), in feature units.
    inverse_root, center, weight_sum, fit_intercept
        Of the solution: shapes (r, p) and (p,), and W; see ``reta.inference.leverage``.
    """
    columns = np.empty((len(inverse_root) + fit_intercept, len(X)))
    for rows, offsets in offset_blocks(X, center):
        columns[:, rows] = coordinates_of_offsets(offsets, inverse_root, weight_sum, fit_intercept=fit_intercept)
    return columns.T


def coordinates_of_offsets(
    offsets: FloatArray, inverse_root: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> FloatArray:
    """Return Uᵀ, shape (d, b), for ``x − center`` of shape (p, b)."""
    columns = np.empty((len(inverse_root) + fit_intercept, offsets.shape[1]))
    if fit_intercept:
        columns[0] = 1.0 / np.sqrt(weight_sum)
    np.matmul(inverse_root, offsets, out=columns[int(fit_intercept) :])
    return columns


def coefficient_map(
    inverse_root: FloatArray, center: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> FloatArray:
    """Return T, shape (m, d): from coordinates to the m coefficients, the intercept first.

    A vector v of the coordinates (a sum of scores, say) is ``T v`` in the coefficients' own units; ``T Tᵀ`` is the
    covariance of the coefficients in residual variances. Rows of dropped features are zero.
    """
    of_features = inverse_root.T
    if not fit_intercept:
        return of_features.copy()
    of_intercept = np.append(1.0 / np.sqrt(weight_sum), -(inverse_root @ center))
    return np.vstack([of_intercept, np.column_stack([np.zeros(len(of_features)), of_features])])


def row_leverage(U: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the diagonal of the hat matrix, ``hᵢ = wᵢ‖uᵢ‖²``, shape (n,), between 0 and 1 for rows of the fit."""
    columns = U.T
    return np.asarray(weights * np.einsum("dn,dn->n", columns, columns))
