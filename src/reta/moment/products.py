"""Products of a few long rows with each other, by the kernel of BLAS that is quick for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["products_of_rows"]

# OpenBLAS has a kernel for general products of few numbers. NumPy takes A Aᵀ for a symmetric product, of which BLAS
# computes half, but by a kernel made for large ones: up to 32 rows the former is 1.4 to 6 times as fast.
_MOST_ROWS = 32
_AT_ONCE = 256  # columns: as fast as any number from 128 to 1024; that kernel adds them all in turn


def products_of_rows(rows: FloatArray) -> FloatArray:
    """Return the products (q, q + 1) of all rows but the last with all.

    Parameters
    ----------
    rows
        Shape (q + 1, n), the last one often of ones.

    Notes
    -----
    The product of rows i and j may differ in the last bits from that of j and i.
    """
    height, n = rows.shape
    if height > _MOST_ROWS:
        return np.asarray(rows @ rows.T)[:-1]
    whole = n - n % _AT_ONCE
    total: FloatArray = rows[:-1, whole:] @ rows[:, whole:].T
    if whole:
        parts = rows[:, :whole].reshape(height, whole // _AT_ONCE, _AT_ONCE).transpose(1, 0, 2)
        total += (parts[:, :-1] @ parts.transpose(0, 2, 1)).sum(axis=0)
    return total
