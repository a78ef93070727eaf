"""``reta evaluate``: a model and rows with known targets in, the size of its errors out."""

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
    missing_option,
    one_or_many,
    reading_options,
    take_reading,
    weights_option,
)

if TYPE_CHECKING:
    from reta.model.evaluate import Evaluation
    from reta.types import Note

__all__ = ["command"]


@click.command("evaluate", cls=ExampleCommand, examples=["reta evaluate crops.reta.json held_out.csv"])
@click.argument("model")
@data_argument
@weights_option
@missing_option(default=None)
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, model: str, data: tuple[str, ...], weights: str | None, **options: Any) -> None:
    """Compare the predictions of a saved MODEL with the targets in the rows of DATA.

    Rows that the fit did not see tell how well the model predicts; the rows it was fitted to flatter it.
    """
    from reta.fitting import load
    from reta.model import Predictor
    from reta.model.evaluate import evaluate_table
    from reta.tables import ReadOptions, open_table

    answer_ctrl_c()
    reading = take_reading(options)
    loaded = load(model)
    predictor = Predictor(loaded, missing=options["missing"])
    table = open_table(one_or_many(data), ReadOptions(missing=predictor.missing, **reading))
    with face.meter(table.n_rows) as meter:
        evaluation = evaluate_table(predictor, table, weights, on_rows=meter.at)
    notes = [*table.notes, *evaluation.notes]
    face.notes(notes, on_screen=True)
    _show(face, (model, table.description), evaluation, notes, about_mean=loaded.fit_intercept)


def _show(face: Face, names: tuple[str, str], found: Evaluation, notes: list[Note], *, about_mean: bool) -> None:
    name, source = names
    if face.as_json:
        from reta.cli.documents import note_records

        face.document(
            {
                "model": name,
                "source": source,
                "weights": found.weights,
                "r_squared_about": "mean" if about_mean else "zero",
                "scores": found.scores.rows(named=True),
                "notes": note_records(notes),
            }
        )
        return
    from reta.screens.evaluation_screen import evaluation_screen
    from reta.screens.terminal import width_of

    width = width_of(sys.stdout)
    face.screen(
        evaluation_screen(name, source, found.scores, notes, about_mean=about_mean, speech=face.speech, width=width)
    )
