"""``reta augment``: a model and the rows of its fit in, the rows with residuals and influence out."""

from __future__ import annotations

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
    refuse_overwriting,
    take_reading,
    weights_option,
)
from reta.cli.rows_out import RowsOut, rows_out_options

if TYPE_CHECKING:
    from pathlib import Path

    from reta.cli.writing import Format

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
@rows_out_options
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
    out = RowsOut(face, output, asked)
    fitted, weights = load(model), options.pop("weights")
    table = open_table(one_or_many(data), ReadOptions(missing=fitted.missing, **take_reading(options)))
    augmenter = Augmenter(fitted, table, weights, as_numbers=out.as_numbers)
    out.write(
        augmenter.batches(),
        table,
        rows_read=lambda: augmenter.rows,
        notes=lambda: [*augmenter.table.notes, *augmenter.notes()],
        name="rows",
    )
