"""The regularised incomplete beta function, in plain Python floats.

``scipy.special`` has it too, but importing that takes some 0.2 s: more than all the rest of a small fit.
"""

from __future__ import annotations

import math

__all__ = ["HALF_LOG_2PI", "STIRLING_FROM", "beta_power", "incomplete_beta", "log_beta", "stirling_rest"]

MOST_TERMS = 100_000
ROUNDING = 1e-17
STIRLING_FROM = 12.0
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
HALF_LOG_2PI = 0.918938533204672742


def incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    """Return I_x(a, b), accurate where it is small.

    Parameters
    ----------
    a, b
        Positive.
    x, y
        In [0, 1] with ``x + y = 1``; both are asked for because the smaller one must not be formed by subtraction.

    Returns
    -------
    float
        Relative error some 1e-13 for a and b up to 1e9 where one of them is 1/2; it grows with ``a·b / (a + b)``, the
        size of the exponents that cancel in ``x^a y^b / B(a, b)``, to some 1e-10 where both are near 1e5.

    Notes
    -----
    By the continued fraction where x is under its mean, and by one minus the power series of the other side elsewhere:
    its terms are all positive. Tens of terms as a rule, some √max(a, b) of them where both are large.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.7 (series), 8.17.22 (continued fraction).
    """
    if x <= 0.0:
        return 0.0
    if y <= 0.0:
        return 1.0
    if x * (a + b + 2.0) < a + 1.0:
        return beta_power(a, b, x, y) * _fraction(a, b, x, y)
    return 1.0 - beta_power(b, a, y, x) * _series(b, a, y)


def beta_power(a: float, b: float, x: float, y: float) -> float:
    """Return ``x^a y^b / B(a, b)`` for ``x + y = 1``, without cancellation in the smaller of x and y."""
    log_x = math.log(x) if x < y else math.log1p(-y)
    log_y = math.log(y) if y <= x else math.log1p(-x)
    return math.exp(a * log_x + b * log_y - log_beta(a, b))


def log_beta(a: float, b: float) -> float:
    """Return ln B(a, b); for large arguments from Stirling's series, so that no large logarithms cancel."""
    small, large = min(a, b), max(a, b)
    if large < STIRLING_FROM:
        return math.lgamma(small) + math.lgamma(large) - math.lgamma(small + large)
    total = small + large
    rest = stirling_rest(large) - stirling_rest(total)
    if small < STIRLING_FROM:
        return math.lgamma(small) + rest + small - small * math.log(total) - (large - 0.5) * math.log1p(small / large)
    share = math.log1p(large / small)
    rest += stirling_rest(small) + HALF_LOG_2PI - 0.5 * math.log(large)
    return rest - (small - 0.5) * share - large * math.log1p(small / large)


def stirling_rest(x: float) -> float:
    """Return ``ln Γ(x) − (x − ½) ln x + x − ½ ln 2π`` for x of 12 and more."""
    square = 1.0 / (x * x)
    total = 0.0
    for coefficient in reversed(STIRLING):
        total = total * square + coefficient
    return total / x


def _series(a: float, b: float, x: float) -> float:
    """Return ``I_x(a, b) / (x^a (1−x)^b / B(a, b))`` by its power series."""
    term = total = 1.0 / a
    for n in range(MOST_TERMS):
        term *= (a + b + n) * x / (a + 1.0 + n)
        total += term
        if term <= ROUNDING * total:
            break
    return total


def _fraction(a: float, b: float, x: float, y: float) -> float:
    """Return the same by the even part of the continued fraction, evaluated forwards by Lentz's method.

    Its denominators hold ``a − (a + b)·x = (a + b)·y − b``; the smaller of x and y keeps its digits.
    """
    below = a - (a + b) * x if x < y else (a + b) * y - b
    value = denominator = a * (below + 1.0) / (a + 1.0)
    inverse = 0.0
    for n in range(1, MOST_TERMS):
        step = a + 2.0 * n
        over = (a + n - 1.0) / (step - 1.0) * ((a + b + n - 1.0) / (step - 1.0)) * n * (b - n) * x * x
        under = n + n * (b - n) * x / (step - 1.0) + (a + n) * (below + 1.0 + n * (1.0 + y)) / (step + 1.0)
        inverse = 1.0 / (under + over * inverse)
        denominator = under + over / denominator
        value *= denominator * inverse
        if abs(denominator * inverse - 1.0) <= 1e-16:
            break
    return 1.0 / value
