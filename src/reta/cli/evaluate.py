"""``reta evaluate``: a model and rows with known targets in, the size of its errors out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.interrupts import answer_ctrl_c
from reta.cli.options import data_argument, face_options, missing_option, one_or_many, reading_options, take_reading

if TYPE_CHECKING:
    import polars as pl

    from reta.types import Note

__all__ = ["command"]


@click.command("evaluate", cls=ExampleCommand, examples=["reta evaluate crops.reta.json held_out.csv"])
@click.argument("model")
@data_argument
@missing_option(default=None)
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, model: str, data: tuple[str, ...], **options: Any) -> None:
    """Compare the predictions of a saved MODEL with the targets in the rows of DATA.

    Rows that the fit did not see tell how well the model predicts; the rows it was fitted to flatter it.
    """
    from reta.fitting import load
    from reta.model import Predictor
    from reta.model.evaluate import evaluate_table
    from reta.tables import ReadOptions, open_table

    answer_ctrl_c()
    reading = take_reading(options)
    predictor = Predictor(load(model), missing=options["missing"])
    table = open_table(one_or_many(data), ReadOptions(missing=predictor.missing, **reading))
    with face.meter(table.n_rows) as meter:
        scores = evaluate_table(predictor, table, on_rows=meter.at)
    _show(face, model, table.description, scores, [*table.notes, *predictor.notes()])


def _show(face: Face, model: str, source: str, scores: pl.DataFrame, notes: list[Note]) -> None:
    face.notes(notes, on_screen=True)
    if face.as_json:
        from reta.cli.documents import note_records

        face.document(
            {"model": model, "source": source, "scores": scores.rows(named=True), "notes": note_records(notes)}
        )
        return
    from reta.screens.evaluation_screen import evaluation_screen
    from reta.screens.terminal import width_of

    face.screen(evaluation_screen(model, source, scores, notes, speech=face.speech, width=width_of(sys.stdout)))
