"""How well each target is fitted: R², residual standard error, the F test of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.inference.f_distribution import f_sf
from reta.inference.standard_errors import residual_variance

if TYPE_CHECKING:
    from reta.types import BoolArray, FloatArray

__all__ = ["FitQuality", "fit_quality"]


@dataclass(frozen=True, slots=True, eq=False)
class FitQuality:
    """Quality of the fit of k targets; every array of shape (k,).

    Attributes
    ----------
    r_squared, adjusted_r_squared
        Shares of the target's squares about its mean, or about zero without an intercept. NaN for a constant target
        and without degrees of freedom.
    residual_standard_error
        In target units, of an observation of weight 1; NaN without degrees of freedom.
    f_statistic, f_p_value
        Test that all coefficients but the intercept are zero; NaN as above and for a perfect fit.
    df_model, df_residual
        Degrees of freedom of that test.
    """

    r_squared: FloatArray
    adjusted_r_squared: FloatArray
    residual_standard_error: FloatArray
    f_statistic: FloatArray
    f_p_value: FloatArray
    df_model: int
    df_residual: int


def fit_quality(
    total_scatter: FloatArray,
    residual_scatter: FloatArray,
    constant_target: BoolArray,
    *,
    n_samples: int,
    rank: int,
    fit_intercept: bool = True,
) -> FitQuality:
    """Compare what was left over with what there was.

    Parameters
    ----------
    total_scatter, residual_scatter
        Shapes (k, k), target² × weight, of the targets and of the residuals.
    constant_target
        Shape (k,): targets with nothing to explain.
    n_samples, rank
        Rows, and columns kept (the intercept not counted).
    fit_intercept
        Whether an intercept was fitted.
    """
    df = n_samples - rank - fit_intercept
    total, residual = np.diagonal(total_scatter), np.diagonal(residual_scatter)
    defined = ~constant_target & (df > 0)
    share = np.divide(residual, total, out=np.full(len(total), np.nan), where=defined)
    variance = residual_variance(residual_scatter, df)
    tested = defined & (residual > 0.0) & (rank > 0)
    explained = (total - residual) / max(rank, 1)
    statistic = np.divide(explained, variance, out=np.full(len(total), np.nan), where=tested)
    return FitQuality(
        r_squared=1.0 - share,
        adjusted_r_squared=1.0 - share * ((n_samples - fit_intercept) / max(df, 1)),
        residual_standard_error=np.sqrt(variance),
        f_statistic=statistic,
        f_p_value=np.array([f_sf(f, rank, df) for f in statistic.tolist()]),
        df_model=rank,
        df_residual=df,
    )
