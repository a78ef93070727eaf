"""The upper tail of the chi-squared distribution, by the regularised incomplete gamma function in plain Python."""

from __future__ import annotations

import math

from reta.inference.incomplete_beta import HALF_LOG_2PI, STIRLING_FROM, stirling_rest

__all__ = ["chi_squared_sf", "upper_incomplete_gamma"]

MOST_TERMS = 100_000
ROUNDING = 1e-17
CONVERGED = 1e-16


def chi_squared_sf(statistic: float, df: float) -> float:
    """Return P(χ² > statistic) with ``df`` degrees of freedom.

    NaN comes back for a statistic that is NaN or negative, and without degrees of freedom.

    Examples
    --------
    >>> round(chi_squared_sf(5.991464547107979, 2), 12)
    0.05
    """
    if math.isnan(statistic) or statistic < 0.0 or not df > 0.0:
        return math.nan
    return upper_incomplete_gamma(df / 2.0, statistic / 2.0)


def upper_incomplete_gamma(a: float, x: float) -> float:
    """Return Q(a, x) = Γ(a, x) / Γ(a), accurate to its own size where it is small.

    Parameters
    ----------
    a
        Positive.
    x
        Not negative.

    Notes
    -----
    One minus the power series where x is under a + 1, the continued fraction by Lentz's method elsewhere. Tens of
    terms as a rule, some √a of them where a is large. The relative error of a small Q is some 1e-16 times its exponent.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.11.4 (series), 8.9.2 (continued fraction).
    """
    if x <= 0.0:
        return 1.0
    if math.isinf(x):
        return 0.0
    if x < a + 1.0:
        return 1.0 - _power(a, x) * _series(a, x)
    return _power(a, x) * _fraction(a, x)


def _power(a: float, x: float) -> float:
    """Return ``x^a e^−x / Γ(a)``; for large a about its mode, so that no large logarithms cancel."""
    if a < STIRLING_FROM:
        return math.exp(a * math.log(x) - x - math.lgamma(a))
    apart = (x - a) / a
    return math.exp(a * (math.log1p(apart) - apart) + 0.5 * math.log(a) - HALF_LOG_2PI - stirling_rest(a))


def _series(a: float, x: float) -> float:
    """Return ``P(a, x) / (x^a e^−x / Γ(a))``."""
    term = total = 1.0 / a
    for n in range(1, MOST_TERMS):
        term *= x / (a + n)
        total += term
        if term <= ROUNDING * total:
            break
    return total


def _fraction(a: float, x: float) -> float:
    """Return ``Q(a, x) / (x^a e^−x / Γ(a))`` for x of at least a + 1, where no denominator vanishes."""
    under = x + 1.0 - a
    denominator = math.inf
    inverse = value = 1.0 / under
    for n in range(1, MOST_TERMS):
        over = -n * (n - a)
        under += 2.0
        inverse = 1.0 / (under + over * inverse)
        denominator = under + over / denominator
        value *= denominator * inverse
        if abs(denominator * inverse - 1.0) <= CONVERGED:
            break
    return value
