"""How deep the syntax of a formula may be, so that whatever reads it recurs no deeper than Python can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.design.expression import MAX_DEPTH
from reta.design.formula.errors import misread
from reta.design.formula.syntax import Binary, Call, Signed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.design.formula.syntax import Node

__all__ = ["require_flat"]


def require_flat(side: Node, formula: str) -> None:
    """Raise UsageError where operators stand in one another too deeply; a sum of terms may be as long as it likes."""
    waiting = [(side, 0, False)]
    while waiting:
        node, depth, in_call = waiting.pop()
        if depth > MAX_DEPTH:
            raise misread(f"more than {MAX_DEPTH} operators work on one another", formula, node.at, "write less in one")
        waiting.extend(_within(node, depth, in_call=in_call))


def _within(node: Node, depth: int, *, in_call: bool) -> Iterator[tuple[Node, int, bool]]:
    match node:
        case Call():
            yield from ((argument.value, depth + 1, True) for argument in node.arguments)
        case Signed():
            yield node.operand, depth + 1, in_call
        case Binary():
            a_sum = node.sign in {"+", "-"} and not in_call
            yield node.left, depth + (not a_sum), in_call
            yield node.right, depth + 1, in_call
