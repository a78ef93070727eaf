"""How sure a fit is: standard errors, tests, intervals, and the two distributions that they need."""

from __future__ import annotations

from reta.inference.coefficients import CoefficientTable, coefficient_table
from reta.inference.f_distribution import f_quantile, f_sf
from reta.inference.intervals import half_widths, leverage
from reta.inference.quality import FitQuality, fit_quality
from reta.inference.standard_errors import residual_variance, standard_errors, unscaled_variances
from reta.inference.student_t import student_t_p_value, student_t_quantile, student_t_sf

__all__ = [
    "CoefficientTable",
    "FitQuality",
    "coefficient_table",
    "f_quantile",
    "f_sf",
    "fit_quality",
    "half_widths",
    "leverage",
    "residual_variance",
    "standard_errors",
    "student_t_p_value",
    "student_t_quantile",
    "student_t_sf",
    "unscaled_variances",
]
