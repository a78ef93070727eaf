"""Joint regions for all targets of a new row: Hotelling's T²."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.inference.f_distribution import f_quantile

if TYPE_CHECKING:
    from reta.types import FloatArray, IntervalKind

__all__ = ["region_radius"]


def region_radius(
    h: FloatArray, n_targets: int, df_residual: int, level: float, kind: IntervalKind = "prediction"
) -> FloatArray:
    """Return how far a joint region reaches, in residual standard deviations of whatever direction.

    A row of targets y is inside where ``(y − ŷ)ᵀ Σ⁻¹ (y − ŷ) ≤ radius²``, Σ the residual covariance.

    Parameters
    ----------
    h
        Shape (n,), from ``leverage``.
    n_targets
        k.
    df_residual
        v, degrees of freedom of Σ, at least k.
    level
        Coverage of the region as a whole, between 0 and 1.
    kind
        ``"confidence"``: the means of many rows like this one; ``"prediction"``: one new row of weight 1.

    Returns
    -------
    FloatArray
        Shape (n,): ``√((1 + h) · k v / (v − k + 1) · F)``, F the quantile of the F distribution with k and v − k + 1
        degrees of freedom; h in the place of 1 + h for means.

    References
    ----------
    R. A. Johnson and D. W. Wichern, Applied Multivariate Statistical Analysis, 6th ed., 2007, section 7.7, "Predictions
    from Multivariate Multiple Regressions".
    """
    df_den = df_residual - n_targets + 1
    bound = n_targets * df_residual / df_den * f_quantile(level, n_targets, df_den)
    return np.asarray(np.sqrt((h if kind == "confidence" else 1.0 + h) * bound))
