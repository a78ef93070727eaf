"""Cutting a stream of frames into batches of an exact size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from reta.errors import DataError
from reta.tables.polars_stream import first_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["rebatch"]


def rebatch(groups: Iterable[tuple[pl.DataFrame, ...]], batch_rows: int) -> Iterator[tuple[pl.DataFrame, ...]]:
    """Yield the same rows in groups of exactly ``batch_rows`` rows, except the last.

    Parameters
    ----------
    groups
        Frames that stand side by side: those of one group have the same number of rows. Column types may differ
        from group to group where Polars knows a common type.
    batch_rows
        Rows a batch, at least 1.

    Notes
    -----
    Frames that have the right size already pass through uncopied.
    """
    waiting: list[tuple[pl.DataFrame, ...]] = []
    n_waiting = 0
    for group in groups:
        if not group[0].height:
            continue
        waiting.append(group)
        n_waiting += group[0].height
        if n_waiting >= batch_rows:
            joined = _join(waiting)
            whole = n_waiting - n_waiting % batch_rows
            for start in range(0, whole, batch_rows):
                yield tuple(frame.slice(start, batch_rows) for frame in joined)
            waiting = [tuple(frame.slice(whole) for frame in joined)] if whole < n_waiting else []
            n_waiting -= whole
    if waiting:
        yield _join(waiting)


def _join(groups: list[tuple[pl.DataFrame, ...]]) -> tuple[pl.DataFrame, ...]:
    """Stack the groups' frames, position by position."""
    if len(groups) == 1:
        return groups[0]
    try:
        return tuple(_stacked(frames) for frames in zip(*groups, strict=True))
    except pl.exceptions.PolarsError as error:
        raise DataError(f"a column's type changes from part to part: {first_line(error)}") from error


def _stacked(frames: tuple[pl.DataFrame, ...]) -> pl.DataFrame:
    """Stack frames without copying; to common types only where types differ, which costs a plan for the engine."""
    if any(frame.schema != frames[0].schema for frame in frames):
        return pl.concat(frames, how="vertical_relaxed")
    stacked = frames[0]
    for frame in frames[1:]:
        stacked = stacked.vstack(frame)
    return stacked
