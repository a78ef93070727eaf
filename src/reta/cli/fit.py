"""``reta fit``: a table in, a model out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.formulas import take_formula
from reta.cli.interrupts import answer_ctrl_c
from reta.cli.options import (
    covariance_options,
    data_and_formula_argument,
    design_options,
    digits_option,
    face_options,
    missing_option,
    one_or_many,
    output_option,
    reading_options,
    refuse_overwriting,
    take_reading,
)
from reta.cli.shell import shell_line
from reta.cli.values import coverage

if TYPE_CHECKING:
    from reta.model import LinearModel

__all__ = ["command"]


@click.command(
    "fit",
    cls=ExampleCommand,
    examples=[
        "reta fit crops.csv --targets apples,oranges",
        "reta fit crops.csv 'log(apples) ~ temp + poly(rainfall, 2) + C(region)'",
        "reta fit 'part-*.parquet' --targets yield --categorical region -o crops.reta.json",
        "reta fit farms.csv --targets yield --cluster farm",
        "zcat crops.csv.gz | reta fit - --targets apples --json",
    ],
)
@data_and_formula_argument
@design_options
@click.option("--intercept/--no-intercept", "fit_intercept", default=True, help="Whether the model has an intercept.")
@missing_option()
@covariance_options
@click.option(
    "--rank",
    type=click.Choice(["drop", "minimum_norm", "error"]),
    default="drop",
    show_default=True,
    help="Columns that depend on others: drop the later ones, let all share the effect, or stop.",
)
@digits_option
@click.option(
    "--level",
    type=coverage,
    metavar="COVERAGE",
    default=0.95,
    show_default=True,
    help="Coverage of the confidence intervals.",
)
@output_option("Save the model here, for example crops.reta.json.")
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, data: tuple[str, ...], level: float, output: Path | None, **options: Any) -> None:
    """Fit a linear model of one or more targets to the rows of DATA.

    DATA is one or more files or globs (CSV, TSV, Parquet, Arrow IPC, NDJSON, spreadsheets), "-" for standard input,
    a database's address, or a moments file. FORMULA, in quotes, names targets and features instead of the options:
    "apples + oranges ~ temp * rainfall". Without --output nothing is written.
    """
    from reta.fitting import fit

    answer_ctrl_c()
    data = take_formula(data, options)
    refuse_overwriting(output, *data)
    reading = take_reading(options)
    with face.meter() as meter:
        model = fit(one_or_many(data), on_rows=meter.at, **options, **reading)
    if output is not None:
        model.save(output)
    _show(face, model, level, data, output)


def _show(face: Face, model: LinearModel, level: float, data: tuple[str, ...], output: Path | None) -> None:
    face.notes(model.notes, on_screen=True)
    if face.as_json:
        from reta.cli.documents import model_document

        face.document(model_document(model, level, saved=output))
        return
    from reta.screens.model_screen import Closing, model_screen
    from reta.screens.terminal import width_of

    closing = Closing(saved=None if output is None else str(output), next=_next(face, data, output))
    face.screen(model_screen(model, level, face.speech, width_of(sys.stdout), closing))


def _next(face: Face, data: tuple[str, ...], output: Path | None) -> tuple[tuple[str, str], ...]:
    if output is not None:
        return (("to_predict", shell_line(["reta", "predict", str(output), "NEW.csv", "--interval", "0.95"])),)
    file = _model_name(data[0])
    again = shell_line(["reta", *face.arguments, "-o", file])
    return ("to_keep", again), ("to_predict", shell_line(["reta", "predict", file, "NEW.csv", "--interval", "0.95"]))


def _model_name(source: str) -> str:
    """Return a name for the model of a source: ``data/crops.csv.gz`` gives ``crops.reta.json``."""
    stem = Path(source).name.partition(".")[0].strip("-*?[]_ ")
    return f"{stem or 'model'}.reta.json"
