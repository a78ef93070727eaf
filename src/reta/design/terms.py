"""Terms of one source column as it is: a number, or levels.

Of a term, a design asks its ``label``, ``columns``, ``names`` and ``encode``; while levels and means are still being
found, an encoder asks for it ``whole`` and ``settled``. The other kinds are in ``transforms.py`` and ``product.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reta.design.evaluate import filled
from reta.design.expression import quoted
from reta.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from reta.design.evaluate import Column
    from reta.types import FloatArray, UnknownLevels

__all__ = ["Categorical", "Numeric", "indicators", "level_name", "level_order"]


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
    def label(self) -> str:
        """The term as a formula has it."""
        return quoted(self.column)

    @property
    def columns(self) -> tuple[str, ...]:
        """The one source column."""
        return (self.column,)

    @property
    def names(self) -> tuple[str, ...]:
        """The one encoded column."""
        return (self.column,)

    def encode(self, frame: pl.DataFrame, first_row: int = 1) -> list[Column]:
        """Return the column as float64, shape (n,), missing cells filled where the term has a fill."""
        return [filled(frame, self.column, {} if self.fill is None else {self.column: self.fill})]

    def settled(self, levels: Mapping[str, Sequence[str]], fills: Mapping[str, float]) -> Numeric:
        """Return the term with its column's fill."""
        return Numeric(self.column, fills.get(self.column))

    def whole(self) -> Numeric:
        """Return the term itself: it has no levels."""
        return self


@dataclass(frozen=True, slots=True)
class Categorical:
    """A column of levels in treatment coding: one 0/1 column a level, the baseline's left out, as R does.

    Attributes
    ----------
    column
        Name in the source.
    levels
        Every level, the baseline first; none as long as they are not known.
    full
        Whether the baseline has a column of its own too, as it must where no other term takes its part.
    """

    column: str
    levels: tuple[str, ...]
    full: bool = False

    @property
    def label(self) -> str:
        """The term as a formula has it."""
        return quoted(self.column)

    @property
    def columns(self) -> tuple[str, ...]:
        """The one source column."""
        return (self.column,)

    @property
    def baseline(self) -> str:
        """The level that the others are compared with."""
        return self.levels[0]

    @property
    def names(self) -> tuple[str, ...]:
        """One name a level, other than the baseline unless ``full``: ``region[south]``."""
        return tuple(level_name(self.column, level) for level in self.levels[not self.full :])

    def unknown(self, cells: pl.Series) -> list[str]:
        """Return the levels in ``cells`` that training never saw."""
        met = cells.drop_nulls().unique(maintain_order=True).to_list()
        return [level for level in met if level not in self.levels]

    def encode(self, frame: pl.DataFrame, first_row: int = 1) -> list[Column]:
        """Return one 0/1 column of shape (n,) for each of ``names``; unknown levels count as the baseline."""
        others = indicators(frame[self.column], self.levels[1:])
        if not (self.full and self.levels):
            return [*others]
        baseline = (~frame[self.column].is_in(self.levels[1:])).fill_null(False)
        return [baseline.to_numpy().astype(np.float64), *others]

    def settled(self, levels: Mapping[str, Sequence[str]], fills: Mapping[str, float]) -> Categorical:
        """Return the term with its column's levels, in the order given."""
        return replace(self, levels=tuple(levels[self.column]))

    def whole(self) -> Categorical:
        """Return the term with a column for every level, the baseline too."""
        return replace(self, full=True)

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
