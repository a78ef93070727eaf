"""The upper tail of Fisher's F distribution, for the test of a whole regression."""

from __future__ import annotations

import math

from reta.inference.incomplete_beta import incomplete_beta

__all__ = ["f_sf"]


def f_sf(f: float, df_model: float, df_residual: float) -> float:
    """Return P(F > f) for an F statistic with ``df_model`` and ``df_residual`` degrees of freedom.

    NaN comes back for a statistic or degrees of freedom that are NaN or not positive enough to mean anything.

    Examples
    --------
    >>> round(f_sf(4.9646027, 1, 10), 6)
    0.05
    """
    if math.isnan(f) or f < 0.0 or not df_model > 0.0 or not df_residual > 0.0:
        return math.nan
    ratio = f * df_model / df_residual
    x, y = (1.0 / (1.0 + ratio), ratio / (1.0 + ratio)) if ratio < 1.0 else _large(ratio)
    return incomplete_beta(df_residual / 2.0, df_model / 2.0, x, y)


def _large(ratio: float) -> tuple[float, float]:
    small = 1.0 / ratio
    return small / (1.0 + small), 1.0 / (1.0 + small)
