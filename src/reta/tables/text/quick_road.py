"""The quick road: parse a block straight to numbers, and accept it only if nothing in it needs a second look."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.tables.text.cells import LARGEST_EXACT, Cleaned, clean_cells, without_sentinels
from reta.tables.text.report import RowsOfBlock, settle
from reta.tables.text.written import original_of

if TYPE_CHECKING:
    from reta.tables.text.blocks import Block
    from reta.tables.text.plan import Plan, Role, Wanted
    from reta.tables.text.report import BlockReport

__all__ = ["QuickRoad"]

_PATIENCE = 4
_TYPES = {"number": pl.Float64(), "boolean": pl.Boolean(), "text": pl.String()}


class QuickRoad:
    """Reads blocks of one file by the parser's own conversion to numbers.

    Parameters
    ----------
    plan
        How to read the file.

    Attributes
    ----------
    plan
        The same.

    Notes
    -----
    Costs what the bare parse costs, plus two or three searches for a byte. What it returns equals what the careful
    road would; where that is in doubt (an odd cell, infinity, a short row, an integer beyond 2^53, …) it declines.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._declined = 0
        roles: dict[int, Role] = {plan.width - 1: plan.last_role}
        roles.update({column.position: column.role for column in plan.wanted})
        self._schema = {str(cell): _TYPES[roles.get(cell, "number")] for cell in range(plan.width)}
        self._full_schema = {str(cell): _TYPES[roles.get(cell, "text")] for cell in range(plan.width)}
        self._has_text = any(column.role == "text" for column in plan.wanted)
        self._positions = sorted({*plan.positions, plan.width - 1})
        self._last = str(plan.width - 1)
        self._null_words = sorted(plan.null_words)
        self._in_part = not plan.empty and len(self._positions) < plan.width

    def read(self, block: Block) -> BlockReport | None:
        """Read a block, or decline; after declining block after block, do not try any more."""
        if self._declined > _PATIENCE:
            return None
        report = self._try(block)
        self._declined = self._declined + 1 if report is None else 0
        return report

    def _try(self, block: Block) -> BlockReport | None:
        if not self._may_read(block):
            return None
        frame = self._parse(block)
        if frame is None or not self._is_whole(frame, block):
            return None
        columns = [self._column(frame[str(wanted.position)], wanted) for wanted in self.plan.wanted]
        accepted = [column for column in columns if column is not None]
        if len(accepted) < len(columns) or (block.quoted and any(column.values.null_count() for column in accepted)):
            return None
        original = None
        if self.plan.originals is not None and (original := original_of(block, self.plan, frame.height)) is None:
            return None
        n_lines = _count(block.data, "\n") if block.quoted else frame.height
        none = np.empty(0, np.intp)
        return settle(RowsOfBlock(accepted, (), original, np.arange(1, frame.height + 1), n_lines, none), self.plan)

    def _may_read(self, block: Block) -> bool:
        """Whether the parser would take for numbers only what the dialect says is one."""
        dialect = self.plan.dialect
        if dialect.thousands is not None or self.plan.symbols:
            return False
        if dialect.decimal == "," and (dialect.delimiter == "," or b"." in block.data):
            return False
        if not dialect.decimal_decided and b"." in block.data:
            return False
        if self._has_text and b"\0" in block.data:
            return False
        if dialect.delimiter != "\t" and b"\t" in block.data:
            return False
        return not (b" " in block.data and self._has_leading_space(block.data))

    def _has_leading_space(self, data: bytes) -> bool:
        """Whether a cell may start with a space: like a tab, the parser would skip it without a word."""
        starts = (b"\n ", b'" ', f"{self.plan.dialect.delimiter} ".encode())
        return data.startswith(b" ") or any(start in data for start in starts)

    def _parse(self, block: Block) -> pl.DataFrame | None:
        try:
            return pl.read_csv(
                block.data,
                has_header=False,
                schema=self._schema if self._projects(block) else self._full_schema,
                columns=self._positions if self._projects(block) else None,
                separator=self.plan.dialect.delimiter,
                quote_char='"' if block.quoted else None,
                null_values=self._null_words or None,
                decimal_comma=self.plan.dialect.decimal == ",",
            )
        except pl.exceptions.PolarsError:
            return None

    def _projects(self, block: Block) -> bool:
        """Whether only some cells are parsed: not so with quotes, since only a full parse finds long rows then."""
        return self._in_part and not block.quoted

    def _is_whole(self, frame: pl.DataFrame, block: Block) -> bool:
        """Whether every line is a row of the right number of cells.

        Short rows and blank lines lack their last cell. Long rows are an error to the parser, except where it reads
        only some cells; then the delimiters are counted. So they are where the last cell is missing or must be.
        """
        if any(frame[str(cell)].null_count() < frame.height for cell in self.plan.empty):
            return False
        if not frame[self._last].null_count():
            return not self._projects(block) or self._is_even(frame, block)
        if self._projects(block):
            self._in_part = False
            return False
        return not block.quoted and self._is_even(frame, block) and self._is_filled(frame)

    def _is_even(self, frame: pl.DataFrame, block: Block) -> bool:
        """Whether there are as many delimiters as rows of the right width have together."""
        return _count(block.data, self.plan.dialect.delimiter) == frame.height * (self.plan.width - 1)

    def _is_filled(self, frame: pl.DataFrame) -> bool:
        """Whether every row has some value: one that has none is a line of delimiters, or a blank one."""
        return self.plan.width > 1 and not frame.select(pl.all_horizontal(pl.all().is_null()).any()).item()

    def _column(self, cells: pl.Series, wanted: Wanted) -> Cleaned | None:
        if wanted.role == "text":
            return clean_cells(cells.fill_null(""), wanted, self.plan)
        if wanted.role == "boolean":
            return Cleaned(cells.cast(pl.Float64))
        return Cleaned(without_sentinels(cells, self.plan.sentinels)) if _is_ordinary(cells) else None


def _count(data: bytes, character: str) -> int:
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord(character)))


def _is_ordinary(numbers: pl.Series) -> bool:
    """Whether no value is NaN, infinite or beyond the integers that float64 holds exactly."""
    if numbers.null_count() == numbers.len():
        return True
    low, high = numbers.min(), numbers.max()
    in_range = isinstance(low, float) and isinstance(high, float) and -LARGEST_EXACT < low and high < LARGEST_EXACT
    return in_range and math.isfinite(numbers.sum())
