"""How many digits a number deserves on the screen: what its standard error supports, and no more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ABSENT", "align_on_point", "estimates", "probability", "r_squared", "rounded_down", "significant"]

ABSENT = "-"
ERROR_DIGITS = 2
PLAIN_DIGITS = 6
MOST_DIGITS = 10
MOST_DECIMALS = 6
LARGEST_PLAIN = 1e8
SMALLEST_PLAIN_EXPONENT = -3
R_SQUARED_DECIMALS = 4
MOST_R_SQUARED_DECIMALS = 12
LEAST_PROBABILITY = 0.001


def estimates(values: Sequence[float | None], std_error: float | None) -> tuple[str, ...]:
    """Return an estimate and its bounds, all to the decimal place of the standard error's second digit.

    Parameters
    ----------
    values
        The estimate first, then whatever shares its scale.
    std_error
        ``None`` or NaN where there is none: then the estimate gets six significant digits.

    Examples
    --------
    >>> estimates([56.27841, 55.1234, 57.4321], 0.5231)
    ('56.28', '55.12', '57.43')
    """
    numbers = [math.nan if value is None else value for value in values]
    decimals = _decimals(numbers[0], math.nan if std_error is None else std_error)
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    small = decimals > MOST_DECIMALS and _exponent(largest) < SMALLEST_PLAIN_EXPONENT
    if small or largest >= LARGEST_PLAIN:
        return tuple(_scientific(number, decimals) for number in numbers)
    return tuple(_fixed(number, min(decimals, MOST_DECIMALS)) for number in numbers)


def significant(value: float | None, digits: int = 4) -> str:
    """Return a number to so many significant digits."""
    if value == 0:
        return "0"
    return estimates([value], abs(value) * 10.0 ** (ERROR_DIGITS - digits) if value else None)[0]


def rounded_down(value: float, digits: int = 3) -> float:
    """Return a positive number cut after so many significant digits; one that has no more stays as it is.

    Examples
    --------
    >>> rounded_down(0.00011155), rounded_down(1e-05)
    (0.000111, 1e-05)
    """
    place = digits - 1 - _exponent(value)
    nearest = round(value, place)
    return nearest if nearest <= value else round(nearest - 10.0**-place, place)


def r_squared(value: float | None) -> str:
    """Return R² to four decimals, or to as many as it takes to differ from 1."""
    if value is None:
        return ABSENT
    decimals = R_SQUARED_DECIMALS
    if 0 < 1 - value < 10.0**-decimals:
        decimals = min(1 - _exponent(1 - value), MOST_R_SQUARED_DECIMALS)
    return _fixed(value, decimals)


def probability(value: float | None) -> str:
    """Return a p-value to three decimals."""
    if value is None:
        return ABSENT
    return "<0.001" if value < LEAST_PROBABILITY else _fixed(value, 3)


def align_on_point(texts: Sequence[str]) -> tuple[str, ...]:
    """Pad numbers so that their decimal points stand in one column; all come out equally wide."""
    parts = [text.partition(".") for text in texts]
    before = max((len(whole) for whole, _, _ in parts), default=0)
    after = max((len(point + rest) for _, point, rest in parts), default=0)
    return tuple(whole.rjust(before) + (point + rest).ljust(after) for whole, point, rest in parts)


def _decimals(estimate: float, std_error: float) -> int:
    if math.isfinite(std_error) and std_error > 0:
        return min(ERROR_DIGITS - 1 - _exponent(std_error), MOST_DIGITS - 1 - _exponent(estimate))
    return PLAIN_DIGITS - 1 - _exponent(estimate)


def _exponent(value: float) -> int:
    """Return the place of the first digit: 0 for 1 to 9.99, -1 for 0.1 to 0.99."""
    return math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0


def _fixed(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return _not_finite(value)
    text = f"{value:.{max(decimals, 0)}f}"
    return text if float(text) else text.lstrip("-")


def _scientific(value: float, decimals: int) -> str:
    if not math.isfinite(value):
        return _not_finite(value)
    digits = min(max(_exponent(value) + decimals, 1), MOST_DIGITS - 1)
    return f"{value:.{digits}e}" if value else "0"


def _not_finite(value: float) -> str:
    return ABSENT if math.isnan(value) else str(value)
