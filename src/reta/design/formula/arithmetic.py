"""What stands inside of ``I(…)``, ``poly(…)`` and functions: arithmetic of columns."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

from reta.design.expression import FUNCTIONS, Constant, Operation, Source
from reta.design.formula.syntax import Binary, Call, Everything, Literal, Name, Signed

if TYPE_CHECKING:
    from reta.design.expression import Expression
    from reta.design.formula.columns import SourceColumns
    from reta.design.formula.syntax import Node

__all__ = ["KNOWN", "arithmetic", "function_of", "only_argument"]

KNOWN = ("C", "I", "poly", *FUNCTIONS)
ELSEWHERE = {
    "factor": "write C(column)",
    "as.factor": "write C(column)",
    "cbind": "join targets by +",
    "offset": "take it away from the target, as in I(y - x)",
    "bs": "there are no splines",
    "ns": "there are no splines",
}


def arithmetic(node: Node, columns: SourceColumns) -> Expression:
    """Return what a node computes.

    Raises
    ------
    UsageError
        A column or function that is not there, or what makes sense between terms only.
    DataError
        A column that holds no numbers.
    """
    match node:
        case Literal():
            return _constant(node, columns)
        case Name():
            columns.require_numbers(columns.require(node))
            return Source(node.column)
        case Call(function="I"):
            return arithmetic(only_argument(node, columns), columns)
        case Call():
            return function_of(node, columns)
        case Signed():
            return Operation("negative", (arithmetic(node.operand, columns),))
        case Binary(sign=":"):
            return columns.refuse("':' makes no sense inside of a function", node.at, "multiply by *")
        case Binary():
            return Operation(node.sign, (arithmetic(node.left, columns), arithmetic(node.right, columns)))
        case Everything():
            return columns.refuse("the dot makes no sense inside of a function", node.at, "name a column")


def function_of(call: Call, columns: SourceColumns) -> Expression:
    """Return what a call of one of ``FUNCTIONS`` computes; the same errors."""
    if call.function in {"C", "poly"}:
        columns.refuse(f"{call.function}() makes no sense inside of a function", call.at, "it is a term by itself")
    if call.function not in FUNCTIONS:
        _refuse_function(call, columns)
    return Operation(call.function, (arithmetic(only_argument(call, columns), columns),))


def only_argument(call: Call, columns: SourceColumns) -> Node:
    """Return the one argument that the function takes."""
    argument = call.arguments[0]
    if len(call.arguments) > 1 or argument.keyword:
        columns.refuse(f"{call.function}() takes one thing", call.at, f"as in {call.function}(x)")
    return argument.value


def _constant(node: Literal, columns: SourceColumns) -> Constant:
    value = float(node.text)
    if not math.isfinite(value):
        columns.refuse(f"{node.text} is too large for float64", node.at, "write a smaller number")
    return Constant(value)


def _refuse_function(call: Call, columns: SourceColumns) -> NoReturn:
    last = call.function.rpartition(".")[2]
    near = [last] if last in FUNCTIONS else get_close_matches(call.function, KNOWN, n=1, cutoff=0.7)
    meant = f"did you mean {near[0]}()? Known are" if near else "known are"
    advice = ELSEWHERE.get(call.function) or f"{meant} {', '.join(KNOWN)}"
    columns.refuse(f"no function {call.function}()", call.at, advice)
