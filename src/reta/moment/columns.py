"""The columns of a statistic: chosen, renamed, added."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.errors import UsageError
from reta.moment.levels import expanded, still_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reta.moment.moments import Moments

__all__ = ["aligned", "distinct", "padded", "renamed", "selected"]


def distinct(features: Iterable[str], targets: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return both as tuples; ``UsageError`` where a name comes twice."""
    features, targets = tuple(features), tuple(targets)
    if len({*features, *targets}) == len(features) + len(targets):
        return features, targets
    seen: set[str] = set()
    for name in features + targets:
        if name in seen:
            both = name in features and name in targets
            raise UsageError(f"column `{name}` is both feature and target" if both else f"column `{name}` comes twice")
        seen.add(name)
    return features, targets


def selected(moments: Moments, features: Sequence[str] | None, targets: Sequence[str] | None) -> Moments:
    """Return the statistic of these columns alone; see ``Moments.select``."""
    if features is None:
        taken = frozenset(targets or ())
        features = [name for name in moments.features if name not in taken]
    if targets is None:
        taken = frozenset(features)
        targets = [name for name in moments.targets if name not in taken]
    features, targets = distinct(expanded(features, dict(moments.levels), moments.names), targets)
    place = {name: j for j, name in enumerate(moments.names)}
    for name in features + targets:
        if name not in place:
            raise UsageError(f"there is no column `{name}`{_meant(name, moments.names)}")
    return _taken(moments, features, targets, [place[name] for name in features + targets])


def padded(moments: Moments, features: Sequence[str]) -> Moments:
    """Return the statistic with features that were zero in every row; see ``Moments.padded``."""
    features, targets = distinct(features, moments.targets)
    kept = frozenset(features)
    lost = [name for name in moments.features if name not in kept]
    if lost:
        raise UsageError(f"padding cannot leave out `{lost[0]}`")
    place = {name: j for j, name in enumerate(moments.names)}
    with_zero = _with_zero_column(moments)
    return _taken(with_zero, features, targets, [place.get(name, len(place)) for name in features + targets])


def renamed(moments: Moments, names: Mapping[str, str]) -> Moments:
    """Return the statistic under other names; see ``Moments.renamed``."""
    known = frozenset(moments.names)
    for name in names:
        if name not in known:
            raise UsageError(f"there is no column `{name}`{_meant(name, moments.names)}")
    features, targets = distinct(
        (names.get(name, name) for name in moments.features), (names.get(name, name) for name in moments.targets)
    )
    return replace(moments, features=features, targets=targets)


def aligned(other: Moments, model: Moments) -> Moments:
    """Return ``other`` with its columns in the order of ``model``; ``UsageError`` where they differ."""
    for role, left, right in (
        ("features", model.features, other.features),
        ("targets", model.targets, other.targets),
    ):
        if set(left) != set(right):
            raise UsageError(f"the {role} differ: left has {_listed(left, right)}, right has {_listed(right, left)}")
    if other.names == model.names:
        return other
    return selected(other, model.features, model.targets)


def _taken(moments: Moments, features: tuple[str, ...], targets: tuple[str, ...], columns: list[int]) -> Moments:
    if (features, targets) == (moments.features, moments.targets) and len(columns) == len(moments.mean):
        return moments
    index = np.array(columns, dtype=np.intp)
    return replace(
        moments,
        features=features,
        targets=targets,
        levels=still_whole(moments.levels, features),
        mean=moments.mean[index],
        mean_low=moments.mean_low[index],
        scatter=moments.scatter[np.ix_(index, index)],
        scatter_low=moments.scatter_low[np.ix_(index, index)],
        minimum=moments.minimum[index],
        maximum=moments.maximum[index],
        missing=moments.missing[index],
    )


def _with_zero_column(moments: Moments) -> Moments:
    """Return the same with a last, nameless column of zeros."""
    some = moments.n_samples > 0
    return replace(
        moments,
        mean=np.append(moments.mean, 0.0),
        mean_low=np.append(moments.mean_low, 0.0),
        scatter=np.pad(moments.scatter, (0, 1)),
        scatter_low=np.pad(moments.scatter_low, (0, 1)),
        minimum=np.append(moments.minimum, 0.0 if some else np.inf),
        maximum=np.append(moments.maximum, 0.0 if some else -np.inf),
        missing=np.append(moments.missing, 0),
    )


def _meant(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f": did you mean `{near[0]}`?" if near else f", only {', '.join(f'`{each}`' for each in known)}"


def _listed(mine: Iterable[str], others: tuple[str, ...]) -> str:
    names = [f"`{name}`" for name in mine if name not in others]
    return " and ".join(", ".join(names).rsplit(", ", 1)) + " besides" if names else "no others"
