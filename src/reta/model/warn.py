"""Notes that a Python caller must not miss, as warnings."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from reta.errors import RetaWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reta.types import Note

__all__ = ["warn_of"]


def warn_of(notes: Iterable[Note], *, frames_up: int = 3) -> None:
    """Warn of what was dropped and what is doubtful, at the caller's own line; assumptions stay in the notes."""
    for note in notes:
        if note.kind in ("dropped", "warning"):
            warnings.warn(note.text, RetaWarning, stacklevel=frames_up)
