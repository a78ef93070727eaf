"""``reta moments``: the sums that a fit needs, built once, then added and subtracted without reading rows again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reta.cli.examples import ExampleGroup
from reta.cli.face import Face
from reta.cli.formulas import take_formula
from reta.cli.interrupts import answer_ctrl_c
from reta.cli.options import (
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
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta import Moments

__all__ = ["command", "show_file"]

SAVE = output_option("Save the moments here, for example crops.moments.", required=True)


@click.group(
    "moments",
    cls=ExampleGroup,
    examples=[
        "reta moments build january.csv --targets apples,oranges -o january.moments",
        "reta moments merge january.moments february.moments -o winter.moments",
        "reta fit winter.moments",
    ],
)
def command() -> None:
    """Build, merge and subtract the sums a fit needs.

    Moments are small whatever the number of rows. Those of two parts add up to those of the whole, so new rows join
    a model, or old ones leave it, without reading the others again.
    """


@command.command("build")
@data_and_formula_argument
@design_options
@missing_option()
@digits_option
@SAVE
@reading_options
@face_options
@click.make_pass_decorator(Face, ensure=True)
def build(face: Face, /, data: tuple[str, ...], output: Path, **options: Any) -> None:
    """Read DATA once and save the moments of its features and targets.

    FORMULA, in quotes, may name them instead of the options: "apples ~ temp + C(region)", columns only.
    """
    from reta.fitting import collect

    answer_ctrl_c()
    data = take_formula(data, options)
    refuse_overwriting(output, *data)
    reading = take_reading(options)
    with face.meter() as meter:
        collected = collect(one_or_many(data), on_rows=meter.at, **options, **reading)
    collected.require_columns_only()
    collected.moments.save(output)
    _show(face, collected.moments, output, collected.notes)


@command.command("merge")
@click.argument("files", nargs=-1, required=True)
@SAVE
@face_options
@click.make_pass_decorator(Face, ensure=True)
def merge(face: Face, /, files: tuple[str, ...], output: Path) -> None:
    """Add the moments in FILES: those of all their rows together."""
    from reta import Moments

    first, *others = map(Moments.load, files)
    total = sum(others, start=first)
    total.save(output)
    _show(face, total, output)


@command.command("subtract")
@click.argument("whole")
@click.argument("part")
@SAVE
@face_options
@click.make_pass_decorator(Face, ensure=True)
def subtract(face: Face, /, whole: str, part: str, output: Path) -> None:
    """Take the moments in PART out of those in WHOLE.

    What remains is as if the rows of PART had never been there.
    """
    from reta import Moments

    rest = Moments.load(whole) - Moments.load(part)
    rest.save(output)
    kept = "minimum and maximum are still those of the whole: sums do not tell which rows held them"
    _show(face, rest, output, (Note("warning", kept),))


@command.command("show")
@click.argument("file")
@face_options
@click.make_pass_decorator(Face, ensure=True)
def show(face: Face, /, file: str) -> None:
    """Show what a moments FILE holds."""
    show_file(face, file)


def show_file(face: Face, file: str) -> None:
    """Show a moments file."""
    from reta import Moments

    _show(face, Moments.load(file), Path(file))


def _show(face: Face, moments: Moments, saved: Path, notes: Sequence[Note] = ()) -> None:
    face.notes(notes, on_screen=True)
    if face.as_json:
        from reta.cli.documents import moments_document

        face.document(moments_document(moments, saved, notes))
        return
    from reta.screens.moments_screen import moments_screen
    from reta.screens.terminal import width_of

    steps = (
        ("to_fit", shell_line(["reta", "fit", str(saved)])),
        ("to_merge", shell_line(["reta", "moments", "merge", str(saved), "MORE.moments", "-o", "ALL.moments"])),
    )
    face.screen(moments_screen(moments, saved, notes, steps, speech=face.speech, width=width_of(sys.stdout)))
