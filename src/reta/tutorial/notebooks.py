"""Where the notebooks are. They ship without results: whoever opens one runs it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reta.types import Language

__all__ = ["notebook_name", "notebook_text"]

_NAMES: dict[Language, str] = {"en": "linear_regression.ipynb", "pt-BR": "regressao_linear.ipynb"}


def notebook_name(language: Language) -> str:
    """Return the file's name."""
    return _NAMES[language]


def notebook_text(language: Language) -> str:
    """Return the notebook, JSON."""
    return files("reta.tutorial").joinpath(_NAMES[language]).read_text(encoding="utf-8")
