"""Features that move together: a sentence for every model, and a screen of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reta.screens.layout import Cells, Group, Span, heading, indented, paragraph, shortened, table
from reta.screens.numerals import ABSENT, align_on_point, r_squared, significant
from reta.screens.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from reta.model import LinearModel, Together
    from reta.screens.language import Speech
    from reta.screens.layout import Line

__all__ = ["collinearity_screen", "overlap_texts"]

MOST_GROUPS = 3
MOST_NAMES = 6
LARGEST_PLAIN = 10_000.0
NEARLY_DEPENDENT = 30.0
TAKES_PART = 0.5


def overlap_texts(groups: Sequence[Together], speech: Speech) -> list[str]:
    """Return a sentence for each group of features that move together, the strongest first."""
    texts = [
        speech.say("together", names=_joined(group.features, speech), vif=_size(group.vif, speech))
        for group in groups[:MOST_GROUPS]
    ]
    left = len(groups) - MOST_GROUPS
    return [*texts, speech.say("more_groups", n=speech.integer(left))] if left > 0 else texts


def collinearity_screen(name: str, model: LinearModel, speech: Speech, width: int) -> list[Line]:
    """Return the screen of a model's collinearity.

    Parameters
    ----------
    name
        What to call the model.
    model, speech, width
        As for ``model_screen``.
    """
    return [
        (Span(speech.say("collinearity_of", model=printable(name)), "title"),),
        (),
        *indented(_features(model.collinearity(), speech)),
        (),
        *indented(paragraph(speech.say("collinearity_explained"), width - 2, "muted")),
        *heading(speech.say("directions")),
        *indented(_directions(model.condition_indices(), speech, width - 2)),
    ]


def _features(frame: pl.DataFrame, speech: Speech) -> list[Line]:
    rows = frame.rows(named=True)
    vif = align_on_point([ABSENT if row["vif"] is None else _size(row["vif"], speech) for row in rows])
    shares = align_on_point([r_squared(row["r_squared_by_others"]) for row in rows])
    partners = [_shortlist(row["moves_with"], speech) for row in rows]
    wide = max(map(len, partners), default=0)
    columns = (
        Cells(speech.say("vif"), vif),
        Cells(speech.say("by_others"), tuple(map(speech.numeral, shares))),
        Cells(speech.say("moves_with").ljust(wide), tuple(text.ljust(wide) for text in partners)),
    )
    shown = columns if wide else columns[:2]
    return table(Cells("", tuple(shortened(row["term"]) for row in rows), "strong"), [Group("", shown)])


def _directions(frame: pl.DataFrame, speech: Speech, width: int) -> list[Line]:
    weak = list(_weak(frame.rows(named=True)))
    if not weak:
        largest: float = frame["condition_index"].max() or 1.0  # type: ignore[assignment]
        return paragraph(speech.say("no_directions", index=_size(largest, speech)), width)
    parts = [_shortlist(names, speech) or ABSENT for _, names in weak]
    wide = max(map(len, parts))
    sizes = align_on_point([_size(index, speech) for index, _ in weak])
    taking_part = Cells(speech.say("taking_part").ljust(wide), tuple(text.ljust(wide) for text in parts))
    return table(Cells(speech.say("condition_index"), sizes), [Group("", (taking_part,))])


def _weak(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[float, list[str]]]:
    """Yield the large condition indices, the largest first, with the terms whose variance comes from there."""
    indices = {row["direction"]: row["condition_index"] for row in rows}
    for direction in sorted(indices, reverse=True):
        if indices[direction] >= NEARLY_DEPENDENT:
            own = [row for row in rows if row["direction"] == direction]
            yield indices[direction], [row["term"] for row in own if row["variance_proportion"] > TAKES_PART]


def _size(value: float, speech: Speech) -> str:
    return speech.numeral(significant(value, 3) if value < LARGEST_PLAIN else f"{value:.1e}")


def _shortlist(names: Sequence[str], speech: Speech) -> str:
    shown = ", ".join(shortened(name) for name in names[:MOST_NAMES])
    more = len(names) - MOST_NAMES
    return speech.say("more", listed=shown, n=speech.integer(more)) if more > 0 else shown


def _joined(names: Sequence[str], speech: Speech) -> str:
    """Return "x3, x0 and x1"."""
    if len(names) > MOST_NAMES:
        return _shortlist(names, speech)
    *first, last = map(printable, names)
    return f"{', '.join(first)} {speech.say('and')} {last}" if first else last
