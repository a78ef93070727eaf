"""Frames out of a Polars query, batch by batch, with its failures turned into reta's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polars.exceptions import PanicException, PolarsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

__all__ = ["POLARS_FAILURES", "collected", "first_line"]

POLARS_FAILURES = (PolarsError, PanicException, OSError)
"""What a query on a damaged file raises; a panic is no ``Exception``."""


def collected(
    query: pl.LazyFrame, batch_rows: int, explain: Callable[[BaseException], Exception]
) -> Iterator[pl.DataFrame]:
    """Run the query in the streaming engine and yield its rows in order, ``batch_rows`` at a time.

    Parameters
    ----------
    query, batch_rows
        What to run, and the size of its pieces.
    explain
        Makes of a failure of Polars the error to raise.
    """
    try:
        batches = query.collect_batches(chunk_size=batch_rows, maintain_order=True)
        while (frame := next(batches, None)) is not None:
            yield frame
    except POLARS_FAILURES as error:
        raise explain(error) from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, without a full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
