"""How far the numbers of a model can be trusted: overlap of the features, evidence for them, rounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.screens.collinearity_screen import overlap_texts
from reta.screens.layout import Span, facts, heading, indented
from reta.screens.numerals import significant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.model import LinearModel, Overlap
    from reta.screens.language import Speech
    from reta.screens.layout import Line

__all__ = ["trust_lines"]

ALIKE = 100.0
NEARLY_REPEATED = 10_000.0
FEW_DIGITS = 4


def trust_lines(model: LinearModel, speech: Speech, width: int) -> list[Line]:
    """Return the section, empty for a model that is not a fit by least squares.

    Parameters
    ----------
    model, speech, width
        As for ``model_screen``.
    """
    if not model.solution.least_squares:
        return []
    pairs = [*_overlap(model, speech), *_evidence(model, speech), _rounding(model, speech)]
    return [*heading(speech.say("trust")), *indented(facts(pairs, width - 2))]


def _overlap(model: LinearModel, speech: Speech) -> Iterator[tuple[Span, str]]:
    found = model.overlap()
    condition = model.condition
    shown = speech.numeral(significant(condition, 2) if condition < NEARLY_REPEATED else f"{condition:.1e}")
    repeated = [dependency for dependency in model.solution.dependencies if not dependency.is_constant]
    grade = _grade(found, condition)
    texts = [speech.say(grade, condition=shown), *overlap_texts(found.groups, speech)]
    if repeated:
        texts = [_complete(model, len(repeated), speech), *([] if model.solution.underdetermined else texts)]
    doubtful = bool(repeated or found.groups) or grade == "near"
    yield _labelled("overlap", speech, doubtful=doubtful), texts[0]
    for text in texts[1:]:
        yield Span(""), text


def _grade(found: Overlap, condition: float) -> str:
    """Return the phrase for how much features overlap that are made of different columns, the copies left aside."""
    if found.by_structure:
        worst = max((group.vif for group in found.groups), default=0.0)
        return "by_structure" if not worst else "alike" if worst < NEARLY_REPEATED else "near"
    mildest = "alike" if found.groups else "apart"
    return mildest if condition < ALIKE else "alike" if condition < NEARLY_REPEATED else "near"


def _complete(model: LinearModel, repeated: int, speech: Speech) -> str:
    """Say that features are combinations of others, for want of rows or not."""
    solution = model.solution
    features = speech.integer(len(solution.features))
    if solution.underdetermined:
        rows = speech.count(model.n_samples, "n_row")
        return speech.say("complete_for_want_of_rows", rows=rows, features=features, n=speech.integer(repeated))
    return speech.say(
        "complete_shared" if solution.minimum_norm else "complete", n=speech.integer(repeated), features=features
    )


def _evidence(model: LinearModel, speech: Speech) -> Iterator[tuple[Span, str]]:
    """Warn where the coefficients use up as many rows as they leave, or all of them."""
    coefficients, left = model.rank + model.fit_intercept, model.degrees_of_freedom
    if left >= coefficients:
        return
    rows, used = speech.count(model.n_samples, "n_row"), speech.count(coefficients, "n_coefficient")
    if left <= 0:
        yield _labelled("evidence", speech, doubtful=True), speech.say("no_rows_left", rows=rows, coefficients=used)
        return
    by_noise = speech.numeral(significant(model.rank / (model.n_samples - model.fit_intercept), 2))
    text = speech.say("few_rows_left", rows=rows, coefficients=used, r_squared=by_noise)
    yield _labelled("evidence", speech, doubtful=True), text


def _rounding(model: LinearModel, speech: Speech) -> tuple[Span, str]:
    digits = model.digits
    text = speech.count(digits, "n_digit") if digits else speech.say("no_digits")
    return _labelled("digits", speech, doubtful=digits < FEW_DIGITS), text


def _labelled(phrase: str, speech: Speech, *, doubtful: bool) -> Span:
    return Span(speech.say(phrase), "warning" if doubtful else "label")
