"""The design: source columns to the matrix of features, as plain data that a model carries along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.design.features import Features
from reta.design.near import suggest_column
from reta.design.product import factors_of
from reta.design.responses import target_columns, target_values
from reta.design.terms import Categorical, Numeric, level_name, level_order
from reta.errors import DataError
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from reta.design.product import Term
    from reta.design.responses import Responses
    from reta.tables.table import Table
    from reta.types import FloatArray, UnknownLevels

__all__ = ["Design"]


@dataclass(frozen=True, slots=True)
class Design:
    """Terms in order; applied to rows by column name, at training and at prediction alike.

    Attributes
    ----------
    terms
        What the features are made of.
    responses
        The targets that are computed from columns; every other target is a column.
    """

    terms: tuple[Term, ...]
    responses: Responses = ()

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
        """Source columns that the terms need, each once."""
        return tuple(dict.fromkeys(column for term in self.terms for column in term.columns))

    @property
    def categorical(self) -> tuple[Categorical, ...]:
        """The factors with levels, one a source column."""
        factors = {
            factor.column: factor
            for term in reversed(self.terms)
            for factor in factors_of(term)
            if isinstance(factor, Categorical)
        }
        return tuple(factors[column] for column in self.columns if column in factors)

    @property
    def numeric(self) -> tuple[str, ...]:
        """Source columns that are read as numbers."""
        levels = {factor.column for factor in self.categorical}
        return tuple(name for name in self.columns if name not in levels)

    @property
    def names(self) -> tuple[str, ...]:
        """Columns of the matrix."""
        return tuple(name for term in self.terms for name in term.names)

    def features(self, frame: pl.DataFrame, first_row: int = 1) -> Features:
        """Return the features of a batch; the powers of polynomials are not rounded.

        Parameters
        ----------
        frame
            The columns of ``self.columns``.
        first_row
            The number of its first row, for a message.
        """
        encoded = [term.encode(frame, first_row) for term in self.terms]
        return Features.of_terms(encoded, [term.columns for term in self.terms], frame.height)

    def matrix(self, frame: pl.DataFrame, first_row: int = 1) -> FloatArray:
        """Return the features of a batch, shape (n, p), float64, column by column in memory."""
        return self.features(frame, first_row).X

    def target_columns(self, targets: Sequence[str]) -> tuple[str, ...]:
        """Return the source columns that hold these targets or from which they are computed."""
        return target_columns(targets, self.responses)

    def target_matrix(self, frame: pl.DataFrame, targets: Sequence[str]) -> FloatArray:
        """Return the targets of a batch, shape (n, k), float64."""
        values = target_values(frame, targets, self.responses)
        return np.column_stack(values) if values else np.empty((frame.height, 0))

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
        for factor in self.categorical:
            if len(factor.levels) == 1 and not factor.full:
                yield Note(
                    "warning",
                    f"`{factor.column}` has one level only ('{factor.baseline}'): nothing to compare, no coefficient",
                )
            elif factor.full:
                levels = counted(len(factor.levels), "level")
                yield Note("encoded", f"`{factor.column}` has {levels}, each with a column of its own")
            else:
                yield Note(
                    "encoded", f"`{factor.column}` has {len(factor.levels)} levels; baseline '{factor.baseline}'"
                )


def _held(kind: str) -> str:
    return {"text": "text", "date": "dates", "categorical": "levels"}.get(kind, kind)
