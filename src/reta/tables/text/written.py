"""The rows of a block as they stand in the file: cell by cell, or line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from reta.tables.text.blocks import Block
    from reta.tables.text.plan import Plan

__all__ = ["LINES", "cells_as_text", "original_of", "original_rows", "written_by_polars"]

LINES = "\n"  # the column of whole lines: no column of a file can be called so
_RECORD_END = "\x1e"


def cells_as_text(data: bytes, plan: Plan, *, quoted: bool, every: bool = True) -> pl.DataFrame | None:
    """Parse rows of the right width as text, columns named by position; ``None`` where they are not UTF-8.

    Parameters
    ----------
    data
        Whole records.
    plan
        Its dialect applies.
    quoted
        Whether there are quotes.
    every
        Whether all cells are wanted, not those alone that the plan reads.
    """
    schema = {str(position): pl.String for position in range(plan.width)}
    if not data:
        return pl.DataFrame(schema=schema)
    try:
        return pl.read_csv(
            data,
            has_header=False,
            schema=schema,
            columns=None if every else plan.positions,
            separator=plan.dialect.delimiter,
            quote_char='"' if quoted else None,
            empty_string_is_null=False,
        )
    except pl.exceptions.ComputeError:
        return None


def original_of(block: Block, plan: Plan, n_rows: int) -> pl.DataFrame | None:
    """Return the rows of a block as the plan wants them handed on; ``None`` where that needs a second look.

    ``n_rows`` is how many rows the block has, each on a line of its own unless there are quotes.
    """
    if plan.as_lines and not block.quoted:
        rows = _lines(block.data)
    else:
        cells = cells_as_text(block.data, plan, quoted=block.quoted)
        rows = None if cells is None else original_rows(cells, plan)
    return rows if rows is not None and rows.height == n_rows else None


def original_rows(cells: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Return cells, columns named by position, as the plan wants the rows handed on."""
    named = cells.select(
        (pl.lit(None, pl.String) if position is None else pl.col(str(position))).alias(name)
        for name, position in plan.originals or ()
    )
    return _spelled_lines(named, plan) if plan.as_lines else named


def written_by_polars(
    frame: pl.DataFrame, delimiter: str, *, decimal: str = ".", end: str = "\n", header: bool = False
) -> str:
    """Return rows as CSV: text in quotes where it must be, an empty cell without."""
    unquoted_empty = pl.col(pl.String).replace("", None)
    return frame.with_columns(unquoted_empty).write_csv(
        include_header=header, separator=delimiter, decimal_comma=decimal == ",", line_terminator=end
    )


def _lines(data: bytes) -> pl.DataFrame | None:
    """Return the lines of text without quotes; ``None`` where a character would be taken for an end of something."""
    if b"\0" in data or b"\r" in data:
        return None
    try:
        return pl.read_csv(
            data,
            has_header=False,
            schema={LINES: pl.String},
            separator="\0",
            quote_char=None,
            empty_string_is_null=False,
        )
    except pl.exceptions.ComputeError:
        return None


def _spelled_lines(cells: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Return rows as the lines that they are written as, cells with line ends in quotes."""
    text = written_by_polars(cells, plan.dialect.delimiter, end=_RECORD_END)
    lines = text.split(_RECORD_END)[:-1]
    if len(lines) != cells.height:
        lines = [written_by_polars(row, plan.dialect.delimiter).removesuffix("\n") for row in cells.iter_slices(1)]
    return pl.DataFrame({LINES: lines}, schema={LINES: pl.String})
