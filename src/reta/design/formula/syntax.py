"""What a formula's text says, before it is known what its names are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Argument", "Binary", "Call", "Everything", "Literal", "Name", "Node", "Sides", "Signed"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as it is written, not negative."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A column."""

    column: str
    at: int


@dataclass(frozen=True, slots=True)
class Everything:
    """The dot: every other column."""

    at: int


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands between the parentheses of a call, behind its keyword if it has one."""

    keyword: str | None
    value: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function's name with parentheses behind it."""

    function: str
    arguments: tuple[Argument, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Signed:
    """A minus before something."""

    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two things; ``at`` is the operator's place."""

    sign: str
    left: Node
    right: Node
    at: int


Node: TypeAlias = Literal | Name | Everything | Call | Signed | Binary


@dataclass(frozen=True, slots=True)
class Sides:
    """A formula: targets left of ``~``, features right of it."""

    text: str
    left: Node
    right: Node
