"""Regressions on columns that are formed row by row: sums of their products, batch by batch, and what these explain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one
from reta.solvers import factorize
from reta.solvers.precision import FIXED_NOISE

if TYPE_CHECKING:
    from reta.types import BoolArray, FloatArray

__all__ = ["Auxiliary", "Explained"]


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """How well k columns are explained by q others.

    Attributes
    ----------
    kept
        Shape (q,): which of the explaining columns earlier ones do not reproduce.
    parts
        Shape (k, r), from 0 to 1: the share of each column's squares that every kept one adds to those before it.
    left
        Shape (k,): the share that is left; 0 where that is no more than rounding.
    varies
        Shape (k,): whether more than rounding is left by the first explaining column alone.
    """

    kept: BoolArray
    parts: FloatArray
    left: FloatArray
    varies: BoolArray


class Auxiliary:
    """Sums products, about zero, of q columns with each other and with g columns of each of k targets.

    Parameters
    ----------
    n_columns, n_targets, n_own
        q, k and g.

    Attributes
    ----------
    n_samples
        Rows so far.

    Notes
    -----
    The columns should be near 1 in size and lie about zero, a constant one, if any, first: then float64 has digits
    enough. O(n·q·(q + k·g)) in BLAS; products of different targets are not needed and not formed.
    """

    def __init__(self, n_columns: int, n_targets: int, n_own: int = 1) -> None:
        self.n_samples = 0
        self._columns = np.zeros((n_columns, n_columns))
        self._cross = np.zeros((n_columns, n_own, n_targets))
        self._own = np.zeros((n_own, n_own, n_targets))

    def update(self, columns: FloatArray, own: FloatArray) -> None:
        """Add rows: columns of shape (q, n), and those of the targets, shape (g, k, n)."""
        self.n_samples += columns.shape[1]
        self._columns += columns @ columns.T
        self._cross += (columns @ own.reshape(-1, own.shape[2]).T).reshape(self._cross.shape)
        for a, one in enumerate(own):
            for b, other in enumerate(own[: a + 1]):
                self._own[a, b] += np.einsum("kn,kn->k", one, other)

    def explained(self, n_columns: int) -> Explained:
        """Regress the first of each target's columns on the first ``n_columns`` of all."""
        columns = self._columns[:n_columns, :n_columns]
        return _explained(columns, self._cross[:n_columns, 0], self._own[0, 0], self.n_samples)

    def explained_with_own(self, target: int) -> Explained:
        """Regress the last of a target's own columns on all that are common, and then on the others of its own."""
        lower = self._own[:, :, target]
        own = lower + np.tril(lower, -1).T
        cross = self._cross[:, :, target]
        columns = np.block([[self._columns, cross[:, :-1]], [cross[:, :-1].T, own[:-1, :-1]]])
        return _explained(columns, np.append(cross[:, -1], own[-1, :-1])[:, None], own[-1:, -1], self.n_samples)


def _explained(columns: FloatArray, cross: FloatArray, squares: FloatArray, most: int) -> Explained:
    """Return what columns with these products (q, q) explain of others: products (q, k), squares (k,)."""
    factor = factorize(columns, max_rank=most)
    scale = or_one(squares)
    roots = factor.inverse_root @ (cross[factor.kept] / factor.scale[factor.kept, None]) / np.sqrt(scale)
    weights = np.abs(factor.inverse_root.T @ roots).sum(axis=0)
    parts = np.square(roots)
    left = (squares > 0.0) - parts.sum(axis=0)
    rounding = np.square(FIXED_NOISE * (1.0 + weights))
    varies = 1.0 - parts[:1].sum(axis=0) > 4.0 * FIXED_NOISE**2
    return Explained(factor.kept, parts.T, np.where(left > rounding, left, 0.0), varies & (squares > 0.0))
