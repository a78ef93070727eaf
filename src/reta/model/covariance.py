"""The covariance of coefficients and of residuals, by the classical formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.inference import residual_variance

if TYPE_CHECKING:
    from reta.solvers import Solution
    from reta.types import FloatArray

__all__ = [
    "coefficient_covariance",
    "estimates_of",
    "residual_correlation",
    "residual_covariance",
    "term_names",
    "unscaled_root",
]


def term_names(solution: Solution) -> tuple[str, ...]:
    """Return the names of the m coefficients of a target, ``intercept`` first where there is one."""
    return (*(("intercept",) if solution.fit_intercept else ()), *solution.features)


def estimates_of(solution: Solution) -> FloatArray:
    """Return the coefficients of every target, shape (k, m), the intercept first; zero for dropped columns."""
    return np.column_stack([solution.intercept, solution.coef]) if solution.fit_intercept else solution.coef


def unscaled_root(solution: Solution) -> FloatArray:
    """Return G with ``Gᵀ G = (AᵀA)⁻¹``, A the weighted features behind a column of ones.

    Returns
    -------
    FloatArray
        Shape (r + 1, m), or (r, m) without an intercept, 1 / (column × √weight); zero columns for dropped features.
    """
    root = solution.inverse_root
    if not solution.fit_intercept:
        return root
    first = np.zeros((1, 1 + root.shape[1]))
    first[0, 0] = 1.0 / np.sqrt(solution.weight_sum)
    return np.vstack([first, np.column_stack([-(root @ solution.center), root])])


def coefficient_covariance(solution: Solution, target: int) -> FloatArray:
    """Return the covariance of a target's coefficients: residual variance × (AᵀA)⁻¹, the intercept first.

    Parameters
    ----------
    solution
        Of k targets.
    target
        Position of one of them.

    Returns
    -------
    FloatArray
        Shape (m, m), target² / (column × column), in the order of ``term_names``; NaN for dropped columns, and
        throughout without degrees of freedom.
    """
    root = unscaled_root(solution)
    variance = residual_variance(solution.residual_scatter, solution.degrees_of_freedom)[target]
    with np.errstate(over="ignore"):
        covariance: FloatArray = variance * (root.T @ root)
    dropped = np.append(np.zeros(int(solution.fit_intercept), dtype=np.bool_), ~solution.estimated)
    covariance[dropped, :] = np.nan
    covariance[:, dropped] = np.nan
    return covariance


def residual_covariance(solution: Solution) -> FloatArray:
    """Return ``Σ w e eᵀ / degrees of freedom``, shape (k, k), target² × weight; NaN without degrees of freedom."""
    if solution.degrees_of_freedom <= 0:
        return np.full_like(solution.residual_scatter, np.nan)
    return np.asarray(solution.residual_scatter / solution.degrees_of_freedom)


def residual_correlation(solution: Solution) -> FloatArray:
    """Return the correlation of the residuals, shape (k, k); NaN for targets that are reproduced to rounding."""
    covariance = residual_covariance(solution)
    deviation = np.sqrt(np.diagonal(covariance))
    scale = np.where(deviation > 0.0, deviation, np.nan)
    correlation = covariance / scale[:, None] / scale
    np.fill_diagonal(correlation, np.where(np.isfinite(scale), 1.0, np.nan))
    return np.asarray(np.clip(correlation, -1.0, 1.0))
