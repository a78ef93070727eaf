"""Categorical columns inside a statistic: one 0/1 feature for every level, and statistics that met different levels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reta.design.terms import level_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reta.moment.moments import Moments

__all__ = ["expanded", "still_whole", "united", "with_levels"]


def with_levels(moments: Moments, levels: Mapping[str, Sequence[str]]) -> Moments:
    """Return the statistic knowing which of its features are the levels of which source column."""
    return replace(moments, levels=tuple((column, tuple(met)) for column, met in levels.items()))


def united(a: Moments, b: Moments) -> tuple[Moments, Moments]:
    """Return both with every level that either of them met; a level not met is a feature that was 0 in every row."""
    if a.levels == b.levels:
        return a, b
    ours, theirs = dict(a.levels), dict(b.levels)
    met = {column: (*ours[column], *_new(theirs.get(column, ()), ours[column])) for column in ours}
    return _knowing(a, met), _knowing(b, met)


def expanded(names: Sequence[str], levels: Mapping[str, Sequence[str]], known: Collection[str]) -> list[str]:
    """Return ``names`` with the name of a categorical column standing for all of its levels."""
    return [
        each
        for name in names
        for each in ([name] if name in known or name not in levels else [level_name(name, x) for x in levels[name]])
    ]


def still_whole(
    levels: tuple[tuple[str, tuple[str, ...]], ...], features: Collection[str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the categorical columns of which every level is among ``features``."""
    kept = set(features)
    return tuple((column, met) for column, met in levels if all(level_name(column, level) in kept for level in met))


def _new(levels: Sequence[str], known: Sequence[str]) -> list[str]:
    return [level for level in levels if level not in known]


def _knowing(moments: Moments, met: Mapping[str, Sequence[str]]) -> Moments:
    own = dict(moments.levels)
    absent = [level_name(column, level) for column in own if column in met for level in _new(met[column], own[column])]
    padded = moments.padded((*moments.features, *absent)) if absent else moments
    return with_levels(padded, {column: met.get(column, own[column]) for column in own})
