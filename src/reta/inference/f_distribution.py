"""Fisher's F distribution: the upper tail, for tests, and the quantile, for joint regions."""

from __future__ import annotations

import math

from reta.inference.incomplete_beta import beta_power, incomplete_beta

__all__ = ["f_quantile", "f_sf"]

CONVERGED = 1e-9
LONGEST_STEP = 2.0
MOST_STEPS = 500


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
    x, y = _shares(f * df_model / df_residual)
    return incomplete_beta(df_residual / 2.0, df_model / 2.0, x, y)


def f_quantile(p: float, df_model: float, df_residual: float) -> float:
    """Return the f with P(F ≤ f) = p, to some 1e-11 of its own size.

    Parameters
    ----------
    p
        Between 0 and 1; NaN comes back for anything else.
    df_model, df_residual
        Degrees of freedom, positive and finite, whole or not; NaN comes back for anything else.

    Notes
    -----
    Newton's method for the logarithm of the smaller tail by ln f. Both tails are log-concave there (the density of ln F
    is), so that after the first step all steps come from one side; steps are cut to a factor of e² each.

    Examples
    --------
    >>> round(f_quantile(0.95, 1, 10), 7)
    4.9646027
    """
    if not 0.0 <= p <= 1.0 or not 0.0 < df_model < math.inf or not 0.0 < df_residual < math.inf:
        return math.nan
    if p in {0.0, 1.0}:
        return math.inf if p else 0.0
    sign, wanted = (1.0, p) if p < 0.5 else (-1.0, 1.0 - p)
    log_f = 0.0
    for _ in range(MOST_STEPS):
        found, slope = _tail(math.exp(log_f), df_model, df_residual, lower=sign > 0.0)
        step = sign * (math.log(wanted) - math.log(found)) * found / slope if found > 0.0 else sign * LONGEST_STEP
        log_f += max(-LONGEST_STEP, min(step, LONGEST_STEP))
        if abs(step) < CONVERGED:
            break
    return math.exp(log_f)


def _tail(f: float, df_model: float, df_residual: float, *, lower: bool) -> tuple[float, float]:
    """Return P(F < f) or P(F > f), and the density of ln F."""
    a, b = df_model / 2.0, df_residual / 2.0
    x, y = _shares(f * df_model / df_residual)
    density = beta_power(b, a, x, y)
    return (incomplete_beta(a, b, y, x) if lower else incomplete_beta(b, a, x, y)), density


def _shares(ratio: float) -> tuple[float, float]:
    """Return ``1 / (1 + ratio)`` and ``ratio / (1 + ratio)``, neither by subtraction, neither overflowing."""
    if ratio < 1.0:
        return 1.0 / (1.0 + ratio), ratio / (1.0 + ratio)
    small = 1.0 / ratio
    return small / (1.0 + small), 1.0 / (1.0 + small)
