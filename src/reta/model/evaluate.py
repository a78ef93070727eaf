"""How well a model predicts rows it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.blas_threads import one_blas_thread
from reta.design.near import suggest_column
from reta.design.responses import target_values
from reta.errors import DataError
from reta.model.row_weights import weights_to_evaluate
from reta.tables.table import StartOver

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.model.predict import Predictor
    from reta.tables.table import Table
    from reta.types import FloatArray, Note

__all__ = ["Evaluation", "evaluate_table"]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """How far predictions are from the rows' own values.

    Attributes
    ----------
    scores
        A row per target: ``target``; ``n_samples``, rows of positive weight; ``rmse``, √(Σw(y−ŷ)²/Σw), and ``mae``,
        Σw|y−ŷ|/Σw, both in the target's unit; ``r_squared``, 1 − Σw(y−ŷ)²/Σw(y−ȳ)² over these rows, with 0 for ȳ where
        the model has no intercept; null where there is nothing to explain.
    weights
        The column of weights, if any.
    notes
        What was assumed about weights, and what was odd about the rows.
    """

    scores: pl.DataFrame
    weights: str | None
    notes: tuple[Note, ...]


@one_blas_thread()
def evaluate_table(
    predictor: Predictor, table: Table, weights: str | None = None, on_rows: Callable[[int], None] | None = None
) -> Evaluation:
    """Compare predictions with the targets in the rows of ``table``.

    Parameters
    ----------
    predictor
        Of the model; it counts what is odd about the rows.
    table
        With the features and the targets.
    weights
        Name of the column of weights; that of the training by default, where the table has it.
    on_rows
        Called with the number of rows read so far.

    Raises
    ------
    DataError
        A column is absent or unusable, or no row is left.
    UsageError
        There is no such column of weights.
    """
    model = predictor.model
    predictor.require(table)
    _require_targets(model.design.target_columns(model.target_names), table)
    column, assumed = weights_to_evaluate(model, table, weights)
    predictor.unused = tuple(name for name in predictor.unused if name != column)
    errors = _read(predictor, table, column, on_rows)
    if errors.n_samples == 0:
        raise DataError(f"{table.description} leaves no row to evaluate")
    return Evaluation(errors.scores(model.target_names), column, (*assumed, *predictor.notes()))


def _read(predictor: Predictor, table: Table, weights: str | None, on_rows: Callable[[int], None] | None) -> _Errors:
    while True:
        try:
            return _errors(predictor, table, weights, on_rows)
        except StartOver:
            predictor.reset()


def _errors(predictor: Predictor, table: Table, weights: str | None, on_rows: Callable[[int], None] | None) -> _Errors:
    targets, design = predictor.model.target_names, predictor.model.design
    errors = _Errors(len(targets), about_mean=predictor.model.fit_intercept)
    read = 0
    wanted = (*predictor.columns, *design.target_columns(targets), *(() if weights is None else (weights,)))
    columns, text = tuple(dict.fromkeys(wanted)), predictor.text
    for batch in table.batches(columns, text=text, may_miss=predictor.may_miss, weights=weights):
        read += batch.height
        present = batch if weights is None else batch.filter(pl.col(weights) > 0.0)
        found, kept = predictor.values(present)
        rows = present if kept.all() else present.filter(pl.Series(kept))
        Y = np.array(target_values(rows, targets, design.responses))
        errors.update(Y, found.mean.T, None if weights is None else rows[weights].to_numpy())
        if on_rows is not None:
            on_rows(read)
    return errors


class _Errors:
    """Sums over rows, target by target, merged batch by batch: of errors, and of squares about the mean or zero."""

    def __init__(self, n_targets: int, *, about_mean: bool) -> None:
        self._about_mean = about_mean
        self.n_samples = 0
        self._weight_sum = 0.0
        self._squared, self._absolute, self._total, self._mean = np.zeros((4, n_targets))
        self._low, self._high = np.full(n_targets, np.inf), np.full(n_targets, -np.inf)

    def update(self, Y: FloatArray, fitted: FloatArray, weights: FloatArray | None) -> None:
        """Add rows: targets and predictions of shape (k, n), positive weights of shape (n,)."""
        n = Y.shape[1]
        if not n:
            return
        errors, root = Y - fitted, 1.0 if weights is None else np.sqrt(weights)
        self.n_samples += n
        self._squared += _squares(errors * root)
        self._absolute += np.sum(np.abs(errors) * np.square(root), axis=1)
        self._low, self._high = np.minimum(self._low, Y.min(axis=1)), np.maximum(self._high, Y.max(axis=1))
        self._merge(Y, root, float(n) if weights is None else float(weights.sum()))

    def scores(self, targets: tuple[str, ...]) -> pl.DataFrame:
        """Return them as ``Evaluation.scores`` explains."""
        varies = self._low < self._high if self._about_mean else (self._low != 0.0) | (self._high != 0.0)
        share = np.divide(self._squared, self._total, out=np.full_like(self._total, np.nan), where=varies)
        return pl.DataFrame(
            {
                "target": list(targets),
                "n_samples": [self.n_samples] * len(targets),
                "rmse": np.sqrt(self._squared / self._weight_sum),
                "mae": self._absolute / self._weight_sum,
                "r_squared": pl.Series((1.0 - share).tolist(), dtype=pl.Float64),
            }
        ).with_columns(pl.col("r_squared").fill_nan(None))

    def _merge(self, Y: FloatArray, root: FloatArray | float, weight: float) -> None:
        mean = np.sum(Y * np.square(root), axis=1) / weight if self._about_mean else np.zeros(len(Y))
        apart, before = mean - self._mean, self._weight_sum
        self._weight_sum += weight
        self._mean += apart * (weight / self._weight_sum)
        self._total += _squares((Y - mean[:, None]) * root) + apart**2 * (before * weight / self._weight_sum)


def _squares(columns: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("kn,kn->k", columns, columns))


def _require_targets(targets: tuple[str, ...], table: Table) -> None:
    names = [column.name for column in table.columns]
    for target in targets:
        if target not in names:
            raise DataError(
                f"{table.description} lacks the target `{target}`, with whose values an evaluation compares "
                f"the predictions{suggest_column(target, names)}"
            )
