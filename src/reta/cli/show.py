"""``reta show``: what a saved model or moments file holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.options import face_options
from reta.cli.shell import shell_line
from reta.cli.values import coverage

if TYPE_CHECKING:
    from reta.model import LinearModel

__all__ = ["command"]

HEADER_LENGTH_BYTES = 8


@click.command(
    "show", cls=ExampleCommand, examples=["reta show crops.reta.json", "reta show crops.reta.json --collinearity"]
)
@click.argument("file")
@click.option(
    "--level",
    type=coverage,
    metavar="COVERAGE",
    default=0.95,
    show_default=True,
    help="Coverage of the confidence intervals of a model.",
)
@click.option("--collinearity", is_flag=True, help="Show instead how much the features of a model overlap.")
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, file: str, level: float, collinearity: bool) -> None:
    """Show what FILE holds, a saved model or saved moments, with every row of every table."""
    if collinearity:
        _show_collinearity(face, file)
    elif _holds_moments(Path(file)):
        from reta.cli.moments import show_file

        show_file(face, file)
    else:
        _show_model(face, file, level)


def _holds_moments(path: Path) -> bool:
    """Tell by its beginning: a length in eight bytes and then JSON, where a model file is JSON throughout."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(HEADER_LENGTH_BYTES + 1)[HEADER_LENGTH_BYTES:] == b"{"


def _show_model(face: Face, file: str, level: float) -> None:
    from reta.fitting import load

    model = load(file)
    if face.as_json:
        from reta.cli.documents import model_document

        face.document(model_document(model, level, saved=Path(file)))
        return
    from reta.screens.model_screen import Closing, model_screen
    from reta.screens.terminal import width_of

    closing = Closing(saved=file, next=_next(model, file), everything=True)
    face.screen(model_screen(model, level, face.speech, width_of(sys.stdout), closing))


def _show_collinearity(face: Face, file: str) -> None:
    from reta.fitting import load

    model = load(file)
    if face.as_json:
        tables = {
            "features": model.collinearity().rows(named=True),
            "condition_indices": model.condition_indices().rows(named=True),
        }
        face.document({"model": file, **tables})
        return
    from reta.screens.collinearity_screen import collinearity_screen
    from reta.screens.terminal import width_of

    face.screen(collinearity_screen(file, model, face.speech, width_of(sys.stdout)))


def _next(model: LinearModel, file: str) -> tuple[tuple[str, str], ...]:
    interval = ["--interval", "0.95"] if model.solution.least_squares else []
    return (
        ("to_predict", shell_line(["reta", "predict", file, "NEW.csv", *interval])),
        ("to_test", shell_line(["reta", "evaluate", file, "HELD_OUT.csv"])),
    )
