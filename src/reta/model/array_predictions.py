"""Predictions for the rows of an array as they are: block by block while it is in the cache, shared among threads."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.inference.coordinates import block_rows
from reta.model.evidence import half_widths_of
from reta.model.fitted_values import fitted_of_offsets
from reta.model.outside import Outside, cells_outside
from reta.model.predict import Predicted
from reta.moment.in_order import in_order
from reta.moment.wide_integers import without_rounding
from reta.tables.table import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reta.model.predict import Predictor
    from reta.types import FloatArray

__all__ = ["predict_numbers"]

SHARED_FROM_CELLS = 1 << 20  # some milliseconds; a thread takes a tenth of one to begin
ROWS_OF_A_THREAD = 1 << 14


def predict_numbers(predictor: Predictor, X: NDArray[Any]) -> Predicted | None:
    """Return predictions for rows of numbers, to the bits that a frame of them gets, which rounds integers beyond 2^53.

    Parameters
    ----------
    predictor
        Of a model whose features are columns as they are; it counts what is odd about the rows.
    X
        Shape (n, p), the columns that the model needs, any real type and layout.

    Returns
    -------
    Predicted or None
        ``None`` where a value is not finite.
    """
    n, p = X.shape
    columns = np.empty((1 if predictor.interval is None else 3, len(predictor.model.target_names), n))
    parts = list(_parts(n, block_rows(p)))
    threads = None if X.size >= SHARED_FROM_CELLS else 1
    work = partial(_fill, predictor, X, columns, parts)
    for found, broken in in_order(work, range(len(parts)), threads):
        if not found.finite:
            return None
        predictor.count(found, broken)
    predictor.rows += n
    return Predicted(*(column.T for column in columns))


def _parts(n: int, step: int) -> Iterator[list[slice]]:
    """Yield the blocks that a thread takes together; every batch of a table starts a new one."""
    together = max(step, ROWS_OF_A_THREAD // step * step)
    for batch in range(0, n, BATCH_ROWS):
        end = min(batch + BATCH_ROWS, n)
        for start in range(batch, end, together):
            stop = min(start + together, end)
            yield [slice(at, min(at + step, stop)) for at in range(start, stop, step)]


def _fill(
    predictor: Predictor, X: NDArray[Any], columns: FloatArray, parts: list[list[slice]], part: int
) -> tuple[Outside, int]:
    """Predict some blocks; return the cells outside the range of the training, and how many rows break a relation."""
    model, blocks = predictor.model, parts[part]
    total, broken = Outside.nowhere(X.shape[1]), 0
    space = np.empty((X.shape[1], blocks[0].stop - blocks[0].start))
    for rows in blocks:
        cells = space[:, : rows.stop - rows.start] if rows == blocks[-1] else space
        np.copyto(cells, X[rows].T)
        total += cells_outside(cells, *model.ranges)
        if not total.finite:
            break
        broken += model.breaks_relations(cells.T)
        _take_off(model.solution.center, cells, X[rows])
        _predict(predictor, cells, columns, rows)
    return total, broken


def _take_off(center: FloatArray, cells: FloatArray, X: NDArray[Any]) -> None:
    """Make ``cells``, shape (p, b), offsets from the center; of integers that float64 rounds, by the integers in X.

    The fit sees those without rounding: a prediction that rounded them would miss the rows that it was fitted to.
    """
    cells -= center[:, None]
    distances, smallest, _ = without_rounding(X)
    for j, whole in smallest.items():
        below = math.floor(center[j])
        cells[j] = distances[:, j] + (float(whole - below) - (center[j] - below))


def _predict(predictor: Predictor, offsets: FloatArray, columns: FloatArray, rows: slice) -> None:
    """Put predictions and bounds into ``columns``, shape (1 or 3, k, n), for offsets of shape (p, b)."""
    model = predictor.model
    offsets = offsets if offsets.flags.c_contiguous else np.ascontiguousarray(offsets)
    mean = columns[0][:, rows] = fitted_of_offsets(model.solution, offsets)
    if predictor.interval is not None:
        half = half_widths_of(model.solution, offsets, predictor.interval, predictor.kind, model.robust).T
        np.subtract(mean, half, out=columns[1][:, rows])
        np.add(mean, half, out=columns[2][:, rows])
