"""What one block gave: clean rows, and all there is to say about the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.tables.text.problems import Problem, bad_cell
from reta.wording import WEIGHTS_ARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from reta.tables.symbols import SymbolCells
    from reta.tables.text.cells import Cleaned
    from reta.tables.text.plan import Plan
    from reta.types import BoolArray

__all__ = [
    "BlockReport",
    "EmptyLines",
    "MissingCells",
    "Rewritten",
    "Rounded",
    "RowsOfBlock",
    "Symbols",
    "settle",
]


@dataclass(frozen=True, slots=True)
class MissingCells:
    """Missing values of one column: how many, and the line of the first."""

    name: str
    count: int
    line: int


@dataclass(frozen=True, slots=True)
class Rounded:
    """An integer that float64 cannot hold."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Symbols:
    """A symbol left out of the numbers of a column, and the line of the first of them."""

    name: str
    cells: SymbolCells
    line: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A label as it is written, and the spelling that it shares with equal numbers."""

    name: str
    written: str
    label: str


@dataclass(frozen=True, slots=True)
class EmptyLines:
    """Lines that were left out because all of their cells are empty: how many, and the first."""

    count: int = 0
    first: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class BlockReport:
    """The outcome of one block; lines are counted from its start.

    Attributes
    ----------
    plan
        The plan it was read by.
    clean, original
        Rows that stay; the second only where the plan asks for it.
    n_lines
        Lines of the block.
    problem
        The first thing that cannot be read; the rows are then worthless.
    bad_rows, first_bad
        Rows left out because they cannot be read, and the line of the first.
    missing
        Missing values in the rows that can be read, in columns that may not miss.
    missing_rows
        Rows they are in.
    stripped
        Cells that had spaces round them.
    rounded
        Integers that float64 cannot hold, one a column.
    symbols
        Symbols that were left out of numbers.
    rewritten
        Labels that are numbers, written otherwise than equal ones; one a column.
    empty
        Lines of delimiters without a cell between them.
    """

    plan: Plan
    clean: pl.DataFrame
    original: pl.DataFrame | None
    n_lines: int
    problem: Problem | None = None
    bad_rows: int = 0
    first_bad: int = 0
    missing: tuple[MissingCells, ...] = ()
    missing_rows: int = 0
    stripped: int = 0
    rounded: tuple[Rounded, ...] = ()
    symbols: tuple[Symbols, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    empty: EmptyLines = EmptyLines()


@dataclass(frozen=True, slots=True, eq=False)
class RowsOfBlock:
    """Rows of a block that have the right number of cells, column by column.

    Attributes
    ----------
    columns
        Cleaned, in the order of the plan.
    texts
        The String cells they were made of, in the same order; empty where none can be bad.
    original
        All columns as they are.
    lines
        (n,) line each row starts on.
    n_lines
        Lines of the block, those of other rows included.
    others
        Lines of the rows left out already, ascending.
    problem
        The first of the reasons why.
    empty
        Lines without a cell that holds anything.
    """

    columns: Sequence[Cleaned]
    texts: Sequence[pl.Series]
    original: pl.DataFrame | None
    lines: NDArray[np.intp]
    n_lines: int
    others: NDArray[np.intp]
    problem: Problem | None = None
    empty: EmptyLines = EmptyLines()


def settle(rows: RowsOfBlock, plan: Plan) -> BlockReport:
    """Leave out bad and missing rows as the plan says, and count them."""
    columns = list(zip(plan.wanted, rows.columns, strict=True))
    clean = pl.DataFrame([column.values.rename(wanted.name) for wanted, column in columns])
    bad = _any([column.bad for _, column in columns if column.bad is not None])
    out = rows.others if bad is None else np.sort(np.concatenate([rows.others, rows.lines[bad]]))
    required = [wanted.name for wanted in plan.wanted if not wanted.may_miss and clean[wanted.name].null_count()]
    absent = {name: _without(clean[name].is_null().to_numpy(), bad) for name in required}
    missing = _any(list(absent.values()))
    keep = _any([mask for mask in (bad, missing) if mask is not None])
    problem = None if plan.drop_bad_rows else _first_problem(rows, plan)
    return BlockReport(
        plan,
        _filtered(clean, keep),
        None if rows.original is None else _filtered(rows.original, keep),
        rows.n_lines,
        problem=problem or _negative_weight(clean, keep, rows, plan),
        bad_rows=out.size,
        first_bad=int(out[0]) if out.size else 0,
        missing=tuple(
            MissingCells(name, int(mask.sum()), int(rows.lines[mask.argmax()]))
            for name, mask in absent.items()
            if mask.any()
        ),
        missing_rows=0 if missing is None else int(missing.sum()),
        stripped=sum(column.stripped for column in rows.columns),
        rounded=tuple(_rounded(rows, plan)),
        symbols=tuple(
            Symbols(wanted.name, met, int(rows.lines[met.first]))
            for wanted, column in columns
            for met in column.symbols
        ),
        rewritten=tuple(Rewritten(wanted.name, *column.rewritten) for wanted, column in columns if column.rewritten),
        empty=rows.empty,
    )


def _any(masks: Sequence[BoolArray]) -> BoolArray | None:
    """Where at least one mask holds; ``None`` where there is no mask."""
    return np.logical_or.reduce(masks) if masks else None


def _without(mask: BoolArray, other: BoolArray | None) -> BoolArray:
    return mask if other is None else mask & ~other


def _filtered(frame: pl.DataFrame, leave_out: BoolArray | None) -> pl.DataFrame:
    return frame if leave_out is None else frame.filter(pl.Series(~leave_out))


def _first_problem(rows: RowsOfBlock, plan: Plan) -> Problem | None:
    """Return the problem on the earliest line."""
    problems = [] if rows.problem is None else [rows.problem]
    for position, column in enumerate(rows.columns):
        if column.bad is not None:
            at = int(column.bad.argmax())
            problems.append(bad_cell(rows.texts[position][at], int(rows.lines[at]), plan.wanted[position], plan))
    return min(problems, key=lambda problem: problem.line, default=None)


def _negative_weight(clean: pl.DataFrame, left_out: BoolArray | None, rows: RowsOfBlock, plan: Plan) -> Problem | None:
    """Return the first negative weight in a row that stays."""
    if plan.weights is None:
        return None
    weights = clean[plan.weights]
    negative = _without((weights < 0.0).fill_null(value=False).to_numpy(), left_out)
    if not negative.any():
        return None
    at = int(negative.argmax())
    return Problem(int(rows.lines[at]), f"`{plan.weights}` holds {weights[at]}", WEIGHTS_ARE)


def _rounded(rows: RowsOfBlock, plan: Plan) -> Iterator[Rounded]:
    for position, column in enumerate(rows.columns):
        if (at := column.rounded) is not None:
            yield Rounded(plan.wanted[position].name, rows.texts[position][at].strip(), int(rows.lines[at]))
