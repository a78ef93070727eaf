"""Terms as plain data for the model file, and back; docs/reference/model-file.md explains the form."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reta.design.expression import ARITHMETIC, FUNCTIONS, MAX_DEPTH, Constant, Operation, Source
from reta.design.product import Product
from reta.design.terms import Categorical, Numeric
from reta.design.transforms import MAX_DEGREE, Polynomial, Transform

if TYPE_CHECKING:
    from reta.design.expression import Expression
    from reta.design.product import Factor, Term

__all__ = ["response_of", "term_data", "term_of"]


def term_data(term: Term) -> dict[str, Any]:
    """Return a term as JSON has it."""
    match term:
        case Numeric():
            return {"kind": "number", "column": term.column, "fill": term.fill}
        case Categorical():
            full = {"full": True} if term.full else {}
            return {"kind": "categorical", "column": term.column, "levels": list(term.levels), **full}
        case Transform():
            return {"kind": "transform", "expression": _expression_data(term.expression), "fills": dict(term.fills)}
        case Polynomial():
            expression = _expression_data(term.expression)
            return {
                "kind": "polynomial",
                "expression": expression,
                "degree": term.degree,
                "fills": dict(term.fills),
            }
        case Product():
            return {"kind": "product", "factors": [term_data(factor) for factor in term.factors]}


def term_of(data: dict[str, Any]) -> Term:
    """Return the term that ``term_data`` wrote; KeyError, TypeError or ValueError where it is anything else."""
    if data["kind"] != "product":
        return _factor(data)
    _require_keys(data, {"kind", "factors"})
    factors = tuple(_factor(factor) for factor in _list(data["factors"]))
    if len(factors) < 2:
        raise ValueError("a product has two factors or more")
    return Product(factors)


def response_of(data: dict[str, Any]) -> Transform:
    """Return the computed target that ``term_data`` wrote; the same errors."""
    term = term_of(data)
    if not isinstance(term, Transform):
        raise TypeError(f"a response is a transform, not {data['kind']!r}")
    return term


def _factor(data: dict[str, Any]) -> Factor:
    match data["kind"]:
        case "number":
            _require_keys(data, {"kind", "column", "fill"})
            return Numeric(_text(data["column"]), None if data["fill"] is None else _number(data["fill"]))
        case "categorical":
            _require_keys(
                data, {"kind", "column", "levels", "full"} if "full" in data else {"kind", "column", "levels"}
            )
            levels = tuple(_text(level) for level in _list(data["levels"]))
            if not levels or len(set(levels)) < len(levels) or data.get("full", True) is not True:
                raise ValueError("levels are one or more, none twice")
            return Categorical(_text(data["column"]), levels, "full" in data)
        case "transform":
            _require_keys(data, {"kind", "expression", "fills"})
            return Transform(*_computed(data))
        case "polynomial":
            _require_keys(data, {"kind", "expression", "degree", "fills"})
            expression, fills = _computed(data)
            return Polynomial(expression, _degree(data["degree"]), fills)
        case kind:
            raise ValueError(f"unknown kind of term {kind!r}")


def _computed(data: dict[str, Any]) -> tuple[Expression, dict[str, float]]:
    expression = _expression(data["expression"], 0)
    fills = data["fills"]
    if not isinstance(fills, dict):
        raise TypeError(f"expected fills by column, not {fills!r}")
    return expression, {name: _number(fill) for name, fill in fills.items()}


def _expression_data(expression: Expression) -> Any:
    match expression:
        case Constant():
            return expression.value
        case Source():
            return {"column": expression.column}
        case Operation():
            return {"operation": expression.name, "operands": [_expression_data(each) for each in expression.operands]}


def _expression(data: Any, depth: int) -> Expression:
    if depth > MAX_DEPTH:
        raise ValueError(f"an expression is nested deeper than {MAX_DEPTH}")
    if not isinstance(data, dict):
        return Constant(_number(data))
    if "column" in data:
        _require_keys(data, {"column"})
        return Source(_text(data["column"]))
    _require_keys(data, {"operation", "operands"})
    name = _text(data["operation"])
    operands = tuple(_expression(each, depth + 1) for each in _list(data["operands"]))
    if name not in FUNCTIONS and name not in ARITHMETIC:
        raise ValueError(f"unknown operation {name!r}")
    if len(operands) != (1 if name in FUNCTIONS or name == "negative" else 2):
        raise ValueError(f"{name!r} of {len(operands)} operands")
    return Operation(name, operands)


def _degree(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MAX_DEGREE:
        raise ValueError(f"{value!r} is no degree")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise TypeError(f"expected a number, not {value!r}")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, not {value!r}")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {value!r}")
    return value


def _require_keys(data: dict[str, Any], expected: set[str]) -> None:
    if set(data) != expected:
        raise ValueError(f"keys differ: {', '.join(sorted(set(data) ^ expected))}")
