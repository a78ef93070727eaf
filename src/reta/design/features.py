"""The features of a batch of rows: the matrix, and what rounding to float64 left out of powers and wide integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.design.evaluate import Column
    from reta.types import FloatArray, IntArray

__all__ = ["Features"]


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Features of n rows, p of them.

    Attributes
    ----------
    X
        Shape (n, p), float64, column by column in memory.
    unrounded
        Shape (q,): positions of the columns of polynomials, and of all terms made of the same source columns: it is
        the whole of them that cancels, ``x`` and ``z`` beside ``poly(x, 9):z`` too. Columns of integers besides, which
        come as such where float64 would round some.
    low
        Shape (n, q): ``X[:, unrounded] + low`` are these columns to some 30 digits.
    """

    X: FloatArray
    unrounded: IntArray
    low: FloatArray

    @classmethod
    def of_terms(cls, terms: Sequence[Sequence[Column]], sources: Sequence[Sequence[str]], n_rows: int) -> Features:
        """Gather the columns of every term, shape (n_rows,) each; ``sources`` are the source columns of each term."""
        terms = [[_paired(column) for column in term] for term in terms]
        columns = [column for term in terms for column in term]
        touched = {name for term, names in zip(terms, sources, strict=True) if _has_pairs(term) for name in names}
        exact = [not touched.isdisjoint(names) for term, names in zip(terms, sources, strict=True) for _ in term]
        unrounded = np.flatnonzero(np.array(exact, dtype=np.bool_))
        X = np.empty((n_rows, len(columns)), order="F")
        low = np.zeros((n_rows, len(unrounded)), order="F")
        for at, column in enumerate(columns):
            X[:, at] = column.high if isinstance(column, DoubleDouble) else column
        for at, j in enumerate(unrounded.tolist()):
            column = columns[j]
            if isinstance(column, DoubleDouble):
                low[:, at] = column.low
        return cls(X, unrounded, low)

    @classmethod
    def joined(cls, parts: Sequence[Features], n_features: int) -> Features:
        """Return the rows of all parts; ``n_features`` serves where there are none."""
        if not parts:
            return cls(np.empty((0, n_features)), np.empty(0, dtype=np.int64), np.empty((0, 0)))
        X, low = (np.concatenate([getattr(part, name) for part in parts]) for name in ("X", "low"))
        return cls(X, parts[0].unrounded, low)

    def column(self, at: int) -> DoubleDouble:
        """Return the column ``unrounded[at]`` in pairs, shape (n,)."""
        return DoubleDouble(self.X[:, self.unrounded[at]], self.low[:, at])


def _paired(column: Column) -> Column:
    """Return integers in pairs, and all else as it is."""
    if isinstance(column, DoubleDouble) or column.dtype.kind not in "iu":
        return column
    return DoubleDouble.of_integers(column)


def _has_pairs(term: Sequence[Column]) -> bool:
    return any(isinstance(column, DoubleDouble) for column in term)
