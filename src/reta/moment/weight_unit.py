"""Weights of extreme size: summed in a unit of their own, a power of two, and taken back without rounding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.errors import NumericalError

if TYPE_CHECKING:
    from reta.moment.moments import Moments
    from reta.moment.rows import Rows

__all__ = ["in_ordinary_weights", "in_own_weights"]

ORDINARY = 64  # exponents of two within which sums need no care
LARGEST = 960  # beyond, products of a sum of weights with its rest leave the range in which floats have all digits


def in_ordinary_weights(rows: Rows) -> tuple[Rows, int]:
    """Return the rows with weights of at most 1, and the power of two by which they were divided; 0 where none is.

    Raises
    ------
    NumericalError
        Weights differ by more than float64 can hold.
    """
    if rows.weights is None:
        return rows, 0
    exponent = int(np.frexp(rows.weights.max())[1]) // 2 * 2  # so that roots of weights are rounded alike
    if abs(exponent) <= ORDINARY:
        return rows, 0
    weights = np.ldexp(rows.weights, -exponent)
    if ((weights == 0.0) & (rows.weights > 0.0)).any():
        least = rows.weights[rows.weights > 0.0].min()
        raise NumericalError(
            f"the weights run from {least:.3g} to {rows.weights.max():.3g}, further than float64 reaches: rows of the "
            "smallest cannot count beside those of the largest. Leave such rows out, or give them weight 0"
        )
    return replace(rows, weights=weights), exponent


def in_own_weights(moments: Moments, exponent: int, heaviest: float) -> Moments:
    """Return moments of weights that were divided by two to this power, as they are for the weights themselves.

    Raises
    ------
    NumericalError
        Their sums do not fit float64.
    """
    if not exponent:
        return moments
    of_weights = int(np.frexp(moments.weight_sum)[1]) + exponent
    squares = moments.scatter.diagonal()
    of_squares = np.frexp(squares[squares > 0.0])[1] + exponent
    if max(abs(of_weights), of_squares.max(initial=0), -of_squares.min(initial=0)) > LARGEST:
        raise NumericalError(
            f"the weights, of up to {heaviest:.3g}, are too {'large' if exponent > 0 else 'small'}: with them, sums of "
            "squares do not fit float64. Only their ratios matter to coefficients and errors: divide them all by one "
            "number"
        )
    scaled = {
        name: np.ldexp(getattr(moments, name), exponent)
        for name in ("weight_sum", "weight_sum_low", "scatter", "scatter_low")
    }
    for name in ("weight_sum", "weight_sum_low"):
        scaled[name] = float(scaled[name])
    return replace(moments, **scaled)
