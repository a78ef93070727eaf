"""Predictions for all rows at once, handed back in the caller's own kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import polars as pl

from reta.blas_threads import one_blas_thread
from reta.design import Features
from reta.errors import UsageError
from reta.model.array_predictions import predict_numbers
from reta.model.predict import Predicted
from reta.tables import open_table
from reta.tables.arrays import ArrayTable
from reta.tables.table import StartOver

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.model.predict import Predictor
    from reta.tables import ReadOptions, Table
    from reta.types import BoolArray, FloatArray

__all__ = ["Intervals", "feature_rows", "predict_rows"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Intervals:
    """Predictions for the rows of an array, and their intervals: arrays of shape (n, k) in the targets' units."""

    mean: Any
    lower: Any
    upper: Any


@one_blas_thread()
def predict_rows(predictor: Predictor, rows: object, options: ReadOptions) -> Any:
    """Return predictions for all of ``rows``: a frame for a frame, an array for an array, a Polars frame for a file."""
    table = open_table(rows, options)
    if isinstance(table, ArrayTable):
        return _for_arrays(predictor, table, rows)
    predictor.require(table)
    predictions, kept = _predict(predictor, table)
    return predictions if _is_file(rows) else _like(rows, predictions, kept)


def feature_rows(predictor: Predictor, rows: object, options: ReadOptions) -> Features:
    """Return the features of all of ``rows`` that are kept, as numbers."""
    table = open_table(rows, options)
    if isinstance(table, ArrayTable):
        table = _as_features(predictor, table)
    else:
        predictor.require(table)
    parts = _each(predictor, table, lambda clean: predictor.features(clean)[0])
    return Features.joined(parts, len(predictor.model.feature_names))


def _predict(predictor: Predictor, table: Table) -> tuple[pl.DataFrame, BoolArray]:
    parts = _each(predictor, table, predictor.predict)
    if not parts:
        parts = [predictor.predict(pl.DataFrame(schema={name: _dtype(name, predictor) for name in predictor.columns}))]
    return pl.concat([frame for frame, _ in parts]), np.concatenate([kept for _, kept in parts])


def _each(predictor: Predictor, table: Table, take: Callable[[pl.DataFrame], T]) -> list[T]:
    """Return what ``take`` makes of every batch of the columns that the model needs."""
    while True:
        try:
            batches = table.batches(predictor.columns, text=predictor.text, may_miss=predictor.may_miss)
            return [take(clean) for clean in batches]
        except StartOver:
            predictor.reset()


def _dtype(name: str, predictor: Predictor) -> pl.DataType:
    return pl.String() if name in predictor.text else pl.Float64()


def _as_features(predictor: Predictor, table: ArrayTable) -> ArrayTable:
    """Return an array's columns under the names of the features."""
    wanted = predictor.columns
    if len(table.columns) != len(wanted):
        raise UsageError(
            f"the rows have {len(table.columns)} columns, the model needs {len(wanted)} ({', '.join(wanted)}): "
            "give an array of shape (n, features)"
        )
    return ArrayTable(table.X, None, features=wanted, options=table.options)


def _for_arrays(predictor: Predictor, table: ArrayTable, rows: Any) -> Any:
    named = _as_features(predictor, table)
    found = predict_numbers(predictor, table.X) if predictor.takes_numbers and len(table.X) else None
    if found is None:
        predictor.reset()
        found = _of_frame(_predict(predictor, named)[0], predictor)
    if found.lower is None or found.upper is None:
        return _array_like(rows, found.mean)
    return Intervals(*(_array_like(rows, values) for values in (found.mean, found.lower, found.upper)))


def _of_frame(predictions: pl.DataFrame, predictor: Predictor) -> Predicted:
    names = predictor.model.target_names
    kinds = ("",) if predictor.interval is None else ("", "_lower", "_upper")
    return Predicted(*(predictions.select(f"{name}{kind}" for name in names).to_numpy() for kind in kinds))


def _array_like(rows: Any, values: FloatArray) -> Any:
    """Return values as a tensor of the caller's type and device for a tensor, else as a NumPy array."""
    return rows.new_tensor(values) if hasattr(rows, "new_tensor") else values


def _is_file(rows: object) -> bool:
    if isinstance(rows, pl.LazyFrame):  # which warns whoever asks for its columns
        return False
    return not hasattr(rows, "columns") and not hasattr(rows, "schema")


def _like(rows: Any, predictions: pl.DataFrame, kept: BoolArray) -> Any:
    """Return ``predictions`` as a frame of the caller's kind; a pandas frame keeps the index of its rows."""
    if isinstance(rows, (pl.DataFrame, pl.LazyFrame)):
        return predictions
    import narwhals as nw

    frame = nw.from_native(rows)
    columns = {name: predictions[name].to_numpy() for name in predictions.columns}
    native = nw.from_dict(columns, backend=nw.get_native_namespace(frame)).to_native()
    if nw.dependencies.is_pandas_dataframe(native):
        native.index = rows.index[kept]
    return native
