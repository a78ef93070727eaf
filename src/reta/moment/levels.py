"""Categorical columns inside a statistic: one 0/1 feature for every level, and statistics that met different levels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.design.terms import level_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reta.moment.moments import Moments

__all__ = ["expanded", "settled", "still_whole", "united", "with_levels", "with_settled"]

ROUNDING = 2.0**-40


def with_levels(moments: Moments, levels: Mapping[str, Sequence[str]]) -> Moments:
    """Return the statistic knowing which of its features are the levels of which source column."""
    if not levels and not moments.levels:
        return moments
    return replace(moments, levels=tuple((column, tuple(met)) for column, met in levels.items()))


def united(a: Moments, b: Moments) -> tuple[Moments, Moments]:
    """Return both with every level that either of them met; a level not met is a feature that was 0 in every row."""
    if a.levels == b.levels:
        return a, b
    ours, theirs = dict(a.levels), dict(b.levels)
    met = {column: (*ours[column], *_new(theirs.get(column, ()), ours[column])) for column in ours}
    return _knowing(a, met), _knowing(b, met)


def settled(a: Moments, b: Moments) -> dict[str, float]:
    """Return the level features that hold one value in the rows of ``a`` that are not in ``b``, and that value.

    Sums of 0 and 1 are whole numbers (of weights, known to rounding), so that this is known and not estimated.
    """
    levels = {level_name(column, level) for column, met in a.levels for level in met}
    left = a.weight_sum - b.weight_sum
    if not levels or not left > ROUNDING * a.weight_sum:
        return {}
    share = (a.mean * a.weight_sum - b.mean * b.weight_sum) / left
    tolerance = ROUNDING * a.weight_sum / left
    return {
        name: round(share[at])
        for at, name in enumerate(a.features)
        if name in levels and min(abs(share[at]), abs(share[at] - 1.0)) <= tolerance
    }


def with_settled(rest: Moments, whole: Moments, values: Mapping[str, float]) -> Moments:
    """Return ``rest`` with the features of ``whole`` again, those of ``values`` with that value in every row."""
    padded = rest.padded(whole.features).with_levels(dict(whole.levels))
    constant = np.array([values.get(name, 0.0) for name in padded.names])
    raised = {name: getattr(padded, name) + constant for name in ("mean", "minimum", "maximum")}
    return replace(padded, **raised)


def expanded(names: Sequence[str], levels: Mapping[str, Sequence[str]], known: Collection[str]) -> list[str]:
    """Return ``names`` with the name of a categorical column standing for all of its levels."""
    columns = frozenset(known)
    return [
        each
        for name in names
        for each in ([name] if name in columns or name not in levels else [level_name(name, x) for x in levels[name]])
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
