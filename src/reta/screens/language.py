"""Which language the screens speak, and how it says things."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reta.allowed import require_one_of
from reta.screens.catalogue import CATALOGUE
from reta.types import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Speech", "language_of_locale"]

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
MARKS = {"en": (".", ","), "pt-BR": (",", ".")}


def language_of_locale(environment: Mapping[str, str] = os.environ) -> Language:
    """Return Portuguese where the locale's messages are in Portuguese, else English."""
    for variable in LOCALE_VARIABLES:
        if value := environment.get(variable):
            return "pt-BR" if value.lower().startswith("pt") else "en"
    return "en"


class Speech:
    """Phrases and numerals of one language.

    Parameters
    ----------
    language
        ``"en"`` or ``"pt-BR"``.
    """

    def __init__(self, language: Language) -> None:
        require_one_of(Language, language=language)
        self.language = language
        self._position = 0 if language == "en" else 1
        self._decimal, self._thousands = MARKS[language]

    def say(self, phrase: str, **values: object) -> str:
        """Return the catalogue's phrase with ``values`` filled in."""
        return CATALOGUE[phrase][self._position].format(**values)

    def count(self, number: int, phrase: str) -> str:
        """Return "1 row", "15 rows": the catalogue has ``phrase`` and ``phrase + "s"``."""
        return self.say(phrase if number == 1 else f"{phrase}s", n=self.integer(number))

    def integer(self, number: int) -> str:
        """Return the digits in groups of three."""
        return f"{number:,}".replace(",", self._thousands)

    def numeral(self, text: str) -> str:
        """Return a number that Python wrote with this language's decimal mark."""
        return text.replace(".", self._decimal)
