"""Saved moments in the place of data: which they are, and which of their columns a fit takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reta.design.terms import level_name
from reta.errors import UsageError
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


def select_saved(
    moments: Moments, targets: Sequence[str], features: Sequence[str] | None, exclude: Sequence[str] = ()
) -> Moments:
    """Return the moments of the columns asked for; without ``features``, all that are neither targets nor excluded."""
    chosen = tuple(targets) or moments.targets
    known = (*moments.names, *dict(moments.levels))
    if strange := [name for name in exclude if name not in known]:
        raise UsageError(f"no column `{strange[0]}` in the moments, which have {', '.join(moments.names)}")
    owners = {level_name(column, level): column for column, levels in dict(moments.levels).items() for level in levels}
    others = tuple(
        name for name in moments.features if name not in chosen and not {name, owners.get(name)} & set(exclude)
    )
    return moments.select(features=others if features is None else features, targets=chosen)
