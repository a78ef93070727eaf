"""What people type for a number, a coverage or a language, and what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reta.types import Language

__all__ = ["coverage", "decimal", "language", "not_negative"]

_LEAST_PERCENT = 50  # without the sign: 95 can only be a percentage, 5 may be meant as an error rate
_LANGUAGES: dict[str, Language] = {"en": "en", "pt": "pt-BR"}


def decimal(value: str | float) -> float:
    """Take a number with a decimal point or a decimal comma.

    >>> decimal("0,5"), decimal("1e-5")
    (0.5, 1e-05)
    """
    text = str(value).strip()
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        raise click.BadParameter(f"'{text}' is no number") from None


def not_negative(value: str | float) -> float:
    """Take a number from 0."""
    number = decimal(value)
    if not number >= 0.0:
        raise click.BadParameter(f"{number:g} is less than 0")
    return number


def coverage(value: str | float) -> float:
    """Take the share of cases that an interval covers.

    >>> coverage("0.95"), coverage("0,95"), coverage("95%"), coverage("95")
    (0.95, 0.95, 0.95, 0.95)
    """
    text = str(value).strip()
    number = decimal(text.removesuffix("%"))
    share = number / 100 if text.endswith("%") or _LEAST_PERCENT <= number < 100 else number
    if not 0.0 < share < 1.0:
        raise click.BadParameter(f"{text} is no coverage: write 0.95 or 95%")
    return share


def language(value: str) -> Language:
    """Take a language, whatever its region.

    >>> language("en_US"), language("pt"), language("pt-br")
    ('en', 'pt-BR', 'pt-BR')
    """
    known = _LANGUAGES.get(value.replace("_", "-").lower().partition("-")[0])
    if known is None:
        raise click.BadParameter(f"'{value}' is not spoken here: write en or pt-BR")
    return known
