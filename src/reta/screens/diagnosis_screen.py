"""Tests of the residuals and the most influential rows as one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.screens.layout import Cells, Group, Span, heading, indented, paragraph, shortened, table
from reta.screens.model_screen import next_lines, note_lines
from reta.screens.numerals import align_on_point, probability, r_squared, significant
from reta.screens.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from reta.screens.language import Speech
    from reta.screens.layout import Line
    from reta.types import Note

__all__ = ["diagnosis_screen"]

MOST_TARGETS = 8
DOUBTFUL = 0.05
NUMBERS = ("observed", "fitted", "student_residual", "leverage", "cooks_distance")


def diagnosis_screen(
    model: str,
    source: str,
    tests: pl.DataFrame,
    influential: pl.DataFrame,
    *,
    notes: Sequence[Note],
    steps: Sequence[tuple[str, str]],
    speech: Speech,
    width: int,
) -> list[Line]:
    """Return the screen of a diagnosis.

    Parameters
    ----------
    model, source
        What to call the model and the rows.
    tests, influential
        As ``reta.model.diagnose`` gives them.
    notes
        What was assumed and dropped.
    steps
        Commands to try next, as ``next_lines`` takes them.
    speech
        Language.
    width
        Characters a line may have.
    """
    title = speech.say("diagnosis_of", model=printable(model), source=printable(source))
    by_target = tests.partition_by("target", maintain_order=True)
    moving = influential.partition_by("target", as_dict=True)
    lines: list[Line] = [(Span(title, "title"),)]
    for of_target in by_target[:MOST_TARGETS]:
        target = of_target["target"][0]
        lines.extend(heading(speech.say("tests_of", target=shortened(target))))
        lines.extend(indented(_tests(of_target, speech, width - 2)))
        lines.extend([(), *indented(_influential(moving.get((target,)), speech))])
    left_out = len(by_target) - MOST_TARGETS
    if left_out > 0:
        rest = speech.say("left_out_targets", n=speech.integer(left_out), how=speech.say("how_json"))
        lines.extend([(), *indented([(Span(rest, "muted"),)])])
    return [*lines, *note_lines(notes, speech, width), *next_lines(steps, speech)]


def _tests(tests: pl.DataFrame, speech: Speech, width: int) -> list[Line]:
    """Return a test a line: its name, the numbers, and behind them what they mean, wrapped in its own column."""
    rows = tests.rows(named=True)
    names = [speech.say(row["test"]) for row in rows]
    statistics = align_on_point([_statistic(row["test"], row["statistic"]) for row in rows])
    p_values = [_p_value(row["p_value"], speech) for row in rows]
    wide = max(map(len, names)), max(map(len, p_values))
    lines: list[Line] = []
    for row, name, statistic, p in zip(rows, names, statistics, p_values, strict=True):
        label = Span(name.ljust(wide[0]), "warning" if _is_doubtful(row["p_value"]) else "label")
        numbers = f"   {speech.numeral(statistic)}   {p.ljust(wide[1])}   "
        indent = Span(" " * (wide[0] + len(numbers)))
        first, *rest = paragraph(row["verdict"], width - len(indent.text))
        lines.extend([(label, Span(numbers), *first), *((indent, *line) for line in rest)])
    return lines


def _p_value(value: float | None, speech: Speech) -> str:
    return "" if value is None else f"{speech.say('p_value')} {speech.numeral(probability(value))}"


def _is_doubtful(p_value: float | None) -> bool:
    return p_value is not None and p_value < DOUBTFUL


def _statistic(test: str, value: float | None) -> str:
    return r_squared(value) if test == "loo_r_squared" else significant(value)


def _influential(rows: pl.DataFrame | None, speech: Speech) -> Iterator[Line]:
    yield (Span(speech.say("influential"), "strong"),)
    if rows is None or rows.is_empty():
        yield (Span(speech.say("no_influential"), "muted"),)
        return
    columns = [
        Cells(speech.say(name), tuple(map(speech.numeral, align_on_point([significant(v) for v in rows[name]]))))
        for name in NUMBERS
    ]
    labels = Cells(speech.say("row"), tuple(speech.integer(row) for row in rows["row"]), "strong")
    yield from table(labels, [Group("", tuple(columns))])
