"""Frames out of a Polars query, batch by batch, with its failures turned into reta's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from polars.exceptions import PanicException, PolarsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["POLARS_FAILURES", "collected", "first_line"]

_LAST = "\0last"
POLARS_FAILURES = (PolarsError, PanicException, OSError)
"""What a query on a damaged file raises; a panic is no ``Exception``."""


def collected(
    query: pl.LazyFrame,
    batch_rows: int,
    explain: Callable[[BaseException], Exception],
    *,
    to_the_end: bool = False,
) -> Iterator[pl.DataFrame]:
    """Run the query in the streaming engine and yield its rows in order, ``batch_rows`` at a time.

    Parameters
    ----------
    query, batch_rows
        What to run, and the size of its pieces.
    explain
        Makes of a failure of Polars the error to raise.
    to_the_end
        Whether to make sure that the last row came, where nothing else tells how many there are: a panic in one of
        the engine's threads ends the stream without a word.
    """
    try:
        marked = _with_last_row(query) if to_the_end else query
        batches = marked.collect_batches(chunk_size=batch_rows, maintain_order=True)
        arrived = not to_the_end
        while (frame := next(batches, None)) is not None:
            if to_the_end:
                arrived = arrived or bool(frame.item(-1, _LAST))
                frame = frame.drop(_LAST).head(frame.height - arrived)
            yield frame
    except POLARS_FAILURES as error:
        raise explain(error) from error
    if not arrived:
        raise explain(RuntimeError("the engine stopped before the last row"))


def _with_last_row(query: pl.LazyFrame) -> pl.LazyFrame:
    """Return the query with one row more, marked as the last."""
    schema = query.collect_schema()
    last = pl.DataFrame(schema=schema).clear(1).with_columns(pl.lit(value=True).alias(_LAST))
    return pl.concat([query.with_columns(pl.lit(value=False).alias(_LAST)), last.lazy()])


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, without a full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
