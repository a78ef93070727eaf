"""The inverse of a triangular matrix of pairs, by halves."""

from __future__ import annotations

import numpy as np

from reta.double_double import DoubleDouble
from reta.solvers.sliced_product import product

__all__ = ["inverse_of_upper"]

BASE = 24


def inverse_of_upper(upper: DoubleDouble) -> DoubleDouble:
    """Return ``U⁻¹``, upper triangular, for U of shape (r, r) without a zero on its diagonal.

    Notes
    -----
    ``[[A, B], [0, C]]⁻¹ = [[A⁻¹, −A⁻¹ B C⁻¹], [0, C⁻¹]]``, down to blocks of 24 that are inverted column by column.
    O(r³), nearly all of it in ``product``.
    """
    r = len(upper)
    inverse = DoubleDouble.zeros((r, r))
    if r <= BASE:
        _by_columns(upper, inverse)
        return inverse
    half = slice(0, r // 2), slice(r // 2, r)
    first, last = (inverse_of_upper(upper[part, part]) for part in half)
    inverse[half[0], half[0]] = first
    inverse[half[1], half[1]] = last
    inverse[half] = -product(first, product(upper[half], last))
    return inverse


def _by_columns(upper: DoubleDouble, inverse: DoubleDouble) -> None:
    diagonal = np.diag_indices(len(upper))
    inverse[diagonal] = 1.0 / upper[diagonal]
    for at in range(1, len(upper)):
        weights = inverse[:at, :at].matmul(upper[:at, [at]])[:, 0]
        inverse[:at, at] = -weights * inverse[at, at]
