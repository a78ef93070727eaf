"""``reta descend``: a table in, a model out by gradient descent, and how far from the best it stopped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.interrupts import answer_ctrl_c
from reta.cli.options import (
    data_and_formula_argument,
    design_options,
    face_options,
    missing_option,
    one_or_many,
    output_option,
    reading_options,
    refuse_overwriting,
    take_formula,
    take_reading,
)
from reta.cli.shell import shell_line
from reta.types import LossName, ScheduleName

if TYPE_CHECKING:
    from reta.fitting.descend import Run

__all__ = ["command"]

NOT_CONVERGED = 5


def _learning_rate(value: str) -> float | str:
    """Take a number, or auto."""
    try:
        return value if value == "auto" else float(value)
    except ValueError:
        raise click.BadParameter(f"'{value}' is neither a number nor auto") from None


@click.command(
    "descend",
    cls=ExampleCommand,
    examples=[
        "reta descend crops.csv --targets apples,oranges",
        "reta descend crops.csv --targets apples,oranges --lr 1e-5 --epochs 100 --batch-size 5 --seed 0",
        "reta descend crops.csv --targets apples --loss huber --delta 2 --epochs 500",
        "reta descend 'part-*.parquet' --targets yield --batch-size 256 --checkpoint run.descent --resume",
    ],
)
@data_and_formula_argument
@design_options
@click.option("--intercept/--no-intercept", "fit_intercept", default=True, help="Whether the model has an intercept.")
@missing_option()
@click.option(
    "--lr", type=_learning_rate, default="auto", show_default=True, metavar="RATE", help="Learning rate, or auto."
)
@click.option("--epochs", type=click.IntRange(min=0), default=100, show_default=True, help="Passes over the rows.")
@click.option("--batch-size", type=click.IntRange(min=1), metavar="N", help="Rows of a step; all by default.")
@click.option("--shuffle/--no-shuffle", default=True, help="Whether every epoch takes the rows in another order.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the orders by chance.")
@click.option("--momentum", type=click.FloatRange(min=0), default=0.0, show_default=True, help="As in torch.optim.SGD.")
@click.option("--nesterov", is_flag=True, help="Look ahead along the momentum.")
@click.option("--weight-decay", type=click.FloatRange(min=0), default=0.0, show_default=True, help="Pull towards 0.")
@click.option("--schedule", type=click.Choice(get_args(ScheduleName)), help="How the learning rate falls.")
@click.option(
    "--loss", type=click.Choice(get_args(LossName)), default="mse", show_default=True, help="What an error costs."
)
@click.option("--delta", type=float, default=1.0, show_default=True, help="Up to where huber squares, in target units.")
@click.option("--quantile", type=float, default=0.5, show_default=True, help="Which one the loss quantile aims at.")
@click.option(
    "--standardize/--no-standardize",
    default=None,
    help="Take steps for standardised features; coefficients come back in the data's units. By default with --lr auto.",
)
@click.option("--start", type=click.Path(path_type=Path), metavar="MODEL", help="A saved model to start from.")
@click.option("--validation", type=float, default=0.0, metavar="SHARE", help="Rows to keep aside, for early stopping.")
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Epochs without a better prediction of the rows kept aside before the run stops.",
)
@click.option(
    "--buffer-rows",
    type=click.IntRange(min=1),
    default=1 << 20,
    show_default=True,
    help="Rows held in memory; longer tables are read in every epoch and shuffled in a buffer of so many.",
)
@click.option("--checkpoint", type=click.Path(path_type=Path), metavar="FILE", help="Remember the run here.")
@click.option("--resume", is_flag=True, help="Go on from the checkpoint, if there is one.")
@output_option("Save the model here, for example crops.reta.json.")
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, data: tuple[str, ...], output: Path | None, start: Path | None, **options: Any) -> int:
    """Fit a linear model to the rows of DATA by gradient descent, and say how far from the best it stopped.

    DATA and FORMULA are as for reta fit, which gives the exact answer at once; this command shows how a descent gets
    there, takes losses other than the squared error, and explains its learning rate. Steps are those of
    torch.optim.SGD. It ends with code 5 where the run has not converged.
    """
    from reta.cli.loss_lines import LossLines
    from reta.fitting import load
    from reta.fitting.descend import descend

    answer_ctrl_c()
    data = take_formula(data, options)
    refuse_overwriting(output, *data)
    reading = take_reading(options)
    initial = None if start is None else load(start)
    with (
        face.meter() as meter,
        LossLines(sys.stderr, face.speech, options["epochs"], silent=face.quiet) as lines,
    ):
        try:
            run = descend(one_or_many(data), initial=initial, on_rows=meter.at, on_epoch=lines.at, **options, **reading)
        except KeyboardInterrupt:
            _say_how_to_go_on(face, options["checkpoint"])
            raise
    if output is not None:
        run.model.save(output)
    _show(face, run, data, output, options)
    return 0 if run.converged or run.stopped_early else NOT_CONVERGED


def _say_how_to_go_on(face: Face, checkpoint: Path | None) -> None:
    if checkpoint is not None and checkpoint.exists():
        face.note(f"{checkpoint} remembers the run: the same command with --resume goes on from there")


def _show(face: Face, run: Run, data: tuple[str, ...], output: Path | None, options: dict[str, Any]) -> None:
    face.notes(run.model.notes, on_screen=True)
    if face.as_json:
        from reta.cli.documents import run_document

        face.document(run_document(run, saved=output))
        return
    from reta.screens.descent_screen import descent_screen
    from reta.screens.model_screen import Closing
    from reta.screens.terminal import width_of

    purpose = "to_exact" if run.certificate is not None else "to_least_squares"
    exact = (purpose, shell_line(["reta", "fit", *data, *_same_model(run, options)]))
    steps = (
        (exact,) if output is None else (exact, ("to_predict", shell_line(["reta", "predict", str(output), "NEW.csv"])))
    )
    closing = Closing(saved=None if output is None else str(output), next=steps)
    width = width_of(sys.stdout)
    face.screen(
        descent_screen(
            run.model,
            run.history,
            run.certificate,
            run.least_loss,
            speech=face.speech,
            width=width,
            closing=closing,
        )
    )


def _same_model(run: Run, options: dict[str, Any]) -> list[str]:
    """Return what asks of reta fit the model that was descended to."""
    formula = run.model.provenance.options.get("formula")
    words = [formula] if formula else ["--targets", ",".join(run.model.target_names)]
    for name in ("features", "categorical"):
        if options[name] and not formula:
            words += [f"--{name}", ",".join(options[name])]
    if options["weights"]:
        words += ["--weights", options["weights"]]
    if options["missing"] != "error":
        words += ["--missing", options["missing"]]
    return words if options["fit_intercept"] else [*words, "--no-intercept"]
