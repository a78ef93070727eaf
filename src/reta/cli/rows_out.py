"""Rows that a command hands on: the options for where they go and in which format, and the stream there."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reta.cli.documents import note_records
from reta.cli.options import output_option
from reta.cli.writing import FORMATS, dialect_of, format_of, opened, require_pipe, write_document, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import polars as pl

    from reta.cli.face import Face
    from reta.cli.progress import Meter
    from reta.cli.writing import Format
    from reta.tables.table import Table
    from reta.types import Note

__all__ = ["RowsOut", "rows_out_options"]

F = TypeVar("F", bound="Callable[..., Any]")


def rows_out_options(command: F) -> F:
    """Add ``--output`` and ``--to``, which reach the command as ``output`` and ``asked``."""
    to = click.option("--to", "asked", type=click.Choice(FORMATS), help="Format to write; CSV by default.")
    return output_option("Write here instead of standard output; the name says the format.")(to(command))


class RowsOut:
    """Where rows go and how: a file or standard output, in one of the formats or as one JSON document.

    Parameters
    ----------
    face
        Of the command.
    output, asked
        The options; ``UsageError`` where they do not go together.
    """

    def __init__(self, face: Face, output: Path | None, asked: Format | None) -> None:
        self._face, self._output = face, output
        self._kind = format_of(output, asked)
        self._as_document = face.as_json and output is None
        require_pipe(self._kind, output)

    @property
    def as_numbers(self) -> bool:
        """Whether cells are written as numbers, and not as they were spelled in a text file."""
        return self._kind != "csv" or self._as_document

    def takes_lines(self, table: Table) -> bool:
        """Whether the rows of ``table`` may come as whole lines of text, to be written as they are."""
        return not self.as_numbers and getattr(table, "hands_on_lines", False)

    def write(
        self,
        frames: Iterator[pl.DataFrame],
        table: Table,
        *,
        as_lines: bool = False,
        rows_read: Callable[[], int],
        notes: Callable[[], list[Note]],
        name: str,
    ) -> None:
        """Write the rows as they come, then say what there is to say.

        Parameters
        ----------
        frames
            Batches of rows, made of those of ``table``.
        as_lines
            Whether the first column of each holds the rows of ``table`` as lines.
        rows_read
            Tells how many of the table's rows have been read.
        notes
            Tells, when all is read, what was assumed and dropped.
        name
            What a JSON document calls the rows.
        """
        lines = tuple(column.name for column in table.columns) if as_lines else ()
        write = writer_of(self._kind, **dialect_of(table), lines=lines)
        if self._as_document:
            write = partial(write_document, tail=lambda rows: self._summary(rows, notes()), name=name)
        rows_on_screen = self._output is None and sys.stdout.isatty()
        with self._face.meter(table.n_rows, silent=rows_on_screen) as meter, opened(self._output) as file:
            rows = write(_watched(frames, rows_read, meter), file)
        self._report(rows, notes())

    def _report(self, rows: int, notes: list[Note]) -> None:
        face, output = self._face, self._output
        face.notes(notes)
        if output is not None and face.as_json:
            face.document(self._summary(rows, notes))
        elif output is not None:
            face.note(face.speech.say("written", rows=face.speech.count(rows, "n_row"), path=output))

    def _summary(self, rows: int, notes: list[Note]) -> dict[str, Any]:
        output = None if self._output is None else str(self._output)
        return {"n_rows": rows, "output": output, "notes": note_records(notes)}


def _watched(frames: Iterator[pl.DataFrame], rows_read: Callable[[], int], meter: Meter) -> Iterator[pl.DataFrame]:
    for frame in frames:
        meter.at(rows_read())
        yield frame
