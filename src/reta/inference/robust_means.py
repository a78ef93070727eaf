"""What a covariance from the rows says of a whole fit: the variance of fitted means, and the F test of all features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.inference.coordinates import coordinates_of_offsets
from reta.inference.f_distribution import f_sf
from reta.inference.student_t import student_t_quantile

if TYPE_CHECKING:
    from reta.types import FloatArray, IntervalKind

__all__ = ["VANISHED", "mean_variances", "robust_f", "robust_half_widths"]

# Scores that cancel leave eps² of their squares; nothing that was measured is a ten-billionth of the classical error.
VANISHED = 1e-20
SINGULAR = 1e-12


def mean_variances(
    offsets: FloatArray, meat: FloatArray, inverse_root: FloatArray, weight_sum: float, *, fit_intercept: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Return ``uᵀ M u``, the variance of the fitted mean of every row and target, and the rows' leverage ``uᵀ u``.

    Parameters
    ----------
    offsets
        Features less their center, shape (p, n), in feature units.
    meat
        M, shape (k, d, d), target² × weight: covariances in the coordinates of ``row_coordinates``.
    inverse_root, weight_sum, fit_intercept
        As for ``row_coordinates``.

    Returns
    -------
    variances
        Shape (n, k), target², column by column in memory.
    leverage
        Shape (n,), 1 / weight.

    Notes
    -----
    It equals ``xᵀ V x`` with V the covariance of the coefficients, without the cancellation that features far from
    zero, or alike, bring into that. O(n·k·d²).
    """
    U = coordinates_of_offsets(offsets, inverse_root, weight_sum, fit_intercept=fit_intercept)
    variances = np.empty((len(meat), offsets.shape[1]))
    for own, M in zip(variances, meat, strict=True):
        own[:] = np.einsum("dn,dn->n", M @ U, U)
    return variances.T, np.asarray(np.einsum("dn,dn->n", U, U))


def robust_half_widths(
    mean_variance: FloatArray,
    h: FloatArray,
    variance: FloatArray,
    degrees_of_freedom: float,
    *,
    level: float = 0.95,
    kind: IntervalKind = "prediction",
) -> FloatArray:
    """Return half the width of an interval round each prediction, for all targets.

    Parameters
    ----------
    mean_variance, h
        Shapes (m, k) and (m,), from ``mean_variances``.
    variance
        Shape (k,), target² × weight: the residual variance over all rows.
    degrees_of_freedom
        Of the robust covariance.
    level
        Coverage, between 0 and 1.
    kind
        ``"confidence"``: ``mean_variance``; ``"prediction"``: ``mean_variance + variance``. No robust covariance
        knows the spread of a single new observation; the mean spread over the training rows stands for it, too wide
        where observations spread less than that and too narrow where they spread more.

    Returns
    -------
    FloatArray
        Shape (m, k), in target units; NaN where the scores of the rows cancel, which leaves no error.
    """
    vanished = mean_variance < VANISHED * np.outer(h, variance)
    known = np.where(vanished, np.nan, np.maximum(mean_variance, 0.0))
    quantile = student_t_quantile((1.0 + level) / 2.0, degrees_of_freedom)
    return np.asarray(quantile * np.sqrt(known if kind == "confidence" else known + variance))


def robust_f(
    coef: FloatArray, meat: FloatArray, inverse_root: FloatArray, degrees_of_freedom: float
) -> tuple[FloatArray, FloatArray]:
    """Test that all coefficients but the intercept are zero, ``F = bᵀ V⁻¹ b / r``, for every target.

    Parameters
    ----------
    coef
        Shape (k, p), target / feature; zero for dropped columns.
    meat
        M without the intercept, shape (k, r, r), target² × weight: ``V = inverse_rootᵀ M inverse_root``.
    inverse_root
        Shape (r, p), 1 / (feature × √weight).
    degrees_of_freedom
        Of the robust covariance: the denominator's.

    Returns
    -------
    statistic, p_value
        Shape (k,) each; NaN where M is singular or not known: fewer clusters than coefficients, a perfect fit.

    Notes
    -----
    In coordinates b is β with ``inverse_rootᵀ β = b``, and ``F = βᵀ M⁻¹ β / r``: V is never inverted.
    """
    r = len(inverse_root)
    beta = np.linalg.lstsq(inverse_root.T, coef.T, rcond=0.0)[0].T if r else np.zeros((len(coef), 0))
    statistic = np.array([_quadratic(b, M) / r if r else np.nan for b, M in zip(beta, meat, strict=True)])
    return statistic, np.array([f_sf(f, r, degrees_of_freedom) for f in statistic.tolist()])


def _quadratic(b: FloatArray, M: FloatArray) -> float:
    """Return ``bᵀ M⁻¹ b``; NaN where M, scaled to ones on the diagonal, is singular to float64."""
    scale: FloatArray = np.sqrt(np.diagonal(M))
    if not (np.isfinite(M).all() and scale.all()):
        return np.nan
    correlation = M / scale[:, None] / scale
    if np.linalg.eigvalsh(correlation)[0] < SINGULAR * len(scale):
        return np.nan
    scaled = b / scale
    return float(scaled @ np.linalg.solve(correlation, scaled))
