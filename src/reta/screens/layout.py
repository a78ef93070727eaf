"""Screens as plain data: lines of styled spans, and the tables, facts and paragraphs they are made of."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from reta.screens.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Cells", "Group", "Line", "Span", "facts", "heading", "indented", "pack", "paragraph", "shortened", "table"]

Style: TypeAlias = Literal["plain", "title", "heading", "label", "muted", "strong", "warning", "command"]
GAP = "  "
GROUP_GAP = "   "
INDENT = "  "
READABLE_WIDTH = 100
LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one style."""

    text: str
    style: Style = "plain"


Line: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of a table: its heading, one text a row, and ``width``, the characters that it takes."""

    heading: str
    texts: tuple[str, ...]
    style: Style = "plain"
    width: int = field(init=False)  # asked for once a row

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", max(map(_text_width, (self.heading, *self.texts))))


@dataclass(frozen=True, slots=True)
class Group:
    """Columns under one heading; ``heading`` may be empty."""

    heading: str
    columns: tuple[Cells, ...]

    @property
    def width(self) -> int:
        """Characters it takes, gaps included."""
        return max(
            sum(column.width for column in self.columns) + len(GAP) * (len(self.columns) - 1), _text_width(self.heading)
        )


def pack(labels: Cells, groups: Sequence[Group], width: int) -> list[list[Group]]:
    """Divide groups into panels, each of which fits into ``width`` behind the row labels."""
    panels: list[list[Group]] = [[]]
    used = labels.width
    for group in groups:
        needed = len(GROUP_GAP) + group.width
        if panels[-1] and used + needed > width:
            panels.append([])
            used = labels.width
        panels[-1].append(group)
        used += needed
    return panels


def table(labels: Cells, groups: Sequence[Group]) -> list[Line]:
    """Return groups of columns side by side behind the row labels."""
    margin = Span(" " * (labels.width + len(GROUP_GAP)))
    gap = Span(GROUP_GAP)
    lines: list[Line] = []
    if any(group.heading for group in groups):
        lines.append((margin, *_between([Span(_left(g.heading, g.width), "strong") for g in groups], gap)))
        lines.append((margin, *_between([Span("─" * g.width, "muted") for g in groups], gap)))
    headings = _between([Span(_spread(g, [c.heading for c in g.columns]), "label") for g in groups], gap)
    lines.append((Span(_left(labels.heading, labels.width), "label"), gap, *headings))
    total = labels.width + sum(len(GROUP_GAP) + group.width for group in groups)
    lines.append((Span("─" * total, "muted"),))
    return [*lines, *(_row(labels, groups, row) for row in range(len(labels.texts)))]


def facts(pairs: Sequence[tuple[Span, str]], width: int) -> list[Line]:
    """Return labelled values, the values in one column and wrapped within it."""
    indent = max(_text_width(label.text) for label, _ in pairs) + len(GROUP_GAP)
    lines: list[Line] = []
    for label, value in pairs:
        first, *rest = _wrapped(value, min(width, READABLE_WIDTH) - indent)
        lines.append((Span(_left(label.text, indent), label.style), Span(first)))
        lines.extend((Span(" " * indent), Span(text)) for text in rest)
    return lines


def indented(lines: Iterable[Line]) -> list[Line]:
    """Return lines moved to the right."""
    return [(Span(INDENT), *line) for line in lines]


def heading(text: str) -> list[Line]:
    """Return an empty line and a heading."""
    return [(), (Span(text, "heading"),)]


def paragraph(text: str, width: int, style: Style = "plain") -> list[Line]:
    """Return wrapped text."""
    return [(Span(part, style),) for part in _wrapped(text, min(width, READABLE_WIDTH))]


def _wrapped(text: str, width: int) -> list[str]:
    """Break text between words; a longer word stays whole."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and _text_width(lines[-1]) + 1 + _text_width(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """Return a column's name, its end cut where it is too long for a table."""
    name = printable(name)
    return name if _text_width(name) <= longest else name[: longest - 3] + "..."


def _text_width(text: str) -> int:
    """Count the character cells that text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum((unicodedata.east_asian_width(c) in "WF") + (not unicodedata.combining(c)) for c in text)


def _row(labels: Cells, groups: Sequence[Group], row: int) -> Line:
    spans = [Span(_left(labels.texts[row], labels.width), labels.style)]
    for group in groups:
        spans.append(Span(GROUP_GAP + " " * _slack(group)))
        cells = [Span(_right(column.texts[row], column.width), column.style) for column in group.columns]
        spans.extend(_between(cells, Span(GAP)))
    return tuple(spans)


def _spread(group: Group, texts: Sequence[str]) -> str:
    cells = [_right(text, column.width) for text, column in zip(texts, group.columns, strict=True)]
    return " " * _slack(group) + GAP.join(cells)


def _slack(group: Group) -> int:
    return group.width - sum(column.width for column in group.columns) - len(GAP) * (len(group.columns) - 1)


def _between(spans: Sequence[Span], gap: Span) -> list[Span]:
    return [part for span in spans for part in (gap, span)][1:]


def _left(text: str, width: int) -> str:
    return text + " " * (width - _text_width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _text_width(text)) + text
