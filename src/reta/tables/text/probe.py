"""What a text file is, told from its first bytes: encoding, delimiter, marks, names and kinds together."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.errors import DataError
from reta.tables.cells import as_number
from reta.tables.symbols import without_symbol
from reta.tables.text.cell_shapes import kind_of_shape, shape_of
from reta.tables.text.decimal_mark import Marks, decides, find_marks
from reta.tables.text.delimiters import find_delimiter
from reta.tables.text.dialect import MISSING_CELLS, Dialect, spoken
from reta.tables.text.encoding import decode_sample, detect_encoding, encoding_label, is_utf8
from reta.tables.text.header import Header, read_header, spaces_round_names
from reta.tables.text.problems import bad_fault
from reta.tables.text.quotes import whole_records
from reta.tables.text.sample import SampleRow, split_sample
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.table import ReadOptions
    from reta.types import ColumnKind

__all__ = ["Probe", "kind_of_shapes", "probe"]

_LEADING_ZERO, _LONG = re.compile(r"0[0-9]+"), re.compile(r"[+-]?[0-9]{16,}")
_SEPARATOR_HINT = re.compile(r'\ufeff?"?sep=(.)"?\r?\n')


@dataclass(frozen=True, slots=True)
class Probe:
    """What the first bytes of a file tell.

    Attributes
    ----------
    dialect
        How its cells are written.
    header
        The names of its columns.
    lines_before_data
        Lines to skip: titles, blank ones, a ``sep=`` line, the header.
    shapes
        For each column, how many cells of the sample have each shape; missing ones are not counted.
    coded
        For each column, whether its digits name something: all as many, some with a zero in front, or 16 and more.
    null_words
        Cells other than the empty one that mean "no value" and occur in the sample.
    n_rows
        How many rows follow the header in the sample.
    notes
        What was assumed beyond comma, point and UTF-8.
    """

    dialect: Dialect
    header: Header
    lines_before_data: int
    shapes: tuple[Counter[str], ...]
    coded: tuple[bool, ...]
    null_words: frozenset[str]
    n_rows: int
    notes: tuple[Note, ...]


def probe(sample: bytes, complete: bool, options: ReadOptions, label: str) -> Probe:
    """Find out how to read a file.

    Parameters
    ----------
    sample
        Its first bytes.
    complete
        Whether they are all of it.
    options
        What was given is kept, not looked for.
    label
        What messages call the file.

    Raises
    ------
    DataError
        No text, no rows at all, or two readings fit.
    """
    if not sample:
        raise DataError(f"{label} is empty (0 bytes)")
    encoding = options.encoding or detect_encoding(sample, complete, label)
    text = decode_sample(sample, complete, encoding, label)
    newline = "\r" if "\r" in text.rstrip("\r") and "\n" not in text else "\n"
    text = text.replace("\r", "\n") if newline == "\r" else text.replace("\r\n", "\n").replace("\r", " ")
    skipped, hinted, text = _below(text, options, label)
    delimiter = options.delimiter or hinted or find_delimiter(text, complete, label)
    rows = split_sample(text, delimiter, complete)
    if not rows:
        raise DataError(f"{label} has only blank lines{' after those left out by --skip-rows' if skipped else ''}")
    spaced = spaces_round_names(text.split("\n")[rows[0].last_line - 1], delimiter)
    header = read_header(rows, options.header, label, spaced=spaced)
    body = rows if options.header is False else rows[1:]
    if not body:
        _refuse_lost_quote(text, delimiter, label)
    cells = _count_cells(body, len(header.names), options)
    missing = MISSING_CELLS.union(options.missing_values)
    numbers = frozenset(map(_number, options.missing_values)) - {None}
    shapes = tuple(_shapes(column, missing, numbers) for column in cells)
    besides = [_shapes(column, missing, frozenset()) for column in cells] if numbers else []
    marks = _marks(shapes, besides, options, comma_splits=delimiter == "," and len(shapes) > 1)
    dialect = Dialect(encoding, delimiter, marks.decimal, marks.thousands, marks.decided, newline)
    notes = (*_assumed(dialect, options, len(shapes)), *header.notes)
    null_words = frozenset(word for word in missing for column in cells if word and word in column)
    coded = tuple(_is_coded([cell for cell in column if cell not in missing]) for column in cells)
    return Probe(dialect, header, header.last_line + skipped, shapes, coded, null_words, len(body), notes)


def _is_coded(cells: Sequence[str]) -> bool:
    """Whether digits are no amounts: as a float 01234 would lose its zero, and 16 digits may lose the last."""
    if any(map(_LONG.fullmatch, cells)):
        return True
    return len(set(map(len, cells))) == 1 and any(map(_LEADING_ZERO.fullmatch, cells))


def _below(text: str, options: ReadOptions, label: str) -> tuple[int, str | None, str]:
    """Return how many lines stand above the header, the delimiter that a ``sep=`` among them names, and the rest."""
    hint = _SEPARATOR_HINT.match(text)
    skipped = max(options.skip_rows, hint is not None)
    lines = text.split("\n", skipped)
    if len(lines) <= skipped or not lines[skipped].strip():
        _refuse_skipping(text, options, label)
    if hint is None or options.delimiter is not None:
        return skipped, None, lines[-1]
    if not hint[1].isascii() or hint[1] == '"':
        raise DataError(
            f"{label}, line 1: 'sep={hint[1]}' names no delimiter that can be used. Say --delimiter, and which"
        )
    return skipped, hint[1], lines[-1]


def _refuse_skipping(text: str, options: ReadOptions, label: str) -> None:
    """Raise where nothing is left below the lines to skip."""
    if options.skip_rows:
        n_lines = len(text.splitlines())
        raise DataError(
            f"{label} has {counted(n_lines, 'line')}: --skip-rows {options.skip_rows} leaves nothing. Skip fewer"
        )


def kind_of_shapes(shapes: Counter[str]) -> ColumnKind:
    """Kind of a column: what at least half of its cells are, numbers before booleans before dates; else text.

    Cells with a currency, a percent sign or a stray letter more or less do not make a column of numbers text: reading
    it then names them. A column without a single value counts as numbers, so that it is reported as missing.
    """
    kinds: Counter[ColumnKind] = Counter()
    for shape, count in shapes.items():
        kinds[kind_of_shape(shape)] += count
    order: tuple[ColumnKind, ...] = ("number", "boolean", "date")
    return next((kind for kind in order if 2 * kinds[kind] >= kinds.total()), "text")


def _refuse_lost_quote(text: str, delimiter: str, label: str) -> None:
    """Raise where a quote in the header swallowed the rows."""
    tidied = whole_records(f"{text}\n".encode(), delimiter)
    if tidied.fault is not None:
        line = tidied.records.count(b"\n") + tidied.fault.lines + 1
        raise DataError(bad_fault(tidied.fault, line).message(label, 0))


def _count_cells(rows: Sequence[SampleRow], width: int, options: ReadOptions) -> list[Counter[str]]:
    cells: list[Counter[str]] = [Counter() for _ in range(width)]
    for row in rows:
        for position, cell in enumerate(row.cells[:width]):
            cells[position][without_symbol(cell) if options.symbols else cell] += 1
    return cells


def _shapes(cells: Counter[str], missing: frozenset[str], numbers: frozenset[float | None]) -> Counter[str]:
    """Count the shapes of the cells that mean something; whether a comma is the decimal mark is not known yet."""
    shapes: Counter[str] = Counter()
    for cell, count in cells.items():
        if cell not in missing and not (numbers and _number(cell) in numbers):
            shapes[shape_of(cell)] += count
    return shapes


def _number(cell: str) -> float | None:
    """Return a cell as a number, whichever its decimal mark."""
    return as_number(cell.replace(",", "."))


def _marks(
    shapes: Sequence[Counter[str]], besides: Sequence[Counter[str]], options: ReadOptions, *, comma_splits: bool
) -> Marks:
    """Find the marks; where nothing else decides, a number that means no value may show a decimal comma.

    ``besides`` are the shapes with such numbers among them, if there are any. Who writes -999.0 for no value may still
    write 1,5 elsewhere, so they have no vote beside other numbers.
    """
    kinds = [kind_of_shapes(column) for column in shapes]
    total = _number_shapes(shapes, kinds)
    found = find_marks(total, options, comma_splits=comma_splits)
    if not besides or decides(total):
        return found
    with_named = find_marks(_number_shapes(besides, kinds), options, comma_splits=comma_splits)
    return with_named if with_named.decimal == "," else found


def _number_shapes(shapes: Sequence[Counter[str]], kinds: Sequence[ColumnKind]) -> Counter[str]:
    """Shapes in the columns that hold mostly numbers: versions and dates in text say nothing of decimal marks."""
    total: Counter[str] = Counter()
    for column, kind in zip(shapes, kinds, strict=True):
        if kind == "number":
            total += column
    return total


def _assumed(dialect: Dialect, options: ReadOptions, width: int) -> list[Note]:
    """Say in one note what was found that is not the plain default and was not asked for."""
    said = []
    if options.encoding is None and not is_utf8(dialect.encoding):
        said.append(f"read as {encoding_label(dialect.encoding)}")
    if options.delimiter is None and dialect.delimiter != "," and width > 1:
        said.append(f"delimiter {spoken(dialect.delimiter)}")
    if options.decimal is None and dialect.decimal == ",":
        said.append("decimal comma")
    if options.thousands is None and dialect.thousands is not None:
        said.append(f"{spoken(dialect.thousands)} groups thousands")
    if dialect.newline == "\r":
        said.append("lines end in a carriage return")
    return [Note("assumed", "; ".join(said))] if said else []
