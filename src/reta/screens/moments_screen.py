"""Saved moments as one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.screens.layout import Cells, Group, Span, facts, heading, indented, shortened, table
from reta.screens.model_screen import next_lines, note_lines
from reta.screens.numerals import align_on_point
from reta.screens.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reta.moment import Moments
    from reta.screens.language import Speech
    from reta.screens.layout import Line
    from reta.types import FloatArray, Note

__all__ = ["moments_screen"]

DIGITS = 6


def moments_screen(
    moments: Moments,
    saved: Path,
    notes: Sequence[Note],
    steps: Sequence[tuple[str, str]],
    *,
    speech: Speech,
    width: int,
) -> list[Line]:
    """Return the screen of moments.

    Parameters
    ----------
    moments
        What was built or loaded.
    saved
        The file that holds them.
    notes
        What was assumed, encoded and dropped.
    steps
        Commands to try next, as ``next_lines`` takes them.
    speech
        Language.
    width
        Characters a line may have.
    """
    rows = speech.count(moments.n_samples, "n_row")
    pairs = [(Span(speech.say("saved"), "label"), printable(str(saved)))]
    if moments.weight_sum != moments.n_samples:
        total = speech.say("sum_of", value=speech.numeral(f"{moments.weight_sum:.{DIGITS}g}"))
        pairs.append((Span(speech.say("weight_sum"), "label"), total))
    return [
        (Span(speech.say("moments_of", rows=rows), "title"),),
        (),
        *indented(facts(pairs, width)),
        *heading(speech.say("columns")),
        *indented(_columns(moments, speech)),
        *note_lines(notes, speech, width),
        *next_lines(steps, speech),
    ]


def _columns(moments: Moments, speech: Speech) -> list[Line]:
    names = (*moments.targets, *moments.features)
    order = [*range(len(moments.features), len(names)), *range(len(moments.features))]
    roles = [speech.say("target")] * len(moments.targets) + [speech.say("feature")] * len(moments.features)
    measures = {"mean": moments.mean, "minimum": moments.minimum, "maximum": moments.maximum}
    numbers = [Cells(speech.say(phrase), _numbers(values[order], speech)) for phrase, values in measures.items()]
    missing = Cells(speech.say("missing"), tuple(speech.integer(count) for count in moments.missing[order].tolist()))
    role = Cells(speech.say("role"), tuple(role.ljust(max(map(len, roles))) for role in roles), "label")
    labels = Cells("", tuple(map(shortened, names)), "strong")
    return table(labels, [Group("", (role, *numbers, missing))])


def _numbers(values: FloatArray, speech: Speech) -> tuple[str, ...]:
    texts = align_on_point([f"{value:.{DIGITS}g}" for value in values.tolist()])
    return tuple(map(speech.numeral, texts))
