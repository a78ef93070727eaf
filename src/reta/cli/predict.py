"""``reta predict``: a model and new rows in, the rows and their predictions out."""

from __future__ import annotations

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
    refuse_overwriting,
    take_reading,
)
from reta.cli.rows_out import RowsOut, rows_out_options
from reta.cli.values import coverage
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reta.cli.writing import Format
    from reta.model import Predictor
    from reta.tables.table import Table

__all__ = ["command"]


@click.command(
    "predict",
    cls=ExampleCommand,
    examples=[
        "reta predict crops.reta.json new.csv --interval 0.95",
        "reta predict crops.reta.json new.parquet -o predicted.parquet",
        "head -100 new.csv | reta predict crops.reta.json - --to ndjson",
    ],
)
@click.argument("model")
@data_argument
@click.option("--interval", type=coverage, metavar="COVERAGE", help="Add intervals of this coverage, for example 0.95.")
@click.option(
    "--kind",
    type=click.Choice(["prediction", "confidence"]),
    default="prediction",
    show_default=True,
    help="Interval for a new observation, or for the mean of many such rows.",
)
@click.option(
    "--unknown",
    type=click.Choice(["error", "baseline"]),
    default="error",
    show_default=True,
    help="A level that the model never saw: stop, or count it as the baseline.",
)
@missing_option(default=None)
@rows_out_options
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(
    face: Face, /, model: str, data: tuple[str, ...], output: Path | None, asked: Format | None, **options: Any
) -> None:
    """Predict the targets of the rows of DATA with a saved MODEL.

    The rows come out as they went in, in their order, with one column more for each target; with --interval also
    NAME_lower and NAME_upper. Columns are matched by name.
    """
    from reta.fitting import load
    from reta.model import Predictor, predict_batches
    from reta.tables import ReadOptions, open_table
    from reta.tables.typed import TypedTable

    answer_ctrl_c()
    refuse_overwriting(output, model, *data)
    out = RowsOut(face, output, asked)
    reading = take_reading(options)
    predictor = Predictor(load(model), **options)
    table = open_table(one_or_many(data), ReadOptions(missing=predictor.missing, **reading))
    as_lines = out.takes_lines(table)
    out.write(
        predict_batches(predictor, TypedTable(table) if out.as_numbers else table, as_lines=as_lines),
        table,
        as_lines=as_lines,
        rows_read=lambda: predictor.rows,
        notes=lambda: [*table.notes, *_renamed(predictor, table), *predictor.notes()],
        name="predictions",
    )


def _renamed(predictor: Predictor, table: Table) -> Iterator[Note]:
    taken = {column.name for column in table.columns}
    targets = [target for target in predictor.model.target_names if target in taken]
    if targets:
        text = f"the rows have a column `{targets[0]}` already: its prediction is called `{targets[0]}_predicted`"
        others = f", and likewise for {len(targets) - 1} more" if len(targets) > 1 else ""
        yield Note("assumed", f"{text}{others}")
