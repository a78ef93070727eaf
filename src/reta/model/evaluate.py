"""How well a model predicts rows it has not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.design.near import suggest_column
from reta.errors import DataError
from reta.moment import Moments
from reta.tables.table import StartOver

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.model.predict import Predictor
    from reta.tables.table import Table
    from reta.types import FloatArray

__all__ = ["evaluate_table"]


def evaluate_table(predictor: Predictor, table: Table, on_rows: Callable[[int], None] | None = None) -> pl.DataFrame:
    """Return, per target, how far the predictions are from the rows' own values.

    Returns
    -------
    polars.DataFrame
        ``target``; ``n_samples``; ``rmse`` (root mean squared error) and ``mae`` (mean absolute error), both in the
        target's unit; ``r_squared``, 1 − Σ(y−ŷ)²/Σ(y−ȳ)² over these rows, null where the target does not vary.

    Raises
    ------
    DataError
        A column is absent or unusable, or no row is left.
    """
    model = predictor.model
    predictor.require(table)
    _require_targets(model.design.target_columns(model.target_names), table)
    while True:
        try:
            return _evaluate(predictor, table, on_rows)
        except StartOver:
            predictor.reset()


def _evaluate(predictor: Predictor, table: Table, on_rows: Callable[[int], None] | None) -> pl.DataFrame:
    targets = predictor.model.target_names
    squared = np.zeros(len(targets))
    absolute = np.zeros(len(targets))
    observed = Moments.empty((), targets)
    design = predictor.model.design
    wanted = (*predictor.columns, *design.target_columns(targets))
    for batch in table.batches(wanted, text=predictor.text, may_miss=predictor.may_miss):
        predictions, kept = predictor.predict(batch)
        Y = design.target_matrix(batch.filter(pl.Series(kept)), targets)
        error = Y - predictions.select(targets).to_numpy()
        squared += (error**2).sum(axis=0)
        absolute += np.abs(error).sum(axis=0)
        observed = observed + Moments.from_arrays(np.empty((len(Y), 0)), Y, features=(), targets=targets)
        if on_rows is not None:
            on_rows(predictor.rows)
    if observed.n_samples == 0:
        raise DataError(f"{table.description} leaves no row to evaluate")
    return _scores(targets, observed.n_samples, squared, absolute, np.diag(observed.scatter))


def _scores(
    targets: tuple[str, ...], n_samples: int, squared: FloatArray, absolute: FloatArray, total: FloatArray
) -> pl.DataFrame:
    r_squared = [1 - s / t if t > 0 else None for s, t in zip(squared.tolist(), total.tolist(), strict=True)]
    return pl.DataFrame(
        {
            "target": list(targets),
            "n_samples": [n_samples] * len(targets),
            "rmse": np.sqrt(squared / n_samples),
            "mae": absolute / n_samples,
            "r_squared": pl.Series(r_squared, dtype=pl.Float64),
        }
    )


def _require_targets(targets: tuple[str, ...], table: Table) -> None:
    names = [column.name for column in table.columns]
    for target in targets:
        if target not in names:
            raise DataError(
                f"{table.description} lacks the target `{target}`, with whose values an evaluation compares "
                f"the predictions{suggest_column(target, names)}"
            )
