"""The upper tail of the χ² distribution, for Wald tests."""

from __future__ import annotations

import math

__all__ = ["chi_squared_sf"]

MOST_TERMS = 100_000
ROUNDING = 1e-17
TINY = 1e-300


def chi_squared_sf(x: float, df: float) -> float:
    """Return P(χ² > x), to some 1e-12 of its own size for a thousand degrees of freedom and fewer.

    Parameters
    ----------
    x
        The statistic; NaN comes back for NaN and for negative numbers.
    df
        Degrees of freedom, positive; NaN comes back for anything else.

    Notes
    -----
    The regularised incomplete gamma function Q(df/2, x/2): one minus the power series left of the mean, the continued
    fraction by Lentz's method right of it.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.7.1 (series), 8.9.2 (continued fraction).

    Examples
    --------
    >>> round(chi_squared_sf(3.841458820694124, 1), 12)
    0.05
    """
    if math.isnan(x) or x < 0.0 or not df > 0.0:
        return math.nan
    a, z = df / 2.0, x / 2.0
    if z == 0.0:
        return 1.0
    if math.isinf(z):
        return 0.0
    power = math.exp(a * math.log(z) - z - math.lgamma(a))
    return 1.0 - power * _series(a, z) if z < a + 1.0 else power * _fraction(a, z)


def _series(a: float, z: float) -> float:
    """Return ``P(a, z) Γ(a) / (z^a e^−z)``."""
    term = total = 1.0 / a
    for n in range(1, MOST_TERMS):
        term *= z / (a + n)
        total += term
        if term <= ROUNDING * total:
            break
    return total


def _fraction(a: float, z: float) -> float:
    """Return ``Q(a, z) Γ(a) / (z^a e^−z)``."""
    below = z + 1.0 - a
    forward = 1.0 / TINY
    inverse = 1.0 / below
    value = inverse
    for n in range(1, MOST_TERMS):
        over = -n * (n - a)
        below += 2.0
        inverse = 1.0 / (over * inverse + below or TINY)
        forward = below + over / forward or TINY
        value *= forward * inverse
        if abs(forward * inverse - 1.0) <= 1e-16:
            break
    return value
