"""Names in messages: those that there are, and the one that may have been meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["listed", "suggest_column"]


def suggest_column(name: str, names: Sequence[str]) -> str:
    """Return ``"; did you mean `x`?"`` where a column has nearly this name, else an empty text."""
    folded = {other.casefold(): other for other in names}
    close = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean `{folded[close[0]]}`?" if close else ""


def listed(names: Sequence[str]) -> str:
    """Return names with commas, the tail of a long list counted."""
    shown = ", ".join(names[:12])
    return shown if len(names) <= 12 else f"{shown} and {len(names) - 12} more"
