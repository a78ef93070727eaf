"""The table of coefficients: every target side by side, each number to the digits that its error supports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from reta.screens.layout import Cells, Group, Span, heading, indented, pack, shortened, table
from reta.screens.numerals import ABSENT, align_on_point, estimates, probability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.model import LinearModel
    from reta.screens.language import Speech
    from reta.screens.layout import Line

    Row: TypeAlias = dict[str, Any]

__all__ = ["coefficient_lines"]

MOST_TERMS = 20
MOST_LINES = 40
HEAD_LINES = 5
ESTIMATE, INTERVAL = 0, 2


def coefficient_lines(
    model: LinearModel, level: float, speech: Speech, width: int, *, everything: bool, how: str
) -> list[Line]:
    """Return the table, in panels where it is too wide, and what it leaves out.

    Parameters
    ----------
    model, level, speech, width
        As for ``model_screen``.
    everything
        Leave nothing out.
    how
        How a reader gets to see what is left out.
    """
    targets = _by_target(model, level)
    n_terms = len(targets[0])
    shown = n_terms if everything else min(n_terms, MOST_TERMS)
    percent = speech.numeral(f"{100 * level:g}")
    labels = _labels(targets[0][:shown], speech)
    bare = not model.solution.least_squares
    panels = _panels(labels, [rows[:shown] for rows in targets], speech, percent, width - 2, bare=bare)
    kept = panels if everything else panels[: max(1, MOST_LINES // (shown + HEAD_LINES))]
    lines = [line for panel in kept for line in ((), *table(labels, panel))]
    left_out = {"left_out_terms": n_terms - shown, "left_out_targets": len(targets) - sum(map(len, kept))}
    rest = [(Span(speech.say(phrase, n=speech.integer(n), how=how), "muted"),) for phrase, n in left_out.items() if n]
    title = "coefficients" if model.solution.least_squares else "coefficients_alone"
    return [*heading(speech.say(title, level=percent)), *indented([*lines[1:], *rest])]


def _by_target(model: LinearModel, level: float) -> list[list[Row]]:
    rows = model.tidy(level).rows(named=True)
    per_target = len(rows) // len(model.target_names)
    return [rows[start : start + per_target] for start in range(0, len(rows), per_target)]


def _labels(rows: Sequence[Row], speech: Speech) -> Cells:
    names = (speech.say("intercept") if row["term"] == "intercept" else shortened(row["term"]) for row in rows)
    return Cells("", tuple(names), "strong")


def _panels(
    labels: Cells, targets: Sequence[Sequence[Row]], speech: Speech, percent: str, width: int, *, bare: bool
) -> list[list[Group]]:
    """Return every column there is where one panel holds them all, else estimates and intervals; bare: estimates."""
    names = [shortened(rows[0]["target"]) for rows in targets] if len(targets) > 1 else [""]
    groups = [Group(name, _columns(rows, speech, percent)) for name, rows in zip(names, targets, strict=True)]
    if bare:
        return pack(labels, [Group(g.heading, g.columns[:1]) for g in groups], width)
    full = pack(labels, groups, width)
    if len(full) == 1:
        return full
    return pack(labels, [Group(g.heading, (g.columns[ESTIMATE], g.columns[INTERVAL])) for g in groups], width)


def _columns(rows: Sequence[Row], speech: Speech, percent: str) -> tuple[Cells, ...]:
    """Return estimate, standard error, interval and p-value, a text a term."""
    measures = ("estimate", "conf_low", "conf_high", "std_error")
    texts = [estimates([_shown(row, name) for name in measures], row["std_error"]) for row in rows]
    estimate, low, high, error = (align_on_point(column) for column in zip(*texts, strict=True))
    between = tuple(_interval(*bounds, speech) for bounds in zip(low, high, strict=True))
    p_values = tuple(probability(row["p_value"]) for row in rows)
    columns = {"estimate": estimate, "std_error": error, "interval": between, "p_value": p_values}
    return tuple(
        Cells(speech.say(phrase, level=percent), tuple(map(speech.numeral, column)))
        for phrase, column in columns.items()
    )


def _shown(row: Row, measure: str) -> float | None:
    """Return a measure, but nothing of an error that a perfect fit makes out to be zero."""
    return row[measure] if measure == "estimate" or row["std_error"] else None


def _interval(low: str, high: str, speech: Speech) -> str:
    known = low.strip() != ABSENT
    text = speech.say("from_to", low=low, high=high)
    return text if known else ABSENT.rjust(len(text))
