"""One pass over a table, for its moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from reta.design import Encoder
from reta.design.wide_columns import as_summed
from reta.errors import DataError, UsageError
from reta.moment.builder import MomentsBuilder
from reta.moment.moments import Moments
from reta.moment.road import is_small_work, rows_at_first
from reta.tables.arrays import ArrayTable
from reta.tables.table import BATCH_ROWS, StartOver

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl
    from numpy.typing import NDArray

    from reta.design import Design, Plan
    from reta.tables.table import Table
    from reta.types import MissingPolicy, Note

    Judge = Callable[[Moments | None, Design | None], bool]  # whether float64 will do after these

__all__ = ["CELLS_AT_ONCE", "Gathered", "gather"]

CELLS_AT_ONCE = 2**22
ROWS_A_COLUMN = 4  # of a first part, so that it tells which columns depend on others

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What reading a table gave.

    Attributes
    ----------
    moments
        Of the encoded features, every level of a categorical column among them, and of the targets.
    passes
        How often the source was read, wholly or in part.
    design
        What a formula's terms came to; ``None`` where every feature is a column by itself, as the moments tell.
    notes
        What was assumed about cells that the moments do not tell of.
    """

    moments: Moments
    passes: int
    design: Design | None = None
    notes: tuple[Note, ...] = ()


def gather(
    table: Table,
    plan: Plan,
    *,
    missing: MissingPolicy = "error",
    on_rows: Callable[[int], None] | None = None,
    float64_will_do: Judge | None = None,
) -> Gathered:
    """Read ``table`` once and return the moments of its encoded columns.

    Parameters
    ----------
    table, plan
        The source, and what its columns are for.
    missing
        ``"mean"`` reads twice: the means that fill the gaps come first.
    on_rows
        Called with the number of rows read so far, after every batch.
    float64_will_do
        Asked once, of the moments of the first rows of a long table, which are summed in extended precision, whether
        the rest may be summed in float64. It is asked at once, with ``None``, of arrays in memory, and of files with so
        many columns that a first part would take longer than it saves: both can be read again. Without it, all rows
        are summed in extended precision.

    Raises
    ------
    UsageError
        Means are wanted of a source that can be read once only.
    DataError
        No rows; a cell that cannot be used; a categorical column with more than ``MAX_LEVELS`` levels.

    Notes
    -----
    Memory holds one batch and the moments, whatever the size of the source.
    """
    if missing == "mean" and not table.rereadable:
        raise UsageError(
            f"filling with means reads the data twice, and {table.description} can be read once only: "
            "save it to a file first, or use --missing drop"
        )
    table = as_summed(table, plan.terms, plan.responses)
    fills, passes = _restarting(lambda: _feature_means(table, plan)) if missing == "mean" else ({}, 0)
    (moments, encoder), reads = _restarting(lambda: _read(table, plan, fills, on_rows, float64_will_do))
    if moments.n_samples == 0:
        raise DataError(f"{table.description} leaves no row to fit: nothing can be estimated")
    design = _design(moments, plan, encoder)
    return Gathered(moments.with_levels(encoder.levels), passes + reads, design, encoder.notes())


def _design(moments: Moments, plan: Plan, encoder: Encoder) -> Design | None:
    """Return the design that the rows so far give; ``None`` where it is no more than the columns."""
    means = dict(zip(moments.names, moments.mean.tolist(), strict=True))
    return None if plan.plain else encoder.design(means, plan.responses)


def _restarting(read: Callable[[], T]) -> tuple[T, int]:
    """Return what ``read`` gives and how often it had to begin."""
    begun = 0
    while True:
        begun += 1
        try:
            return read(), begun
        except StartOver:
            continue


def _read(
    table: Table,
    plan: Plan,
    fills: dict[str, float],
    on_rows: Callable[[int], None] | None,
    float64_will_do: Judge | None,
) -> tuple[Moments, Encoder]:
    encoder = Encoder(plan.terms, fills, plan.weights, plan.unasked)
    if isinstance(table, ArrayTable) and _as_whole_arrays(table, plan):
        moments = _of_arrays(table, plan, float64_will_do)
        if np.isfinite(moments.scatter).all():
            return moments, encoder
    moments = _of_batches(table, plan, encoder, on_rows, float64_will_do)
    encoder.finish()
    return moments, encoder


def _as_whole_arrays(table: ArrayTable, plan: Plan) -> bool:
    """Whether arrays can be summed as they are; odd weights are left to the batches, which say where they stand."""
    if not plan.plain or plan.categorical or not table.X.size:
        return False
    weights = np.zeros(1) if plan.weights is None else _columns(table, (plan.weights,))
    return bool(np.isfinite(weights).all() and (weights >= 0).all())


def _of_arrays(table: ArrayTable, plan: Plan, float64_will_do: Judge | None) -> Moments:
    """Return the moments of whole arrays: several threads, and no copy where the arrays are used as they are."""
    weights = None if plan.weights is None else _columns(table, (plan.weights,)).ravel()
    X, Y = _columns(table, plan.features), _columns(table, plan.targets)
    small = is_small_work(len(X), X.shape[1] + Y.shape[1])
    in_float64 = not small and float64_will_do is not None and float64_will_do(None, None)
    return Moments.from_arrays(X, Y, weights, features=plan.features, targets=plan.targets, extended=not in_float64)


def _columns(table: ArrayTable, names: tuple[str, ...]) -> NDArray[Any]:
    for whole, its_names in ((table.X, table.features), (table.Y, table.targets)):
        if whole is not None and names == its_names:
            return whole
    every = dict(
        zip(table.features + table.targets, [*table.X.T, *(() if table.Y is None else table.Y.T)], strict=True)
    )
    return np.column_stack([every[name] for name in names])


def _of_batches(
    table: Table,
    plan: Plan,
    encoder: Encoder,
    on_rows: Callable[[int], None] | None,
    float64_will_do: Judge | None,
) -> Moments:
    builder = MomentsBuilder(encoder.names, plan.targets, weights_name=plan.weights or "sample_weight")
    rows, first, judge = 0, 0, float64_will_do
    for frame in table.batches(
        plan.columns, text=plan.categorical, may_miss=tuple(encoder.fills), weights=plan.weights
    ):
        encoder.learn(frame)
        if judge is not None and not rows:
            first = _first_part(frame.height, len(encoder.names) + len(plan.targets), table)
        for part in _parts(frame, encoder, first if judge is not None else 0):
            if judge is not None and rows >= first:
                moments = builder.moments().with_levels(encoder.levels) if rows else None
                builder.extended = not judge(moments, None if moments is None else _design(moments, plan, encoder))
                judge = None
            _add(builder, part, plan, encoder)
            rows += part.height
        if on_rows is not None:
            on_rows(rows)
    return builder.moments()


def _first_part(height: int, q: int, table: Table) -> int:
    """Return how many rows of q columns are summed in extended precision before the others are judged by them.

    All, where they are few. None, where so many columns would take long, and the table can be read again.
    """
    quick, telling = rows_at_first(q), ROWS_A_COLUMN * q
    if height < BATCH_ROWS and height <= quick:
        return height
    if quick >= BATCH_ROWS:
        return quick // BATCH_ROWS * BATCH_ROWS
    return quick if quick >= telling else 0 if table.rereadable else telling


def _add(builder: MomentsBuilder, frame: pl.DataFrame, plan: Plan, encoder: Encoder) -> None:
    targets = plan.target_values(frame, encoder.rows + 1)
    columns = encoder.encode(frame)
    if encoder.names != builder.features:
        builder.pad(encoder.names)
    gaps = [frame[name].null_count() if name in encoder.fills else 0 for name in builder.features]
    builder.update(
        [*columns, *targets],
        None if plan.weights is None else frame[plan.weights].to_numpy(),
        missing=[*gaps, *(0 for _ in plan.targets)],
    )


def _parts(frame: pl.DataFrame, encoder: Encoder, first: int) -> list[pl.DataFrame]:
    """Cut a batch after its first part, and so that encoded columns stay small when levels are many.

    Where it is cut depends on the data alone.
    """
    if 0 < first < frame.height:
        return [frame.head(first), *_parts(frame.slice(first), encoder, 0)]
    rows = max(256, CELLS_AT_ONCE // max(len(encoder.names), CELLS_AT_ONCE // BATCH_ROWS))
    return [frame] if frame.height <= rows else list(frame.iter_slices(rows))


def _feature_means(table: Table, plan: Plan) -> dict[str, float]:
    """Return the mean over the cells that are there of every numeric feature, in rows that the fit will use."""
    total = dict.fromkeys(plan.numeric, 0.0)
    weight = dict.fromkeys(plan.numeric, 0.0)
    for frame in table.batches(plan.columns, text=plan.categorical, may_miss=plan.numeric, weights=plan.weights):
        weights = np.ones(frame.height) if plan.weights is None else frame[plan.weights].to_numpy()
        for name in plan.numeric:
            present = frame[name].is_not_null().to_numpy()
            weight[name] += float(weights[present].sum())
            total[name] += float(weights[present] @ frame[name].drop_nulls().to_numpy())
    empty = [name for name in plan.numeric if weight[name] <= 0]
    if empty:
        raise DataError(f"`{empty[0]}` in {table.description} has no value at all: leave it out with --features")
    return {name: total[name] / weight[name] for name in plan.numeric}
