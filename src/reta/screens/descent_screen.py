"""A descent as one screen: where it went, where it ended, and what is left to gain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.screens.certificate_screen import certificate_lines, spoken
from reta.screens.layout import Cells, Group, Span, facts, heading, indented, table
from reta.screens.model_screen import Closing, model_screen, next_lines
from reta.screens.numerals import ABSENT, align_on_point, significant

if TYPE_CHECKING:
    import polars as pl

    from reta.descent.certificate import Certificate
    from reta.descent.least_loss import LeastLoss
    from reta.model import LinearModel
    from reta.screens.language import Speech
    from reta.screens.layout import Line

__all__ = ["descent_screen"]

MOST_LINES = 11
MEASURES = ("loss", "gap", "gradient_norm", "validation_loss")


def descent_screen(
    model: LinearModel,
    history: pl.DataFrame,
    certificate: Certificate | None,
    least_loss: LeastLoss | None = None,
    *,
    speech: Speech,
    width: int,
    closing: Closing,
) -> list[Line]:
    """Return the screen of a run: its model, the loss along the way, the certificate.

    Parameters
    ----------
    model, history, certificate, least_loss
        Of the run.
    speech, width
        Language, and characters a line may have.
    closing
        Where the model is saved and what to do next.
    """
    return [
        *model_screen(model, 0.95, speech, width, Closing(closing.saved, next=())),
        *heading(speech.say("on_the_road")),
        *indented(_losses(history, speech)),
        *([] if certificate is None else certificate_lines(certificate, speech, width)),
        *([] if least_loss is None else _least_loss_lines(least_loss, speech, width)),
        *next_lines(closing.next, speech),
    ]


def _losses(history: pl.DataFrame, speech: Speech) -> list[Line]:
    """Return a few rows of the history, the first and the last among them."""
    places = np.unique(np.round(np.linspace(0, len(history) - 1, MOST_LINES)).astype(int))
    rows = history[places].rows(named=True)
    epochs = Cells(speech.say("epoch"), tuple(spoken(row["epoch"], speech) for row in rows))
    columns = [
        Cells(speech.say("loss_short" if name == "loss" else name), _column([row[name] for row in rows], speech))
        for name in MEASURES
        if any(row[name] is not None for row in rows)
    ]
    return table(epochs, [Group("", tuple(columns))])


def _column(values: list[float | None], speech: Speech) -> tuple[str, ...]:
    texts = [ABSENT if value is None else significant(value, 6) for value in values]
    return tuple(map(speech.numeral, align_on_point(texts)))


def _least_loss_lines(least: LeastLoss, speech: Speech, width: int) -> list[Line]:
    """Return how far a loss other than mse is from the least, under its heading, behind an empty line."""
    phrase = "least_reached" if least.converged else "least_open" if least.undecided else "least_missed"
    left = least.loss - (least.at_least if least.converged else least.at_most)
    share = left / least.null_loss if least.null_loss > 0.0 else float(left > 0.0)
    numbers = {"loss": least.loss, "at_least": least.at_least, "at_most": least.at_most, "gap": left}
    told = {name: speech.numeral(significant(number, 5)) for name, number in numbers.items()}
    text = speech.say(phrase, **told, share=f"{speech.numeral(significant(100.0 * share, 2))}%")
    return [
        *heading(speech.say("certificate")),
        *indented(facts([(Span(speech.say("loss"), "label"), text)], width - 2)),
    ]
