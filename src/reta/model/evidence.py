"""What a solution says about its own certainty: the inference layer applied to it, and the frames that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.allowed import require_coverage
from reta.inference import (
    coefficient_table,
    fit_quality,
    half_widths,
    residual_variance,
    standard_errors,
    unscaled_variances,
)
from reta.inference.intervals import leverage_of_offsets
from reta.inference.likelihood import likelihood
from reta.inference.robust_means import mean_variances, robust_f, robust_half_widths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reta.inference import CoefficientTable, FitQuality
    from reta.model.robust import RobustCovariance
    from reta.solvers import Solution
    from reta.types import FloatArray, IntArray, IntervalKind

__all__ = ["glance_frame", "half_widths_of", "quality_of", "tidy_frame"]

OF_ROWS = ("df_residual", "rank")
OF_LEAST_SQUARES = ("statistic", "p_value", "log_likelihood", "aic", "bic")


def quality_of(solution: Solution) -> FitQuality:
    """Return R², residual standard error and F test of every target."""
    return fit_quality(
        solution.total_scatter,
        solution.residual_scatter,
        solution.constant_target,
        n_samples=solution.n_samples,
        rank=solution.rank,
        fit_intercept=solution.fit_intercept,
    )


def half_widths_of(
    solution: Solution, offsets: FloatArray, level: float, kind: IntervalKind, robust: RobustCovariance | None = None
) -> FloatArray:
    """Return half the width of the interval round each prediction, shape (n, k), in target units.

    ``offsets`` are features less their center, shape (p, n).
    """
    basis = (solution.inverse_root, solution.weight_sum)
    offsets = offsets - solution.center_low[:, None]
    if robust is not None:
        of_means, h = mean_variances(offsets, robust.in_coordinates, *basis, fit_intercept=solution.fit_intercept)
        return robust_half_widths(of_means, h, _variance(solution), robust.degrees_of_freedom, level=level, kind=kind)
    h = leverage_of_offsets(offsets, *basis, fit_intercept=solution.fit_intercept)
    return half_widths(h, _variance(solution), solution.degrees_of_freedom, level, kind)


def tidy_frame(solution: Solution, level: float, robust: RobustCovariance | None = None) -> pl.DataFrame:
    """Return a row per target and term, the intercept first; ``LinearModel.tidy`` explains the columns."""
    require_coverage(level)
    terms = (*(("intercept",) if solution.fit_intercept else ()), *solution.features)
    table = _coefficients(solution, level, robust)
    columns = {
        "target": np.repeat(solution.targets, len(terms)),
        "term": np.tile(terms, len(solution.targets)),
        **{name: getattr(table, name).ravel() for name in table.__slots__},
        "digits": _digits(solution).ravel(),
    }
    return _frame(columns)


def _digits(solution: Solution) -> IntArray:
    """Return the digits of every term, shape (k, m), the intercept's first."""
    of_terms = [solution.intercept_digits[:, None]] if solution.fit_intercept else []
    return np.hstack([*of_terms, solution.coef_digits])


def glance_frame(solution: Solution, robust: RobustCovariance | None = None) -> pl.DataFrame:
    """Return a row per target on the whole fit; ``LinearModel.glance`` explains the columns."""
    quality = quality_of(solution)
    statistic, p_value = _whole_test(solution, quality, robust)
    plausible = likelihood(
        solution.residual_scatter,
        n_samples=max(solution.n_samples, 1),
        n_coefficients=solution.rank + solution.fit_intercept,
        log_weight_sum=solution.log_weight_sum,
    )
    k = len(solution.targets)
    columns = {
        "target": list(solution.targets),
        "n_samples": [solution.n_samples] * k,
        "df_residual": [solution.degrees_of_freedom] * k,
        "rank": [solution.rank] * k,
        "r_squared": quality.r_squared,
        "adj_r_squared": quality.adjusted_r_squared,
        "sigma": quality.residual_standard_error,
        "statistic": statistic,
        "p_value": p_value,
        "log_likelihood": plausible.log_likelihood,
        "aic": plausible.aic,
        "bic": plausible.bic,
    }
    if not solution.least_squares:
        columns |= dict.fromkeys(OF_LEAST_SQUARES, [np.nan] * k)
    frame = _frame(columns)
    if solution.n_samples:
        return frame
    return frame.with_columns(pl.lit(None, pl.Int64).alias(name) for name in OF_ROWS)


def _whole_test(
    solution: Solution, quality: FitQuality, robust: RobustCovariance | None
) -> tuple[FloatArray, FloatArray]:
    """Return F and its p value, shape (k,) each, by the covariance that the errors of the coefficients have."""
    if robust is None:
        return quality.f_statistic, quality.f_p_value
    first = int(solution.fit_intercept)
    of_features = robust.in_coordinates[:, first:, first:]
    return robust_f(solution.coef, of_features, solution.inverse_root, robust.degrees_of_freedom)


def _frame(columns: Mapping[str, Any]) -> pl.DataFrame:
    """Return a frame with null for NaN; by way of lists, since arrays would make Polars load numpy.ma, some 40 ms."""
    lists = {name: np.asarray(values).tolist() for name, values in columns.items()}
    return pl.DataFrame(lists).with_columns(pl.selectors.float().fill_nan(None))


def _coefficients(solution: Solution, level: float, robust: RobustCovariance | None) -> CoefficientTable:
    coef = np.where(solution.estimated, solution.coef, np.nan)
    estimate = np.column_stack([solution.intercept, coef]) if solution.fit_intercept else coef
    if robust is not None:
        errors = np.sqrt(np.maximum(np.diagonal(robust.matrices, axis1=1, axis2=2), 0.0))
        return coefficient_table(estimate, errors, robust.degrees_of_freedom, level)
    if not solution.least_squares:
        return coefficient_table(estimate, np.full_like(estimate, np.nan), solution.degrees_of_freedom, level)
    of_coef, of_intercept = unscaled_variances(
        solution.inverse_root, solution.center, solution.weight_sum, fit_intercept=solution.fit_intercept
    )
    unscaled = np.append(of_intercept, of_coef) if solution.fit_intercept else of_coef
    errors = standard_errors(_variance(solution), unscaled)
    return coefficient_table(estimate, errors, solution.degrees_of_freedom, level)


def _variance(solution: Solution) -> FloatArray:
    return residual_variance(solution.residual_scatter, solution.degrees_of_freedom)
