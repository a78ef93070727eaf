"""The rows that move the fit most, kept while all rows pass by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.inference.influence import influence, leverage_left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.model.rows_pass import FittedRows
    from reta.types import FloatArray, IntArray

__all__ = ["InfluentialRows"]

COLUMNS = ("row", "observed", "fitted", "student_residual", "leverage", "cooks_distance")
COOKS = COLUMNS.index("cooks_distance")
# What is computed another way may differ by some roundings: nothing that belongs to the largest is passed over.
NEARLY = 1.0 - 1e-9


class InfluentialRows:
    """Keeps, for every target, the rows of largest Cook's distance; of equal ones the first.

    Parameters
    ----------
    targets
        Names, k of them.
    variance
        Shape (k,): residual variances of the whole fit.
    degrees_of_freedom, n_coefficients
        Of the whole fit.
    most
        How many to keep of each.

    Notes
    -----
    Of every row only ``w e² h / (1 − h)²`` is formed, to which Cook's distance is proportional; all else of those few
    that may belong to the largest.
    """

    def __init__(
        self,
        targets: Sequence[str],
        variance: FloatArray,
        degrees_of_freedom: int,
        n_coefficients: int,
        *,
        most: int = 5,
    ) -> None:
        self._targets = tuple(targets)
        self._variance = variance
        self._degrees_of_freedom = degrees_of_freedom
        self._n_coefficients = n_coefficients
        self._most = most
        self._kept = [np.empty((0, len(COLUMNS))) for _ in targets]
        self._least = np.zeros(len(self._targets))

    def update(self, rows: FittedRows, numbers: IntArray) -> None:
        """Add rows and their numbers in the source, shape (n,)."""
        odds = rows.leverage / np.square(leverage_left(rows.leverage))
        sizes = rows.scores.T * rows.residuals.T * odds
        for k, size in enumerate(sizes):
            with np.errstate(invalid="ignore"):
                candidates = np.flatnonzero(size >= NEARLY * self._least[k])
            if len(candidates) > self._most:
                candidates = self._largest(size, candidates)
            if len(candidates):
                self._keep(k, self._measured(rows, k, candidates, numbers))

    def frame(self) -> pl.DataFrame:
        """Return a row per target and row, the most influential first; row 1 is the first that was read."""
        parts = [
            pl.DataFrame(kept, schema=dict.fromkeys(COLUMNS, pl.Float64)).select(
                pl.lit(target).alias("target"), pl.col("row").cast(pl.Int64), *COLUMNS[1:]
            )
            for target, kept in zip(self._targets, self._kept, strict=True)
        ]
        return pl.concat(parts).with_columns(pl.selectors.float().fill_nan(None))

    def _largest(self, size: FloatArray, candidates: IntArray) -> IntArray:
        """Return those candidates that can be among the largest of them all, ties included."""
        of_candidates = size[candidates]
        least = np.partition(of_candidates, len(candidates) - self._most)[-self._most]
        return np.asarray(candidates[of_candidates >= NEARLY * least])

    def _measured(self, rows: FittedRows, k: int, at: IntArray, numbers: IntArray) -> FloatArray:
        """Return what is shown of the rows ``at``, shape (n, columns)."""
        fitted, residuals, leverage = rows.fitted[at, k], rows.residuals[at, k], rows.leverage[at]
        found = influence(
            residuals[:, None],
            rows.weights[at],
            leverage,
            variance=self._variance[k : k + 1],
            degrees_of_freedom=self._degrees_of_freedom,
            n_coefficients=self._n_coefficients,
        )
        student, cooks = found.student_residual[:, 0], found.cooks_distance[:, 0]
        return np.column_stack([numbers[at], fitted + residuals, fitted, student, leverage, cooks])

    def _keep(self, k: int, measured: FloatArray) -> None:
        every = np.vstack([self._kept[k], measured])
        every = every[np.isfinite(every[:, COOKS])]
        self._kept[k] = every[np.argsort(-every[:, COOKS], kind="stable")[: self._most]]
        if len(self._kept[k]) == self._most:
            self._least[k] = self._kept[k][-1, COOKS] * self._variance[k] * self._n_coefficients
