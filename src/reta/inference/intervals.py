"""Intervals for new rows: where the mean of such rows lies, and where one new observation falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.inference.coordinates import offset_blocks
from reta.inference.student_t import student_t_quantile

if TYPE_CHECKING:
    from reta.types import FloatArray, IntervalKind

__all__ = ["half_widths", "leverage", "leverage_of_offsets"]


def leverage(
    rows: FloatArray, inverse_root: FloatArray, center: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> FloatArray:
    """Return ``h(x) = 1/W + (x − c)ᵀ S⁻¹ (x − c)``: the variance of a row's fitted mean, in residual variances.

    Parameters
    ----------
    rows
        Shape (m, p), in feature units.
    inverse_root
        Shape (r, p), 1 / (feature × √weight): ``inverse_rootᵀ inverse_root = S⁻¹``, zero for dropped columns.
    center
        c, shape (p,): means of the training rows, or zeros without an intercept.
    weight_sum
        W, the sum of the training weights.
    fit_intercept
        Whether there is an intercept; without one there is no 1/W.

    Returns
    -------
    FloatArray
        Shape (m,), 1 / weight.

    Notes
    -----
    O(m·r·p); beside the rows it holds some 100,000 cells at a time, however many rows come.
    """
    h = np.empty(len(rows))
    for block, offsets in offset_blocks(rows, center):
        h[block] = leverage_of_offsets(offsets, inverse_root, weight_sum, fit_intercept=fit_intercept)
    return h


def leverage_of_offsets(
    offsets: FloatArray, inverse_root: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> FloatArray:
    """Return the same, shape (b,), for ``x − c`` of shape (p, b)."""
    columns = inverse_root @ offsets
    h = np.einsum("rn,rn->n", columns, columns)
    if fit_intercept:
        h += 1.0 / weight_sum
    return np.asarray(h)


def half_widths(
    h: FloatArray,
    variance: FloatArray,
    degrees_of_freedom: float,
    level: float = 0.95,
    kind: IntervalKind = "prediction",
) -> FloatArray:
    """Return half the width of an interval round each prediction, for all targets.

    Parameters
    ----------
    h
        Shape (m,), from ``leverage``.
    variance
        Shape (k,), target² × weight: residual variances; NaN gives NaN.
    degrees_of_freedom
        Of the residual variances.
    level
        Coverage, between 0 and 1.
    kind
        ``"confidence"``: the mean of many rows like this one, ``h``; ``"prediction"``: one new observation of weight
        1, ``1 + h``.

    Returns
    -------
    FloatArray
        Shape (m, k), in target units, column by column in memory.
    """
    quantile = student_t_quantile((1.0 + level) / 2.0, degrees_of_freedom)
    return np.outer(quantile * np.sqrt(variance), np.sqrt(h if kind == "confidence" else h + 1.0)).T
