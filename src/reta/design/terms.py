"""Terms: how one source column becomes columns of numbers.

A formula language will add kinds of terms here; of a term, a design asks only its ``column``, ``names`` and ``encode``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from reta.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from reta.types import FloatArray, UnknownLevels

__all__ = ["Categorical", "Numeric", "Term", "indicators", "level_name", "level_order"]


@dataclass(frozen=True, slots=True)
class Numeric:
    """A column used as it is: a number, or true and false as 1 and 0.

    Attributes
    ----------
    column
        Name in the source.
    fill
        What a missing cell becomes where missing cells are filled: the mean of the training data.
    """

    column: str
    fill: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The one encoded column."""
        return (self.column,)

    def encode(self, cells: pl.Series) -> list[FloatArray]:
        """Return the column as float64, shape (n,), missing cells filled where the term has a fill."""
        filled = cells if self.fill is None else cells.fill_null(self.fill)
        return [filled.to_numpy()]


@dataclass(frozen=True, slots=True)
class Categorical:
    """A column of levels in treatment coding: one 0/1 column a level, the baseline's left out, as R does.

    Attributes
    ----------
    column
        Name in the source.
    levels
        Every level, the baseline first.
    """

    column: str
    levels: tuple[str, ...]

    @property
    def baseline(self) -> str:
        """The level that has no column of its own."""
        return self.levels[0]

    @property
    def names(self) -> tuple[str, ...]:
        """One name a level other than the baseline: ``region[south]``."""
        return tuple(level_name(self.column, level) for level in self.levels[1:])

    def unknown(self, cells: pl.Series) -> list[str]:
        """Return the levels in ``cells`` that training never saw."""
        met = cells.drop_nulls().unique(maintain_order=True).to_list()
        return [level for level in met if level not in self.levels]

    def encode(self, cells: pl.Series) -> list[FloatArray]:
        """Return one 0/1 column of shape (n,) for each level but the baseline; unknown levels are all zeros."""
        return indicators(cells, self.levels[1:])

    def check(self, cells: pl.Series, unknown: UnknownLevels) -> int:
        """Count the cells with unknown levels; raise DataError unless they may count as the baseline."""
        strange = self.unknown(cells)
        if strange and unknown == "error":
            known = ", ".join(self.levels[:8]) + (", …" if len(self.levels) > 8 else "")
            raise DataError(
                f"`{self.column}` holds {_quoted(strange)}, not among the levels of the training data ({known}): "
                "correct it, or count it as the baseline with --unknown baseline"
            )
        return int(cells.is_in(strange).sum()) if strange else 0


Term: TypeAlias = Numeric | Categorical


def level_name(column: str, level: str) -> str:
    """Name the encoded column of one level."""
    return f"{column}[{level}]"


def indicators(cells: pl.Series, levels: Sequence[str]) -> list[FloatArray]:
    """Return, for each level, where ``cells`` has it: 0/1 float64 columns of shape (n,)."""
    return [(cells == level).fill_null(False).to_numpy().astype(np.float64) for level in levels]


def level_order(levels: Sequence[str]) -> tuple[str, ...]:
    """Sort levels: as numbers where every one is a number, else as text."""
    try:
        return tuple(sorted(levels, key=float))
    except ValueError:
        return tuple(sorted(levels))


def _quoted(values: Sequence[str]) -> str:
    shown = ", ".join(f"'{value}'" for value in values[:5])
    return shown if len(values) <= 5 else f"{shown} and {len(values) - 5} more"
