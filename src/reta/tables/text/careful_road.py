"""The careful road: every cell is looked at as text, every line is known, nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.tables.text.cells import clean_cells
from reta.tables.text.foreign import first_foreign_byte, foreign_records, made_readable, with_replacements
from reta.tables.text.problems import Problem, bad_text, bad_width, stray_cell
from reta.tables.text.records import Records, find_records
from reta.tables.text.report import EmptyLines, RowsOfBlock, settle
from reta.tables.text.written import cells_as_text, original_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reta.tables.text.blocks import Block
    from reta.tables.text.plan import Plan
    from reta.tables.text.report import BlockReport
    from reta.types import BoolArray

__all__ = ["read_carefully"]


def read_carefully(block: Block, plan: Plan) -> BlockReport:
    """Read a block of whole records whose quotes are regular.

    Notes
    -----
    The structure is found first, in a few passes over the bytes, so that the parser meets only rows of the right number
    of cells; it parses all of them as text. About three times the cost of the quick road.
    """
    records = find_records(block, plan.dialect.delimiter)
    even = ~records.blank & (records.cells == plan.width)
    uneven = ~records.blank & ~even
    problem = _uneven_row(records, uneven, plan) if uneven.any() else None
    body = records.take(block.data, even)
    cells = cells_as_text(body, plan, quoted=block.quoted, every=plan.originals is not None)
    if cells is None:
        cells, hurt = _parse_foreign(body, block, records, even, plan)
        problem = _earlier(problem, _foreign_row(block, records, hurt)) if hurt.any() else problem
        even, uneven = even & ~hurt, uneven | hurt
    if plan.empty and (strayed := _strayed(cells, plan)).any():
        problem = _earlier(problem, _stray_cell(cells, plan, records.lines[even], strayed))
        cells = cells.filter(pl.Series(~strayed))
        out = np.flatnonzero(even)[strayed]
        even[out], uneven[out] = False, True
    texts = [cells[str(wanted.position)] for wanted in plan.wanted]
    binary = b"\0" in block.data
    columns = [clean_cells(text, wanted, plan, binary=binary) for text, wanted in zip(texts, plan.wanted, strict=True)]
    original = None if plan.originals is None else original_rows(cells, plan)
    left_out = records.lines[uneven]
    rows = RowsOfBlock(
        columns, texts, original, records.lines[even], records.n_lines, left_out, problem, _empty_lines(records)
    )
    return settle(rows, plan)


def _empty_lines(records: Records) -> EmptyLines:
    """Count the lines that hold delimiters alone; those that hold nothing at all need no word."""
    empty = records.lines[records.blank & (records.cells > 1)]
    return EmptyLines(empty.size, int(empty[0])) if empty.size else EmptyLines()


def _strayed(cells: pl.DataFrame, plan: Plan) -> BoolArray:
    """Which rows hold a value in a cell that has no column."""
    absent = list(plan.missing_values)
    strayed: BoolArray = (
        cells.select(pl.any_horizontal(~pl.col(str(at)).str.strip_chars().is_in(absent) for at in plan.empty))
        .to_series()
        .to_numpy()
    )
    return strayed


def _stray_cell(cells: pl.DataFrame, plan: Plan, lines: NDArray[np.intp], strayed: BoolArray) -> Problem:
    row = int(strayed.argmax())
    found = ((at, cells[str(at)][row].strip()) for at in plan.empty)
    position, cell = next((at, cell) for at, cell in found if cell not in plan.missing_values)
    return stray_cell(cell, int(lines[row]), position)


def _parse_foreign(
    data: bytes, block: Block, records: Records, even: BoolArray, plan: Plan
) -> tuple[pl.DataFrame, BoolArray]:
    """Parse rows that are not all UTF-8; without the records, marked here, in which a cell to be parsed is not."""
    cells = cells_as_text(made_readable(data), plan, quoted=block.quoted, every=plan.originals is not None)
    if cells is None:
        raise RuntimeError(f"{plan.label}: the parser refuses rows of the right width, in UTF-8")
    hurt = np.zeros_like(even)
    hurt[even] = with_replacements(cells)
    hurt &= foreign_records(block.data, records)
    return cells.filter(pl.Series(~hurt[even])), hurt


def _uneven_row(records: Records, uneven: BoolArray, plan: Plan) -> Problem:
    first = int(uneven.argmax())
    return bad_width(int(records.cells[first]), int(records.lines[first]), plan)


def _foreign_row(block: Block, records: Records, hurt: BoolArray) -> Problem:
    first = int(hurt.argmax())
    byte = first_foreign_byte(block.data[records.starts[first] : records.ends[first]])
    return bad_text(byte or 0, int(records.lines[first]))


def _earlier(one: Problem | None, other: Problem) -> Problem:
    return other if one is None or other.line < one.line else one
