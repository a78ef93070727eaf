"""Saved moments in the place of data: which they are, and which of their columns a fit takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reta.moment import Moments

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["saved_moments", "select_saved"]


def saved_moments(data: object) -> tuple[Moments, str] | None:
    """Return the moments that ``data`` is or names."""
    if isinstance(data, Moments):
        return data, "moments"
    if isinstance(data, (str, Path)) and Path(data).suffix == ".moments":
        return Moments.load(data), str(data)
    return None


def select_saved(moments: Moments, targets: Sequence[str], features: Sequence[str] | None) -> Moments:
    """Return the moments of the columns asked for; without ``features``, all that are not targets."""
    chosen = tuple(targets) or moments.targets
    others = tuple(name for name in moments.features if name not in chosen)
    return moments.select(features=others if features is None else features, targets=chosen)
