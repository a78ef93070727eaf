"""The first rows of a text file, split by one delimiter or another."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SampleRow", "split_sample"]


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row in which some cell holds something.

    Attributes
    ----------
    cells
        Without quotes and the spaces round them.
    last_line
        The number of the last line it takes up.
    """

    cells: tuple[str, ...]
    last_line: int


def split_sample(text: str, delimiter: str, complete: bool) -> list[SampleRow]:
    r"""Split the first text of a file into rows; a last row that may be cut is left out.

    Parameters
    ----------
    text
        First characters of the file, lines ending in ``"\n"``.
    delimiter
        One character.
    complete
        Whether this is the whole file.
    """
    limit = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        rows = list(_rows(text, delimiter))
    finally:
        csv.field_size_limit(limit)
    return rows if complete or len(rows) < 2 else rows[:-1]


def _rows(text: str, delimiter: str) -> Iterator[SampleRow]:
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            cells = tuple(cell.strip() for cell in next(reader))
        except (StopIteration, csv.Error):  # an over-long cell: an unclosed quote, which the reading road will explain
            return
        if any(cells):
            yield SampleRow(cells, reader.line_num)
