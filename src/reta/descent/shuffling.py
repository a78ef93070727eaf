"""Rows in an order by chance: all of them where they fit in memory, else through a buffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reta.types import FloatArray, IntArray

__all__ = ["Rows", "RowsInMemory", "RowsInStream", "batch_starts", "together"]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some rows as the descent sees them.

    Attributes
    ----------
    X, Y
        Shapes (n, p) and (n, k), float64, in C order.
    weights
        Shape (n,), factors on each row's loss; ``None`` where all count the same.
    """

    X: FloatArray
    Y: FloatArray
    weights: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.X)

    def take(self, which: IntArray | slice) -> Rows:
        """Return the rows named, in that order."""
        weights = None if self.weights is None else self.weights[which]
        return Rows(np.ascontiguousarray(self.X[which]), np.ascontiguousarray(self.Y[which]), weights)


@dataclass(frozen=True, slots=True, eq=False)
class RowsInMemory:
    """Rows that are all at hand."""

    rows: Rows

    def once(self) -> Iterator[Rows]:
        """Yield every row once, in the source's order."""
        yield self.rows

    def pieces(self, chance: np.random.Generator | None, batch_size: int) -> Iterator[tuple[Rows, IntArray]]:
        """Yield the rows and the order in which to take them: by chance, or as they are where there is none."""
        yield self.rows, _order(len(self.rows), chance)


@dataclass(frozen=True, slots=True, eq=False)
class RowsInStream:
    """Rows that come from their source anew in every epoch.

    Attributes
    ----------
    read
        Begins a reading, which yields the rows in the source's order.
    buffer_rows
        How many to hold at a time. A row's place in the order by chance is within about so many of its own.
    """

    read: Callable[[], Iterator[Rows]]
    buffer_rows: int

    def once(self) -> Iterator[Rows]:
        """Yield every row once, in the source's order, some at a time."""
        yield from self.read()

    def pieces(self, chance: np.random.Generator | None, batch_size: int) -> Iterator[tuple[Rows, IntArray]]:
        """Yield pieces of whole batches, the last one apart, each with the order in which to take its rows.

        The buffer is shuffled whenever it is full; half of it goes out, the rest waits for what comes next.
        """
        held: list[Rows] = []
        n_held = 0
        full = max(self.buffer_rows, batch_size)
        out = max(full // 2 // batch_size, 1) * batch_size
        for rows in self.read():
            held.append(rows)
            n_held += len(rows)
            while n_held >= full:
                every = together(held)
                order = _order(len(every), chance)
                yield every, order[:out]
                held = [every.take(order[out:])]
                n_held = len(held[0])
        if n_held:
            every = together(held)
            yield every, _order(len(every), chance)


def batch_starts(n_rows: int, batch_size: int) -> IntArray:
    """Return where each batch begins, and where the last one ends: shape (n_batches + 1,)."""
    return np.append(np.arange(0, n_rows, batch_size), n_rows)


def together(held: list[Rows]) -> Rows:
    """Return rows that came in pieces, at least one, as one."""
    if len(held) == 1:
        return held[0]
    weights = None if held[0].weights is None else np.concatenate([r.weights for r in held if r.weights is not None])
    return Rows(np.concatenate([r.X for r in held]), np.concatenate([r.Y for r in held]), weights)


def _order(n: int, chance: np.random.Generator | None) -> IntArray:
    return np.arange(n) if chance is None else chance.permutation(n)
