"""``reta test``: hypotheses about the coefficients of a saved model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import click

from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.options import face_options
from reta.errors import UsageError

if TYPE_CHECKING:
    from reta.inference.hypotheses import Distribution

__all__ = ["command"]


@click.command(
    "test",
    cls=ExampleCommand,
    examples=[
        'reta test crops.reta.json "rainfall = humidity"',
        'reta test crops.reta.json "temp = 0, rainfall = 2*humidity" --joint',
        "reta test crops.reta.json",
    ],
)
@click.argument("model")
@click.argument("hypothesis", required=False)
@click.option("--joint", is_flag=True, help="Test all targets at once: Wilks, Pillai, Hotelling-Lawley, Roy.")
@click.option(
    "--distribution",
    type=click.Choice(["F", "chi2"], case_sensitive=False),
    default="F",
    show_default=True,
    help="Of the statistic: F, or chi-squared for Wald's test.",
)
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, model: str, hypothesis: str | None, joint: bool, distribution: str) -> None:
    """Test whether the coefficients of a saved MODEL may fulfil the HYPOTHESIS, for each target.

    HYPOTHESIS holds equations with commas between them, tested together: sums of names and of numbers, with numeric
    factors. Names with blanks, commas or signs stand in backticks; the constant is called intercept. By default: no
    feature has an effect.
    """
    from reta.fitting import load
    from reta.model.hypothesis_tests import constraints_of

    if joint and distribution != "F":
        raise UsageError("--joint has F approximations only: leave out --distribution chi2")
    loaded = load(model)
    loaded.require_least_squares("tests")
    constraints = constraints_of(loaded.solution, hypothesis)
    chosen = cast("Distribution", distribution)
    tests = loaded.multivariate_test(hypothesis) if joint else loaded.test(hypothesis, distribution=chosen)
    if face.as_json:
        facts = {"model": model, "hypotheses": constraints.texts, "joint": joint, "distribution": distribution}
        face.document(
            {**facts, "covariance": "classical" if joint else loaded.covariance, "tests": tests.rows(named=True)}
        )
        return
    from reta.screens.hypothesis_screen import hypothesis_screen
    from reta.screens.model_screen import errors_text
    from reta.screens.terminal import width_of

    width = width_of(sys.stdout)
    errors = None if loaded.robust is None else errors_text(loaded, face.speech, joint=joint)
    screen = hypothesis_screen(
        model, constraints.texts, tests, distribution, speech=face.speech, width=width, errors=errors
    )
    face.screen(screen)
