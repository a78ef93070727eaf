"""What every single row does to the fit: residuals on their own scale, and what leaving the row out would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["Influence", "deleted_residuals", "dfbetas", "influence", "leverage_left"]

# Leverage comes from sums rounded at 1e-16 or so: less than this left of it is no number to divide by.
LEAST_LEVERAGE_LEFT = 1e-10
# A fit that leaves less than this share of the squares without one row is perfect without it.
LEAST_SHARE_LEFT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """Influence of n rows on the fit of k targets; every array of shape (n, k), without unit.

    All are NaN for a row of leverage 1, for a perfect fit and without degrees of freedom; those that need the fit
    without the row also where that fit is perfect or has no degrees of freedom.

    Attributes
    ----------
    std_residual
        Internally studentised: ``e √w / (s √(1 − h))``.
    student_residual
        Externally studentised: the same with s from the fit without the row; Student's t with df − 1.
    cooks_distance
        How far all fitted values move without the row: ``r² h / (m (1 − h))``, r internally studentised.
    dffits
        How far the row's own fitted value moves, in its standard errors: ``t √(h / (1 − h))``, t externally
        studentised.
    covratio
        Determinant of the coefficients' covariance without the row over that with it: under 1, the row costs precision.
    """

    std_residual: FloatArray
    student_residual: FloatArray
    cooks_distance: FloatArray
    dffits: FloatArray
    covratio: FloatArray


def influence(
    residuals: FloatArray,
    weights: FloatArray,
    leverage: FloatArray,
    *,
    variance: FloatArray,
    degrees_of_freedom: int,
    n_coefficients: int,
) -> Influence:
    """Measure the influence of rows of the fit.

    Parameters
    ----------
    residuals
        e, shape (n, k), in target units.
    weights
        w, shape (n,), positive; NaN gives NaN.
    leverage
        h, shape (n,), from ``row_leverage``.
    variance
        s², shape (k,), target² × weight: residual variances of the whole fit.
    degrees_of_freedom
        Of the whole fit.
    n_coefficients
        m, the intercept among them.

    References
    ----------
    Belsley, Kuh and Welsch (1980), "Regression Diagnostics", chapter 2.
    """
    left = leverage_left(leverage)[:, None]
    odds = leverage[:, None] / left
    spread = _positive(variance)
    without = _variance_without(residuals, weights, left, spread, degrees_of_freedom)
    scaled = residuals * np.sqrt(weights)[:, None] / np.sqrt(left)
    internal = scaled / np.sqrt(spread)
    external = scaled / np.sqrt(without)
    return Influence(
        std_residual=internal,
        student_residual=external,
        cooks_distance=np.square(internal) * odds / n_coefficients if n_coefficients else np.full_like(scaled, np.nan),
        dffits=external * np.sqrt(odds),
        covratio=(without / spread) ** n_coefficients / left,
    )


def dfbetas(
    U: FloatArray,
    coefficient_map: FloatArray,
    residuals: FloatArray,
    weights: FloatArray,
    leverage: FloatArray,
    *,
    variance: FloatArray,
    degrees_of_freedom: int,
) -> FloatArray:
    """Return how far every coefficient moves without each row, in its standard error: shape (n, k, m).

    Parameters
    ----------
    U, coefficient_map
        Shapes (n, d) and (m, d), from ``reta.inference.coordinates``.
    residuals, weights, leverage, variance, degrees_of_freedom
        As for ``influence``; NaN where that has it, and for dropped columns.
    """
    left = leverage_left(leverage)[:, None]
    without = _variance_without(residuals, weights, left, _positive(variance), degrees_of_freedom)
    size = _positive(np.square(coefficient_map).sum(axis=1))
    direction = U @ (coefficient_map / np.sqrt(size)[:, None]).T
    return np.asarray((weights[:, None] * residuals / left / np.sqrt(without))[:, :, None] * direction[:, None, :])


def deleted_residuals(residuals: FloatArray, leverage: FloatArray) -> FloatArray:
    """Return ``e / (1 − h)``, shape (n, k), target units: errors of predicting each row by a fit without it."""
    return residuals / leverage_left(leverage)[:, None]


def leverage_left(leverage: FloatArray) -> FloatArray:
    """Return 1 − h, shape (n,); NaN for rows of leverage 1, which a coefficient of their own fits."""
    left = 1.0 - leverage
    return np.where(left > LEAST_LEVERAGE_LEFT, left, np.nan)


def _variance_without(
    residuals: FloatArray, weights: FloatArray, left: FloatArray, spread: FloatArray, degrees_of_freedom: int
) -> FloatArray:
    """Return the residual variance of the fit without each row, shape (n, k)."""
    if degrees_of_freedom <= 1:
        return np.full(residuals.shape, np.nan)
    squares = degrees_of_freedom * spread
    remaining = squares - weights[:, None] * np.square(residuals) / left
    return np.where(remaining > LEAST_SHARE_LEFT * squares, remaining, np.nan) / (degrees_of_freedom - 1)


def _positive(values: FloatArray) -> FloatArray:
    return np.where(values > 0.0, values, np.nan)
