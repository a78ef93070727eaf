"""The rows that a descent takes its steps on: read through the design, those for validation kept aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.descent.shuffling import Rows, together
from reta.errors import DataError, UsageError
from reta.moment import Moments
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.descent.coordinates import Coordinates
    from reta.design import Design
    from reta.tables.table import Table
    from reta.types import BoolArray, MissingPolicy

__all__ = ["TrainingRows"]

VALIDATION = 0x76616C  # sets the choice of rows apart from the orders of the epochs


@dataclass(frozen=True, slots=True, eq=False)
class TrainingRows:
    """A table seen through a design, as a descent sees it.

    Attributes
    ----------
    table, design, targets
        Where rows come from, and what becomes of their columns.
    weights
        The column of weights, if any; rows of weight 0 are left out.
    missing
        The policy for missing values.
    validation
        Share of the rows to keep aside, by chance.
    seed
        Of that choice, which is the same in every reading.
    """

    table: Table
    design: Design
    targets: tuple[str, ...]
    weights: str | None
    missing: MissingPolicy
    validation: float
    seed: int

    def read(self, coordinates: Coordinates | None = None, mean_weight: float = 1.0) -> Iterator[Rows]:
        """Yield the rows for training, batch by batch, in the source's order."""
        for rows, aside in self._read(coordinates, mean_weight):
            yield rows.take(np.flatnonzero(~aside)) if aside.any() else rows

    def kept_aside(self, coordinates: Coordinates, mean_weight: float, at_most: int) -> Rows:
        """Return the rows for validation.

        Raises
        ------
        UsageError
            They are none, or more than ``at_most``.
        """
        found: list[Rows] = []
        n = 0
        for rows, aside in self._read(coordinates, mean_weight):
            found.append(rows.take(np.flatnonzero(aside)))
            n += len(found[-1])
            if n > at_most:
                raise UsageError(
                    f"validation={self.validation}: more than {counted(at_most, 'row')} would be kept in memory; "
                    "take a smaller share, or a larger buffer_rows"
                )
        if not n:
            raise UsageError(f"validation={self.validation} leaves no row to validate on: take a larger share")
        return together(found)

    def moments(self, features: tuple[str, ...]) -> Moments:
        """Return the moments of the rows for training."""
        total = Moments.empty(features, self.targets)
        for rows in self.read():
            if len(rows):
                total += Moments.from_arrays(rows.X, rows.Y, rows.weights, features=features, targets=self.targets)
        if not total.n_samples:
            raise DataError(f"validation={self.validation} leaves no row to train on: take a smaller share")
        return total

    def _read(self, coordinates: Coordinates | None, mean_weight: float) -> Iterator[tuple[Rows, BoolArray]]:
        """Yield all rows, and which of them are kept aside."""
        chance = np.random.default_rng([self.seed, VALIDATION])
        levels = tuple(term.column for term in self.design.categorical)
        named = (
            *self.design.columns,
            *self.design.target_columns(self.targets),
            *([self.weights] if self.weights else []),
        )
        may_miss = self.design.numeric if self.missing == "mean" else ()
        columns = tuple(dict.fromkeys(named))
        for clean in self.table.batches(columns, text=levels, may_miss=may_miss, weights=self.weights):
            present = clean if self.weights is None else clean.filter(pl.col(self.weights) > 0.0)
            aside = chance.random(present.height) < self.validation
            yield self._rows(present, coordinates, mean_weight), aside

    def _rows(self, clean: pl.DataFrame, coordinates: Coordinates | None, mean_weight: float) -> Rows:
        X = self.design.matrix(clean)
        Y = self.design.target_matrix(clean, self.targets)
        weights = None if self.weights is None else clean[self.weights].to_numpy().astype(np.float64) / mean_weight
        X = X if coordinates is None else coordinates.rows(X)
        return Rows(np.ascontiguousarray(X), np.ascontiguousarray(Y), weights)
