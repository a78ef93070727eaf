"""Tests of hypotheses as one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reta.screens.layout import Cells, Group, Span, facts, indented, paragraph, shortened, table
from reta.screens.numerals import ABSENT, align_on_point, probability, significant
from reta.screens.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from reta.screens.language import Speech
    from reta.screens.layout import Line

__all__ = ["hypothesis_screen"]

DEGREES_DIGITS = 4
MOST_HYPOTHESES = 30
STATISTICS = {"F": "statistic_F", "chi2": "statistic_chi2"}
JOINT = ("wilks", "pillai", "hotelling_lawley", "roy")


def hypothesis_screen(
    model: str,
    hypotheses: Sequence[str],
    tests: pl.DataFrame,
    distribution: str,
    *,
    speech: Speech,
    width: int,
    errors: str | None = None,
) -> list[Line]:
    """Return the screen of a test.

    Parameters
    ----------
    model
        What to call the model.
    hypotheses
        Tested together, as they were written.
    tests
        As ``LinearModel.test`` gives them, or ``LinearModel.multivariate_test``.
    distribution
        ``"F"`` or ``"chi2"``.
    speech
        Language.
    width
        Characters a line may have.
    errors
        Where the errors come from, in words; nothing is said of the classical ones.
    """
    said = [] if errors is None else [(Span(speech.say("errors"), "label"), errors)]
    rows = tests.rows(named=True)
    joint = rows[0].get("test") in JOINT
    names = [speech.say(row["test"]) if joint else shortened(row["target"]) for row in rows]
    untested = [name for name, row in zip(names, rows, strict=True) if row["p_value"] is None]
    doubts = paragraph(speech.say("untested", names=", ".join(untested)), width - 2, "warning") if untested else []
    return [
        (Span(speech.say("joint_test_of" if joint else "test_of", model=printable(model)), "title"),),
        (),
        *indented(facts([*_hypotheses(hypotheses, speech), *said], width - 2)),
        (),
        *indented(table(Cells("", tuple(names), "strong"), [Group("", _columns(rows, distribution, speech))])),
        (),
        *indented(doubts),
        *indented(paragraph(speech.say("p_explained"), width - 2, "muted")),
    ]


def _hypotheses(texts: Sequence[str], speech: Speech) -> list[tuple[Span, str]]:
    label = Span(speech.say("hypothesis" if len(texts) == 1 else "hypotheses"), "label")
    shown = [printable(text) for text in texts[:MOST_HYPOTHESES]]
    more = len(texts) - len(shown)
    last = [speech.say("more", listed="…", n=speech.integer(more))] if more else []
    return [(label if at == 0 else Span(""), text) for at, text in enumerate([*shown, *last])]


def _columns(rows: Sequence[dict[str, Any]], distribution: str, speech: Speech) -> tuple[Cells, ...]:
    """Return the statistic, its degrees of freedom and p; the value before them where there is one."""
    columns = {STATISTICS[distribution]: _numbers([row["statistic"] for row in rows], speech)}
    if "value" in rows[0]:
        columns = {"value": _numbers([row["value"] for row in rows], speech), **columns}
    columns["test_degrees"] = tuple(_degrees(row["df_num"], row["df_den"], speech) for row in rows)
    columns["p_value"] = tuple(speech.numeral(probability(row["p_value"])) for row in rows)
    return tuple(Cells(speech.say(phrase), texts) for phrase, texts in columns.items())


def _numbers(values: Sequence[float | None], speech: Speech) -> tuple[str, ...]:
    return tuple(map(speech.numeral, align_on_point([significant(value) for value in values])))


def _degrees(df_num: float | None, df_den: float | None, speech: Speech) -> str:
    known = [speech.numeral(f"{df:.{DEGREES_DIGITS}g}") for df in (df_num, df_den) if df is not None]
    return speech.say("and").join(f" {text} " for text in known).strip() if known else ABSENT
