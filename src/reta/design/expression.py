"""Arithmetic of columns as plain data: what ``log(rain + 1)`` or ``I(x**2)`` of a formula stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "ARITHMETIC",
    "FUNCTIONS",
    "MAX_DEPTH",
    "Constant",
    "Expression",
    "Operation",
    "Source",
    "columns_in",
    "quoted",
    "text_of",
]

FUNCTIONS: dict[str, Callable[..., np.ndarray]] = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "log1p": np.log1p,
    "exp": np.exp,
    "expm1": np.expm1,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "ceil": np.ceil,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
}
ARITHMETIC: dict[str, Callable[..., np.ndarray]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "**": np.power,
    "negative": np.negative,
}
_BINDING = {"+": 1, "-": 1, "negative": 2, "*": 3, "/": 3, "**": 4}
_TIGHTEST = 5
MAX_DEPTH = 100
_PLAIN_NAME = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, finite."""

    value: float


@dataclass(frozen=True, slots=True)
class Source:
    """A column of the source, a number in every row."""

    column: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A function or an operator of ``FUNCTIONS`` and ``ARITHMETIC``, and what it is applied to."""

    name: str
    operands: tuple[Expression, ...]


Expression: TypeAlias = Constant | Source | Operation


def columns_in(expression: Expression) -> tuple[str, ...]:
    """Return the columns that the expression needs, each once, as they come."""
    if isinstance(expression, Source):
        return (expression.column,)
    operands = expression.operands if isinstance(expression, Operation) else ()
    return tuple(dict.fromkeys(name for operand in operands for name in columns_in(operand)))


def text_of(expression: Expression) -> str:
    """Return the expression as a formula has it, in one spelling: ``3*x1**2 + x2``."""
    if isinstance(expression, Constant):
        return repr(expression.value).removesuffix(".0")
    if isinstance(expression, Source):
        return quoted(expression.column)
    if expression.name in FUNCTIONS:
        return f"{expression.name}({', '.join(map(text_of, expression.operands))})"
    return _operator_text(expression)


def quoted(column: str) -> str:
    """Return a column's name as a formula has it: in backticks where it is no plain word."""
    return column if _PLAIN_NAME.fullmatch(column) else f"`{column}`"


def _operator_text(operation: Operation) -> str:
    binding = _BINDING[operation.name]
    if operation.name == "negative":
        return f"-{_within(operation.operands[0], binding + 1)}"
    left, right = operation.operands
    to_the_right = operation.name == "**"
    sign = f" {operation.name} " if binding == 1 else operation.name
    return f"{_within(left, binding + to_the_right)}{sign}{_within(right, binding + (not to_the_right))}"


def _within(expression: Expression, least: int) -> str:
    """Return the text, in parentheses where it binds less tightly than ``least``."""
    text = text_of(expression)
    binds = _BINDING.get(expression.name, _TIGHTEST) if isinstance(expression, Operation) else _TIGHTEST
    return f"({text})" if binds < least or (binds == _TIGHTEST and text.startswith("-")) else text
