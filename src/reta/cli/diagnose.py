"""``reta diagnose``: a model and the rows of its fit in, tests of what it takes for granted out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.interrupts import answer_ctrl_c
from reta.cli.options import (
    data_argument,
    face_options,
    one_or_many,
    reading_options,
    take_reading,
    weights_option,
)
from reta.cli.shell import shell_line

if TYPE_CHECKING:
    from reta.model.diagnose import Diagnosis
    from reta.types import Note

__all__ = ["command"]


@click.command("diagnose", cls=ExampleCommand, examples=["reta diagnose crops.reta.json crops.csv"])
@click.argument("model")
@data_argument
@weights_option
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, model: str, data: tuple[str, ...], weights: str | None, **options: Any) -> None:
    """Test what a saved MODEL takes for granted on the rows of DATA, those of its fit.

    Spread of the residuals (Breusch-Pagan, White), missing curves (RESET), order of the rows (Durbin-Watson), normality
    (Jarque-Bera), errors of leaving one row out (PRESS), and the rows that move the fit most.
    """
    from reta.fitting import load
    from reta.model.diagnose import diagnose_table
    from reta.tables import ReadOptions, open_table

    answer_ctrl_c()
    fitted = load(model)
    table = open_table(one_or_many(data), ReadOptions(missing=fitted.missing, **take_reading(options)))
    with face.meter(table.n_rows) as meter:
        diagnosis = diagnose_table(fitted, table, weights, on_rows=meter.at)
    notes = [*table.notes, *diagnosis.notes]
    face.notes(notes, on_screen=True)
    if face.as_json:
        _document(face, model, table.description, diagnosis, notes)
    else:
        _screen(face, model, data, diagnosis, notes)


def _document(face: Face, model: str, source: str, diagnosis: Diagnosis, notes: list[Note]) -> None:
    from reta.cli.documents import note_records

    face.document(
        {
            "model": model,
            "source": source,
            "tests": diagnosis.frame(face.speech).rows(named=True),
            "influential": diagnosis.influential.rows(named=True),
            "notes": note_records(notes),
        }
    )


def _screen(face: Face, model: str, data: tuple[str, ...], diagnosis: Diagnosis, notes: list[Note]) -> None:
    from reta.screens.diagnosis_screen import diagnosis_screen
    from reta.screens.terminal import width_of

    rows = shell_line(["reta", "augment", model, *data, "-o", "rows.csv"])
    face.screen(
        diagnosis_screen(
            f"{model}",
            ", ".join(data),
            diagnosis.frame(face.speech),
            diagnosis.influential,
            notes=notes,
            steps=(("to_rows", rows),),
            speech=face.speech,
            width=width_of(sys.stdout),
        )
    )
