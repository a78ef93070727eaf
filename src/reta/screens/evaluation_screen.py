"""The errors of a model on other rows as one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.screens.layout import Cells, Group, Span, indented, paragraph, shortened, table
from reta.screens.model_screen import note_lines
from reta.screens.numerals import align_on_point, r_squared, significant
from reta.screens.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from reta.screens.language import Speech
    from reta.screens.layout import Line
    from reta.types import Note

__all__ = ["evaluation_screen"]


def evaluation_screen(
    model: str,
    source: str,
    scores: pl.DataFrame,
    notes: Sequence[Note],
    *,
    about_mean: bool,
    speech: Speech,
    width: int,
) -> list[Line]:
    """Return the screen of an evaluation.

    Parameters
    ----------
    model, source
        What to call the model and the rows.
    scores
        As ``reta.model.evaluate`` gives them.
    notes
        What was assumed and dropped.
    about_mean
        Whether R² compares with the mean of the rows; else with zero.
    speech
        Language.
    width
        Characters a line may have.
    """
    rows = scores.rows(named=True)
    measures = {"rmse": significant, "mae": significant, "r_squared": r_squared}
    columns = [
        Cells(
            _title(name, speech, about_mean=about_mean),
            tuple(map(speech.numeral, align_on_point([shape(row[name]) for row in rows]))),
        )
        for name, shape in measures.items()
    ]
    counts = Cells(speech.say("n_used"), tuple(speech.integer(row["n_samples"]) for row in rows))
    labels = Cells("", tuple(shortened(row["target"]) for row in rows), "strong")
    return [
        (Span(speech.say("evaluation_of", model=printable(model), source=printable(source)), "title"),),
        (),
        *indented(table(labels, [Group("", (counts, *columns))])),
        (),
        *indented(paragraph(_explained(speech, about_mean=about_mean), width - 2, "muted")),
        *note_lines(notes, speech, width),
    ]


def _title(measure: str, speech: Speech, *, about_mean: bool) -> str:
    return speech.say(measure if about_mean or measure != "r_squared" else "r_squared_about_zero")


def _explained(speech: Speech, *, about_mean: bool) -> str:
    return speech.say("evaluation_explained" if about_mean else "evaluation_explained_about_zero")
