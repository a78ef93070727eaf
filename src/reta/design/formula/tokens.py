"""The text of a formula cut into words, numbers and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reta.design.formula.errors import misread

__all__ = ["Token", "TokenKind", "tokens_of"]

TokenKind: TypeAlias = Literal["name", "quoted", "number", "sign", "end"]

_PATTERN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d][\w.]*)
      | `(?P<quoted>[^`]+)`
      | (?P<sign>\*\*|[~+\-*/:^(),.=])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, and its position from 0; the last one is empty."""

    kind: TokenKind
    text: str
    at: int


def tokens_of(formula: str) -> list[Token]:
    """Return the pieces in order, ``^`` as ``**``; UsageError at a character that no formula has."""
    tokens: list[Token] = []
    at = 0
    end = len(formula.rstrip())
    while at < end:
        found = _PATTERN.match(formula, at)
        if found is None:
            at += len(formula[at:]) - len(formula[at:].lstrip())
            raise misread(*_stranger(formula, at))
        kind: TokenKind = found.lastgroup  # type: ignore[assignment]  # one of the pattern's groups
        text = found[kind]
        tokens.append(Token(kind, "**" if text == "^" else text, found.start(kind) - (kind == "quoted")))
        at = found.end()
    return [*tokens, Token("end", "", end)]


def _stranger(formula: str, at: int) -> tuple[str, str, int, str]:
    match formula[at]:
        case "`":
            return "a backtick is opened and not closed", formula, at, "write a name as `my column`"
        case "|":
            return "`|` is not known", formula, at, "there are no groups of coefficients; a:b or a*b is an interaction"
        case "%":
            return "`%in%` is not known", formula, at, "write a:b"
        case "'" | '"':
            return "quotes are not known", formula, at, "put a column's name in backticks"
        case sign:
            return f"'{sign}' is not known", formula, at, "put a column's name with such signs in backticks"
