"""``reta augment``: a model and the rows of its fit in, the rows with residuals and influence out."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from reta.cli.documents import note_records
from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.interrupts import answer_ctrl_c
from reta.cli.options import (
    data_argument,
    face_options,
    one_or_many,
    output_option,
    reading_options,
    refuse_overwriting,
    take_reading,
    weights_option,
)
from reta.cli.writing import (
    FORMATS,
    Format,
    dialect_of,
    format_of,
    opened,
    require_pipe,
    write_document,
    writer_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import polars as pl

    from reta.cli.progress import Meter
    from reta.model.augment import Augmenter
    from reta.types import Note

__all__ = ["command"]


@click.command(
    "augment",
    cls=ExampleCommand,
    examples=[
        "reta augment crops.reta.json crops.csv",
        "reta augment crops.reta.json crops.parquet -o rows.parquet",
    ],
)
@click.argument("model")
@data_argument
@weights_option
@output_option("Write here instead of standard output; the name says the format.")
@click.option("--to", "asked", type=click.Choice(FORMATS), help="Format to write; CSV by default.")
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(
    face: Face, /, model: str, data: tuple[str, ...], output: Path | None, asked: Format | None, **options: Any
) -> None:
    """Show what every row of DATA, the rows of the fit, does to a saved MODEL.

    The rows come out as they went in, once for each target, with target, fitted, residual, leverage, std_residual,
    student_residual, cooks_distance, dffits, covratio and, for every term, dfbetas_TERM. Cells are empty where a
    quantity does not exist.
    """
    from reta.fitting import load
    from reta.model.augment import Augmenter
    from reta.tables import ReadOptions, open_table

    answer_ctrl_c()
    refuse_overwriting(output, model, *data)
    kind = format_of(output, asked)
    require_pipe(kind, output)
    fitted, weights = load(model), options.pop("weights")
    table = open_table(one_or_many(data), ReadOptions(missing=fitted.missing, **take_reading(options)))
    as_document = face.as_json and output is None
    augmenter = Augmenter(fitted, table, weights, as_numbers=kind != "csv" or as_document)
    write = writer_of(kind, **dialect_of(table))
    if as_document:
        tail = partial(_summary, output=output, notes=lambda: _notes(augmenter))
        write = partial(write_document, tail=tail, name="rows")
    rows_on_screen = output is None and sys.stdout.isatty()
    with face.meter(table.n_rows, silent=rows_on_screen) as meter, opened(output) as file:
        rows = write(_watched(augmenter, meter), file)
    _report(face, rows, output, _notes(augmenter))


def _watched(augmenter: Augmenter, meter: Meter) -> Iterator[pl.DataFrame]:
    for frame in augmenter.batches():
        meter.at(augmenter.rows)
        yield frame


def _notes(augmenter: Augmenter) -> list[Note]:
    return [*augmenter.table.notes, *augmenter.notes()]


def _report(face: Face, rows: int, output: Path | None, notes: list[Note]) -> None:
    face.notes(notes)
    if output is not None and face.as_json:
        face.document(_summary(rows, output, lambda: notes))
    elif output is not None:
        face.note(face.speech.say("written", rows=face.speech.count(rows, "n_row"), path=output))


def _summary(rows: int, output: Path | None, notes: Callable[[], list[Note]]) -> dict[str, Any]:
    return {"n_rows": rows, "output": None if output is None else str(output), "notes": note_records(notes())}
