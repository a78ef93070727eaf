"""A fitted model as one screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.screens.coefficients import coefficient_lines
from reta.screens.layout import Cells, Group, Span, facts, heading, indented, shortened, table
from reta.screens.numerals import align_on_point, r_squared, significant
from reta.screens.terminal import printable
from reta.screens.trust import trust_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reta.model import LinearModel
    from reta.screens.language import Speech
    from reta.screens.layout import Line
    from reta.types import Note

__all__ = ["Closing", "errors_text", "listed", "model_screen", "next_lines", "note_lines"]

OF_DESCENT = (
    "loss",
    "lr",
    "schedule",
    "batch_size",
    "epochs",
    "momentum",
    "nesterov",
    "weight_decay",
    "validation",
)
ABOUT_ZERO = {"r_squared": "r_squared_about_zero", "adj_r_squared": "adj_r_squared_about_zero"}
MOST_NAMES = 12
MOST_NAMES_IN_TITLE = 4
MOST_QUALITY_ROWS = 20


@dataclass(frozen=True, slots=True)
class Closing:
    """What surrounds the numbers of a model.

    Attributes
    ----------
    saved
        The file that holds the model, if one does.
    next
        Purposes (phrases of the catalogue) and the commands that serve them.
    everything
        Show every row of every table, however long.
    """

    saved: str | None
    next: tuple[tuple[str, str], ...]
    everything: bool = False


def model_screen(model: LinearModel, level: float, speech: Speech, width: int, closing: Closing) -> list[Line]:
    """Return the screen of a model.

    Parameters
    ----------
    model
        What was fitted or loaded.
    level
        Coverage of the confidence intervals.
    speech
        Language.
    width
        Characters a line may have.
    closing
        Where it is saved and what to do next.
    """
    return [
        (Span(_title(model, speech), "title"),),
        (),
        *indented(facts(_facts(model, speech, closing), width - 2)),
        *coefficient_lines(model, level, speech, width, everything=closing.everything, how=_how(speech, closing)),
        *_quality(model, speech, closing),
        *note_lines(model.notes, speech, width),
        *trust_lines(model, speech, width),
        *next_lines(closing.next, speech),
    ]


def listed(names: Sequence[str], speech: Speech) -> str:
    """Return names with commas, the tail of a long list counted."""
    shown = ", ".join(printable(name) for name in names[:MOST_NAMES])
    if len(names) <= MOST_NAMES:
        return shown
    return speech.say("more", listed=shown, n=speech.integer(len(names) - MOST_NAMES))


def note_lines(notes: Iterable[Note], speech: Speech, width: int) -> list[Line]:
    """Return the notes, each behind its kind."""
    pairs = [
        (Span(speech.say(f"note_{n.kind}"), "warning" if n.kind == "warning" else "label"), printable(n.text))
        for n in notes
    ]
    return [*heading(speech.say("notes")), *indented(facts(pairs, width - 2))] if pairs else []


def next_lines(steps: Sequence[tuple[str, str]], speech: Speech) -> list[Line]:
    """Return the commands to try next, each whole on its line so that it can be copied."""
    if not steps:
        return []
    labels = [speech.say(purpose) for purpose, _ in steps]
    indent = max(map(len, labels)) + 3
    return [
        *heading(speech.say("next")),
        *indented(
            (Span(label.ljust(indent), "label"), Span(command, "command"))
            for label, (_, command) in zip(labels, steps, strict=True)
        ),
    ]


def _title(model: LinearModel, speech: Speech) -> str:
    names = [printable(name) for name in model.target_names]
    if len(names) > MOST_NAMES_IN_TITLE:
        return speech.say("model_of", targets=speech.count(len(names), "n_target"))
    *first, last = names
    return speech.say("model_of", targets=f"{', '.join(first)} {speech.say('and')} {last}" if first else last)


def _facts(model: LinearModel, speech: Speech, closing: Closing) -> list[tuple[Span, str]]:
    pairs = [
        ("source", printable(model.provenance.source)),
        ("rows", _rows(model, speech)),
        ("features", _features(model, speech)),
        ("method", _method(model, speech)),
    ]
    if "formula" in model.provenance.options:
        pairs.insert(2, ("formula", printable(model.provenance.options["formula"])))
    if len(model.target_names) > MOST_NAMES_IN_TITLE:
        pairs.insert(2, ("targets", listed(model.target_names, speech)))
    if not model.n_samples:
        pairs = [pair for pair in pairs if pair[0] != "rows"]
    if model.robust is not None:
        pairs.append(("errors", errors_text(model, speech)))
    if closing.saved is not None:
        pairs.append(("saved", printable(closing.saved)))
    return [(Span(speech.say(label), "label"), value) for label, value in pairs]


def _rows(model: LinearModel, speech: Speech) -> str:
    left = model.degrees_of_freedom
    degrees = speech.count(left, "n_degree") if left > 0 else speech.say("no_degrees")
    return f"{speech.integer(model.n_samples)} ({degrees})"


def _features(model: LinearModel, speech: Speech) -> str:
    names = listed(model.feature_names, speech)
    dropped = len(model.dropped)
    return speech.say("kept_of", listed=names, n=speech.integer(dropped)) if dropped else names


def _method(model: LinearModel, speech: Speech) -> str:
    if not model.solution.least_squares:
        return _descent(model, speech)
    intercept = _intercept(model, speech)
    passes = speech.count(model.passes, "n_pass") if model.passes else speech.say("no_pass")
    precision = speech.say("extended" if model.precision == "extended" else "float64")
    solver = f"{speech.say('by')} {model.solver.capitalize()} {precision}"
    return f"{speech.say('least_squares')} {intercept}, {solver}, {passes}"


def _intercept(model: LinearModel, speech: Speech) -> str:
    return speech.say("with_intercept" if model.fit_intercept else "without_intercept")


def _descent(model: LinearModel, speech: Speech) -> str:
    if not model.n_samples:
        return speech.say("as_given", intercept=_intercept(model, speech))
    options = model.provenance.options
    given = [f"{name} {options[name]}".removesuffix(" True") for name in OF_DESCENT if name in options]
    return speech.say("by_descent", options=", ".join(given))


def errors_text(model: LinearModel, speech: Speech, *, joint: bool = False) -> str:
    """Say where the errors of the coefficients come from; those of joint tests are never robust."""
    robust = model.robust
    if joint:
        return speech.say("errors_joint")
    if robust is not None and robust.cluster is not None and robust.n_clusters is not None:
        return speech.say("errors_cluster", n=speech.integer(robust.n_clusters), column=printable(robust.cluster))
    if robust is not None and robust.lags is not None:
        return speech.say("errors_newey_west", n=speech.integer(robust.lags))
    return speech.say("errors_unequal", kind=model.covariance)


def _quality(model: LinearModel, speech: Speech, closing: Closing) -> list[Line]:
    if not model.n_samples:
        return []
    shown = len(model.target_names) if closing.everything else MOST_QUALITY_ROWS
    rows = model.glance().head(shown).rows(named=True)
    measures = {"r_squared": r_squared, "adj_r_squared": r_squared, "sigma": significant}
    columns = tuple(
        Cells(
            speech.say(name if model.fit_intercept else ABOUT_ZERO.get(name, name)),
            tuple(map(speech.numeral, align_on_point([shape(row[name]) for row in rows]))),
        )
        for name, shape in measures.items()
    )
    labels = Cells("", tuple(shortened(row["target"]) for row in rows), "strong")
    lines = table(labels, [Group("", columns)])
    return [*heading(speech.say("fit")), *indented(lines), *_rest(len(model.target_names) - len(rows), speech, closing)]


def _rest(left_out: int, speech: Speech, closing: Closing) -> list[Line]:
    if left_out <= 0:
        return []
    text = speech.say("left_out_targets", n=speech.integer(left_out), how=_how(speech, closing))
    return indented([(Span(text, "muted"),)])


def _how(speech: Speech, closing: Closing) -> str:
    return (
        speech.say("how_json")
        if closing.saved is None
        else speech.say("how_show", command=f"reta show {closing.saved}")
    )
