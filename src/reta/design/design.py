"""The design: source columns to the matrix of features, as plain data that a model carries along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.design.plan import suggest_column
from reta.design.terms import Categorical, Numeric, Term, level_name, level_order
from reta.errors import DataError
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from reta.tables.table import Table
    from reta.types import FloatArray, UnknownLevels

__all__ = ["Design"]


@dataclass(frozen=True, slots=True)
class Design:
    """Terms in order; applied to rows by column name, at training and at prediction alike."""

    terms: tuple[Term, ...]

    @classmethod
    def of_columns(
        cls, names: Sequence[str], levels: Mapping[str, Sequence[str]], means: Mapping[str, float]
    ) -> Design:
        """Rebuild the terms from encoded columns: one for each number, one for all the levels of a categorical column.

        Parameters
        ----------
        names
            Encoded columns in order, every level of a categorical column among them.
        levels
            Levels of each categorical source column.
        means
            Of the numeric columns: what fills their missing cells.
        """
        owner = {level_name(column, level): column for column in levels for level in levels[column]}
        terms: dict[str, Term] = {}
        for name in names:
            column = owner.get(name, name)
            if column in terms:
                continue
            is_numeric = name not in owner
            terms[column] = (
                Numeric(name, means[name]) if is_numeric else Categorical(column, level_order(levels[column]))
            )
        return cls(tuple(terms.values()))

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns that the terms need."""
        return tuple(term.column for term in self.terms)

    @property
    def categorical(self) -> tuple[Categorical, ...]:
        """The terms with levels."""
        return tuple(term for term in self.terms if isinstance(term, Categorical))

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the matrix."""
        return tuple(name for term in self.terms for name in term.names)

    def matrix(self, frame: pl.DataFrame) -> FloatArray:
        """Return the features of a batch, shape (n, p), float64, column by column in memory."""
        matrix = np.empty((frame.height, len(self.names)), order="F")
        at = 0
        for term in self.terms:
            for column in term.encode(frame[term.column]):
                matrix[:, at] = column
                at += 1
        return matrix

    def unknown_levels(self, frame: pl.DataFrame, unknown: UnknownLevels) -> int:
        """Count cells with levels that training never saw; raise DataError unless they may count as the baseline."""
        return sum(term.check(frame[term.column], unknown) for term in self.categorical)

    def require_columns(self, table: Table) -> None:
        """Raise DataError unless ``table`` has every column the terms need, in a kind they can use."""
        kinds = {column.name: column.kind for column in table.columns}
        absent = [name for name in self.columns if name not in kinds]
        if absent:
            listed = ", ".join(f"`{name}`" for name in absent)
            raise DataError(
                f"{table.description} lacks {listed}, which the model needs{suggest_column(absent[0], list(kinds))}"
            )
        levels = {term.column for term in self.categorical}
        for name in self.columns:
            if name not in levels and kinds[name] not in ("number", "boolean"):
                raise DataError(
                    f"`{name}` in {table.description} holds {_held(kinds[name])}; the model was fitted on numbers there"
                )

    def describe(self) -> Iterable[Note]:
        """Say how levels became columns."""
        for term in self.categorical:
            if len(term.levels) == 1:
                yield Note(
                    "warning",
                    f"`{term.column}` has one level only ('{term.baseline}'): nothing to compare, no coefficient",
                )
            else:
                yield Note("encoded", f"`{term.column}` has {len(term.levels)} levels; baseline '{term.baseline}'")


def _held(kind: str) -> str:
    return {"text": "text", "date": "dates", "categorical": "levels"}.get(kind, kind)
