"""Student's t distribution: tail, two-sided p value and quantile, for any degrees of freedom.

Written here in plain Python because importing ``scipy.special`` takes some 0.2 s, more than the rest of a small fit.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from reta.inference.incomplete_beta import beta_power, incomplete_beta, log_beta

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["student_t_p_value", "student_t_quantile", "student_t_sf"]

AS_GOOD_AS_NORMAL = 1e18
CONVERGED = 1e-8
MOST_STEPS = 100
ROOT_2 = math.sqrt(2.0)
ROOT_2PI = math.sqrt(2.0 * math.pi)


def student_t_p_value(t: float, df: float) -> float:
    """Return P(|T| ≥ |t|), to some 1e-12 of its own size however small it is.

    Parameters
    ----------
    t
        The statistic; NaN gives NaN, infinity 0.
    df
        Degrees of freedom, positive, whole or not; infinity for the normal distribution.

    Examples
    --------
    >>> round(student_t_p_value(12.706204736174698, 1), 12)
    0.05
    """
    if math.isnan(t) or not df > 0.0:
        return math.nan
    if df >= AS_GOOD_AS_NORMAL:
        return math.erfc(abs(t) / ROOT_2)
    x, y = _shares(t, df)
    return incomplete_beta(df / 2.0, 0.5, x, y)


def student_t_sf(t: float, df: float) -> float:
    """Return P(T > t), the upper tail; parameters as in ``student_t_p_value``."""
    half = student_t_p_value(t, df) / 2.0
    return 1.0 - half if t < 0.0 else half


@lru_cache(maxsize=256)  # the same for every block of rows
def student_t_quantile(p: float, df: float) -> float:
    """Return the t with P(T ≤ t) = p, to some 1e-12 of its own size.

    Parameters
    ----------
    p
        Between 0 and 1; NaN comes back for anything else.
    df
        Degrees of freedom, positive, whole or not; infinity for the normal distribution.

    Examples
    --------
    >>> round(student_t_quantile(0.975, 10), 10)
    2.228138852
    """
    if not 0.0 <= p <= 1.0 or not df > 0.0:
        return math.nan
    if p in {0.0, 0.5, 1.0}:
        return {0.0: -math.inf, 0.5: 0.0, 1.0: math.inf}[p]
    if abs(p - 0.5) < 0.25:
        central = _newton(_center, abs(p - 0.5), _center_guess(abs(p - 0.5), df), df)
        return math.copysign(central, p - 0.5)
    tail = min(p, 1.0 - p)
    return math.copysign(_newton(_tail, tail, _normal_guess(tail), df), p - 0.5)


def _newton(area: Callable[[float, float], tuple[float, float]], wanted: float, t: float, df: float) -> float:
    """Find t with ``area(t) = wanted`` by Newton's method in logarithms.

    There both areas are concave, so that the steps cannot cycle: after the first they come from one side.
    """
    for _ in range(MOST_STEPS):
        found, slope = area(t, df)
        if not found > 0.0:
            return math.inf
        step = (math.log(wanted) - math.log(found)) * found / slope
        t *= math.exp(step)
        if abs(step) < CONVERGED:
            break
    return t


def _tail(t: float, df: float) -> tuple[float, float]:
    """Return P(T > t) and its derivative by ln t, for t > 0."""
    return student_t_p_value(t, df) / 2.0, -_density_times_t(t, df)


def _center(t: float, df: float) -> tuple[float, float]:
    """Return P(0 < T < t) and its derivative by ln t, for t > 0."""
    if df >= AS_GOOD_AS_NORMAL:
        return math.erf(t / ROOT_2) / 2.0, _density_times_t(t, df)
    x, y = _shares(t, df)
    return incomplete_beta(0.5, df / 2.0, y, x) / 2.0, _density_times_t(t, df)


def _density_times_t(t: float, df: float) -> float:
    if df >= AS_GOOD_AS_NORMAL:
        return t * math.exp(-t * t / 2.0) / ROOT_2PI
    x, y = _shares(t, df)
    return beta_power(df / 2.0, 0.5, x, y)


def _shares(t: float, df: float) -> tuple[float, float]:
    """Return ``df / (df + t²)`` and ``t² / (df + t²)``, neither by subtraction, neither overflowing."""
    ratio = abs(t) / math.sqrt(df)
    if ratio > 1.0:
        small = 1.0 / ratio / ratio
        return small / (1.0 + small), 1.0 / (1.0 + small)
    square = ratio * ratio
    return 1.0 / (1.0 + square), square / (1.0 + square)


def _center_guess(area: float, df: float) -> float:
    """Return the t that the area would need if the density were flat; never too large."""
    if df >= AS_GOOD_AS_NORMAL:
        return area * ROOT_2PI
    return area * math.sqrt(df) * math.exp(log_beta(0.5, df / 2.0))


def _normal_guess(tail: float) -> float:
    """Return the normal quantile of a tail under 1/4 to three decimals (Abramowitz and Stegun 26.2.23)."""
    w = math.sqrt(-2.0 * math.log(tail))
    over = 2.515517 + w * (0.802853 + w * 0.010328)
    return w - over / (1.0 + w * (1.432788 + w * (0.189269 + w * 0.001308)))
