"""The coefficient table of every target: estimates, standard errors, tests and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.inference.student_t import student_t_p_value, student_t_quantile

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["CoefficientTable", "coefficient_table"]


@dataclass(frozen=True, slots=True, eq=False)
class CoefficientTable:
    """Estimates and what is known of their error; every array of shape (k, m), m estimates for each of k targets.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high
        In target / feature.
    statistic
        Student's t, without unit: ``estimate / std_error``; NaN where there is no residual to judge by.
    p_value
        Two-sided, for the hypothesis that the coefficient is zero.
    """

    estimate: FloatArray
    std_error: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    conf_low: FloatArray
    conf_high: FloatArray


def coefficient_table(
    estimate: FloatArray, std_error: FloatArray, degrees_of_freedom: float, level: float = 0.95
) -> CoefficientTable:
    """Test every estimate against zero and put an interval round it.

    Parameters
    ----------
    estimate, std_error
        Shape (k, m). A standard error of NaN (no degrees of freedom, a dropped column) gives NaN for all that is made
        of it; one of zero (a perfect fit) gives an interval of no width and no statistic.
    degrees_of_freedom
        Of the residual variance.
    level
        Coverage of the intervals, between 0 and 1.
    """
    statistic = np.divide(estimate, std_error, out=np.full_like(estimate, np.nan), where=std_error > 0.0)
    p_value = np.array([student_t_p_value(t, degrees_of_freedom) for t in statistic.ravel().tolist()])
    half = student_t_quantile((1.0 + level) / 2.0, degrees_of_freedom) * std_error
    return CoefficientTable(
        estimate=estimate,
        std_error=std_error,
        statistic=statistic,
        p_value=p_value.reshape(estimate.shape),
        conf_low=estimate - half,
        conf_high=estimate + half,
    )
