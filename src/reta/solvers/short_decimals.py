"""The number that a person would have written, where a computed one stands for it."""

from __future__ import annotations

import math

__all__ = ["GRID", "shorten", "shorten_constant"]

COINCIDENCE = 1000.0
MOST_DECIMALS = 12
GRID = 2.0**-10  # whole numbers times coefficients on it come out on it


def shorten(value: float, tolerance: float) -> tuple[float, bool]:
    """Return the short decimal that ``value`` stands for within ``tolerance``, and whether there is one.

    A decimal counts when it is a thousand times less likely by chance than not; ``value`` itself comes back otherwise.

    Examples
    --------
    >>> shorten(0.1 + 0.2, 1e-12)
    (0.3, True)
    >>> shorten(1 / 3, 1e-12)
    (0.3333333333333333, False)
    """
    if abs(value) <= tolerance:
        return 0.0, True
    exponent = math.floor(math.log10(abs(value)))
    for digits in range(1, MOST_DECIMALS + 1):
        if 10.0 ** (exponent - digits + 1) < COINCIDENCE * tolerance:
            break
        candidate = float(f"{value:.{digits - 1}e}")
        if abs(candidate - value) <= tolerance:
            return candidate, True
    return value, False


def shorten_constant(value: float, tolerance: float) -> tuple[float, bool]:
    """Return the same of a number that may be whole, and then long.

    Examples
    --------
    >>> shorten_constant(-1_699_999_999_987.0000001, 1e-7)
    (-1699999999987.0, True)
    """
    if math.isfinite(value) and tolerance < GRID / COINCIDENCE:
        nearest = float(round(value / GRID)) * GRID
        if abs(nearest - value) <= tolerance:
            return nearest, True
    return shorten(value, tolerance)
