"""``reta.load``: a saved model, back again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.model import load_model

if TYPE_CHECKING:
    from pathlib import Path

    from reta.model import LinearModel

__all__ = ["load"]


def load(path: str | Path) -> LinearModel:
    """Read a model that ``LinearModel.save`` or ``reta fit -o`` wrote.

    Raises
    ------
    FileError
        The file is absent, damaged, oversize, or of another kind or version.
    """
    return load_model(path)
