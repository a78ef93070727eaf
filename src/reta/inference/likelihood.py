"""Log-likelihood and information criteria of normal errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["Likelihood", "likelihood"]


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """Of k targets; every array of shape (k,), NaN where the residuals are zero or nothing is known of them.

    Attributes
    ----------
    log_likelihood
        At its maximum, natural logarithm.
    aic
        ``2·(rank + intercept) − 2·log_likelihood``.
    bic
        ``ln(n)·(rank + intercept) − 2·log_likelihood``.
    """

    log_likelihood: FloatArray
    aic: FloatArray
    bic: FloatArray


def likelihood(
    residual_scatter: FloatArray, *, n_samples: int, n_coefficients: int, log_weight_sum: float = 0.0
) -> Likelihood:
    """Return ``−n/2·(ln(2π·Σwe²/n) + 1) + ½·Σ ln w`` and the criteria made of it.

    Parameters
    ----------
    residual_scatter
        Shape (k, k), target² × weight.
    n_samples
        n, rows of positive weight.
    n_coefficients
        Coefficients estimated, the intercept among them; the variance is not counted, as in statsmodels (R's ``AIC``
        and ``BIC`` count it: theirs are larger by 2 and by ln(n), for every model of the same rows).
    log_weight_sum
        Σ ln w, of rows whose variance is proportional to 1/w; NaN where it is not known.

    Notes
    -----
    A perfect fit has an infinite likelihood, and without degrees of freedom every fit is perfect: NaN for both.
    """
    squares = np.diagonal(residual_scatter)
    known = (squares > 0.0) & (n_samples > n_coefficients)
    variance = np.where(known, squares / n_samples, np.nan)
    log_likelihood = (log_weight_sum - n_samples * (np.log(2.0 * math.pi * variance) + 1.0)) / 2.0
    return Likelihood(
        log_likelihood=log_likelihood,
        aic=2.0 * n_coefficients - 2.0 * log_likelihood,
        bic=math.log(n_samples) * n_coefficients - 2.0 * log_likelihood,
    )
