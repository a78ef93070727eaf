"""Features that move together: variance inflation, condition indices, and who takes part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = [
    "ConditionIndices",
    "condition_indices",
    "inflation_by_others",
    "moving_together",
    "standardised_root",
    "variance_inflation",
]

PARTNERS = 0.5
SMALLEST_DIRECTION = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ConditionIndices:
    """The directions in which r features vary, the one with the least variation last.

    Attributes
    ----------
    index
        Shape (r,), ascending from 1: largest singular value of the scaled features over that of the direction.
    proportion
        Shape (r, r), direction × feature: the share of a coefficient's variance that comes from the direction;
        columns add up to 1.
    """

    index: FloatArray
    proportion: FloatArray


def standardised_root(inverse_root: FloatArray) -> FloatArray:
    """Return Z with ``Zᵀ Z = R⁻¹``, R the correlations of the features about their center.

    Parameters
    ----------
    inverse_root
        Shape (r, r), 1 / (feature × √weight), regular: ``inverse_rootᵀ inverse_root`` is the inverse of the features'
        cross-products.

    Notes
    -----
    The norms of the features, which turn one into the other, are those of the rows of the inverse of
    ``inverse_root``. It is inverted with its columns at unit norm, for the sake of digits. O(r³).
    """
    if len(inverse_root) == 0:
        return inverse_root
    near_one = inverse_root / np.ldexp(1.0, np.frexp(np.abs(inverse_root).max(axis=0))[1] - 1)  # squares may overflow
    balanced = near_one / np.sqrt(np.square(near_one).sum(axis=0))
    norms = np.sqrt(np.square(np.linalg.inv(balanced)).sum(axis=1))
    return np.asarray(balanced * norms)


def variance_inflation(root: FloatArray) -> FloatArray:
    """Return the variance inflation factors, shape (r,): ``1 / (1 − R²)`` of each feature on all others.

    Parameters
    ----------
    root
        From ``standardised_root``.

    Notes
    -----
    The diagonal of R⁻¹. About the means with an intercept, about zero without, as R² itself is.
    """
    return np.asarray(np.maximum(np.square(root).sum(axis=0), 1.0))


def inflation_by_others(root: FloatArray, counted: BoolArray, features: IntArray) -> FloatArray:
    """Return ``1 / (1 − R²)`` of some features, each on those others alone that count for it.

    Parameters
    ----------
    root
        From ``standardised_root``.
    counted
        Shape (r, r): which others count for the feature of each row.
    features
        Positions of those that are asked for, shape (m,).

    Returns
    -------
    FloatArray
        Shape (m,); at most some 10¹², beyond which correlations in float64 tell nothing.
    """
    inverse = np.linalg.inv(root)
    correlation = inverse @ inverse.T
    found = np.ones(len(features))
    for at, j in enumerate(features.tolist()):
        chosen = np.flatnonzero(counted[j])
        sizes, directions = np.linalg.eigh(correlation[np.ix_(chosen, chosen)])
        kept = sizes > SMALLEST_DIRECTION * sizes.max(initial=0.0)
        shares = np.square(correlation[j, chosen] @ directions[:, kept]) / sizes[kept]
        found[at] = 1.0 / max(1.0 - float(shares.sum()), SMALLEST_DIRECTION)
    return found


def condition_indices(root: FloatArray) -> ConditionIndices:
    """Return condition indices and variance proportions of the scaled features.

    Parameters
    ----------
    root
        From ``standardised_root``.

    Notes
    -----
    The features are centred where the model has an intercept, so that what shows is how they resemble one another, not
    how far from zero they lie; Belsley's own, uncentred, with a column of ones, mixes the two. By the singular values
    of the root, which are exact where they matter: for the directions of least variation. O(r³).

    References
    ----------
    D. A. Belsley, E. Kuh and R. E. Welsch, Regression Diagnostics, Wiley 1980, chapter 3.
    """
    if len(root) == 0:
        return ConditionIndices(np.ones(0), np.ones((0, 0)))
    _, inverse_sizes, directions = np.linalg.svd(root)
    order = np.argsort(inverse_sizes)
    parts = np.square(directions[order] * inverse_sizes[order, None])
    return ConditionIndices(inverse_sizes[order] / inverse_sizes.min(), parts / parts.sum(axis=0))


def moving_together(root: FloatArray, inflated: BoolArray) -> list[list[int]]:
    """Return the groups of features that explain one another, each in column order.

    Parameters
    ----------
    root
        From ``standardised_root``.
    inflated
        Shape (r,): features whose variance inflation is worth a word; each comes in exactly one group, with partners.

    Notes
    -----
    An inflated feature belongs together with its closest partner, by their correlation given all other features, and
    with every other one at least half as close. In an exact dependency this correlation is ±1 between all that take
    part. Unlike variance proportions, it does not mix dependencies that are about equally strong.
    """
    precision = root.T @ root
    size = np.sqrt(np.diagonal(precision))
    partial = np.abs(precision / size[:, None] / size)
    np.fill_diagonal(partial, 0.0)
    related = (partial >= PARTNERS * partial.max(axis=1, keepdims=True, initial=0.0)) & inflated[:, None]
    related |= related.T
    groups: list[list[int]] = []
    left = set(np.flatnonzero(inflated).tolist())
    while left:
        group, front = set[int](), {min(left)}
        while front:
            group |= front
            front = set(np.flatnonzero(related[sorted(front)].any(axis=0)).tolist()) - group
        left -= group
        groups.append(sorted(group))
    return groups
