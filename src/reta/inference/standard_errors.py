"""Standard errors of coefficients and intercept, from the inverse cross-products and the residual variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["residual_variance", "standard_errors", "unscaled_variances"]


def residual_variance(residual_scatter: FloatArray, degrees_of_freedom: int) -> FloatArray:
    """Return the residual variance of every target: ``Σ w e² / degrees_of_freedom``.

    Parameters
    ----------
    residual_scatter
        Shape (k, k), target² × weight.
    degrees_of_freedom
        Rows − rank − intercept; with none left there is no variance, and NaN comes back.

    Returns
    -------
    FloatArray
        Shape (k,), target² × weight: the variance of an observation of weight 1.
    """
    squares = np.diagonal(residual_scatter)
    if degrees_of_freedom <= 0:
        return np.full(len(squares), np.nan)
    return np.asarray(squares / degrees_of_freedom)


def unscaled_variances(
    inverse_root: FloatArray, center: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> tuple[FloatArray, float]:
    """Return the diagonal of ``(AᵀA)⁻¹``, A the weighted features with a column of ones.

    Parameters
    ----------
    inverse_root
        Shape (r, p), 1 / (feature × √weight): ``inverse_rootᵀ inverse_root`` inverts the cross-products about
        ``center``.
    center
        Shape (p,), in feature units.
    weight_sum
        W; the intercept's own part is ``1 / W``.
    fit_intercept
        Whether there is an intercept.

    Returns
    -------
    of_coef
        Shape (p,), 1 / (feature² × weight); NaN for columns that were dropped.
    of_intercept
        1 / weight; NaN where there is no intercept.
    """
    of_coef = np.square(inverse_root).sum(axis=0)
    estimated = of_coef > 0.0
    of_intercept = 1.0 / weight_sum + float(np.square(inverse_root @ center).sum()) if fit_intercept else np.nan
    return np.where(estimated, of_coef, np.nan), of_intercept


def standard_errors(variance: FloatArray, unscaled: FloatArray) -> FloatArray:
    """Return the standard errors, shape (k, m), of m estimates for k targets.

    Parameters
    ----------
    variance
        Shape (k,), from ``residual_variance``.
    unscaled
        Shape (m,), from ``unscaled_variances``.
    """
    return np.outer(np.sqrt(variance), np.sqrt(unscaled))  # roots first: their product fits float64 longer
