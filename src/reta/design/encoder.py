"""Encoding during the pass over the data, while levels are still being found."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from reta.design.design import Design
from reta.design.product import factors_of
from reta.design.terms import Categorical, Numeric, level_order
from reta.design.text_columns import MOST_UNASKED, refuse_names
from reta.errors import DataError
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from reta.design.evaluate import Column
    from reta.design.product import Term
    from reta.design.responses import Responses

__all__ = ["MAX_LEVELS", "Encoder"]

MAX_LEVELS = 1_000


class Encoder:
    """Feature columns of a batch as numbers, with one 0/1 column for every level met so far.

    A level met late adds columns, its own and those of its interactions; in every earlier row they were 0, so that the
    moments of the earlier rows are known without reading them again (``Moments.padded``). Which level is the baseline
    is decided once all are known.

    Parameters
    ----------
    terms
        In order, their levels and fills not yet known.
    fills
        What missing cells of numeric columns become.
    weights
        The column of weights, if any: the means that a design remembers are weighted.
    unasked
        Columns of text that nobody named: few levels only make them features.

    Attributes
    ----------
    rows
        Rows encoded so far.
    """

    def __init__(
        self,
        terms: Sequence[Term],
        fills: Mapping[str, float],
        weights: str | None = None,
        unasked: Sequence[str] = (),
    ) -> None:
        self.terms = tuple(terms)
        self.fills = dict(fills)
        factors = [factor for term in self.terms for factor in factors_of(term)]
        self._met: dict[str, list[str]] = {f.column: [] for f in factors if isinstance(f, Categorical)}
        self._unasked = {column: met for column, met in self._met.items() if column in unasked}
        self._means = _Means([name for f in factors for name in f.columns], self._met, self.terms, weights)
        self._weights = weights
        self.rows = 0
        self._settle()

    @property
    def names(self) -> tuple[str, ...]:
        """Encoded columns so far, every level's own included."""
        return self._names

    @property
    def levels(self) -> dict[str, list[str]]:
        """Levels met of the categorical columns that are terms by themselves."""
        return {term.column: self._met[term.column] for term in self.terms if isinstance(term, Categorical)}

    def learn(self, frame: pl.DataFrame) -> None:
        """Look for new levels in a batch; rows of weight 0 count as absent.

        Raises
        ------
        DataError
            A column has more than ``MAX_LEVELS`` levels, or an interaction as many columns.
        """
        before = sum(map(len, self._met.values()))
        present = frame if self._weights is None or not self._met else frame.filter(frame[self._weights] != 0.0)
        for column, known in self._met.items():
            seen = set(known)
            known.extend(level for level in present[column].unique(maintain_order=True).to_list() if level not in seen)
            if len(known) > MAX_LEVELS and column not in self._unasked:
                raise DataError(
                    f"`{column}` has more than {MAX_LEVELS} levels ('{known[0]}', '{known[1]}', '{known[2]}', …): "
                    "it looks like an identifier; leave it out with --features, or group its levels first"
                )
        if any(len(met) > MOST_UNASKED for met in self._unasked.values()):
            refuse_names(self._unasked, self.rows + frame.height)
        if sum(map(len, self._met.values())) > before:
            self._settle()

    def finish(self) -> None:
        """Raise DataError where the rows are too few for the levels of a column of text that nobody named."""
        refuse_names(self._unasked, self.rows)

    def encode(self, frame: pl.DataFrame) -> list[Column]:
        """Return the encoded columns of a batch, each of shape (n,), in the order of ``names`` afterwards."""
        self.learn(frame)
        self._means.add(frame)
        columns = [column for term in self._whole for column in term.encode(frame, self.rows + 1)]
        self.rows += frame.height
        return columns

    def design(self, means: Mapping[str, float], responses: Responses = ()) -> Design:
        """Return the terms with the baselines and fills that all rows together decide.

        Parameters
        ----------
        means
            Of the encoded columns.
        responses
            The targets that are computed.
        """
        levels = {column: level_order(met) for column, met in self._met.items()}
        fills = {**means, **self._means.values(), **self.fills}
        return Design(tuple(term.settled(levels, fills) for term in self.terms), responses)

    def notes(self) -> tuple[Note, ...]:
        """Say which gaps were filled in columns that are no features by themselves."""
        return tuple(
            Note("assumed", f"`{name}`: {counted(count, 'missing cell')} filled with the mean, {self.fills[name]:.6g}")
            for name, count in self._means.gaps.items()
            if count and name in self.fills
        )

    def _settle(self) -> None:
        fills = dict(self.fills)
        self._whole = tuple(term.whole().settled(self._met, fills) for term in self.terms)
        self._names = tuple(name for term in self._whole for name in _few_names(term))


def _few_names(term: Term) -> tuple[str, ...]:
    if prod(len(factor.names) for factor in factors_of(term)) > MAX_LEVELS:
        raise DataError(
            f"`{term.label}` makes more than {MAX_LEVELS:,} columns: leave it out, or group its levels first"
        )
    return term.names


class _Means:
    """Running weighted means of the numeric columns that are used, but not as features by themselves."""

    def __init__(
        self, columns: Sequence[str], levels: Mapping[str, object], terms: Sequence[Term], weights: str | None
    ) -> None:
        alone = {term.column for term in terms if isinstance(term, Numeric)}
        self.gaps = {name: 0 for name in columns if name not in levels and name not in alone}
        self._sums = dict.fromkeys(self.gaps, 0.0)
        self._totals = dict.fromkeys(self.gaps, 0.0)
        self._weights = weights

    def add(self, frame: pl.DataFrame) -> None:
        """Take in the cells of a batch that are there."""
        for name in self.gaps:
            cells = frame[name]
            weights = np.ones(frame.height) if self._weights is None else frame[self._weights].to_numpy()
            self.gaps[name] += cells.null_count()
            self._sums[name] += float(weights @ cells.fill_null(0.0).to_numpy())
            self._totals[name] += float(weights @ cells.is_not_null().to_numpy())

    def values(self) -> dict[str, float]:
        """Return the means."""
        return {name: self._sums[name] / total for name, total in self._totals.items() if total > 0}
