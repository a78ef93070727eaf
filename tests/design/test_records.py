"""Terms as data: what is written is read back, and nothing else is taken for a term."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reta.design import Categorical, Numeric, Polynomial, Product, Term, Transform
from reta.design.expression import Constant, Operation, Source
from reta.design.records import response_of, term_data, term_of

SQUARE = Operation("**", (Source("x y"), Constant(2.0)))
TERMS: list[Term] = [
    Numeric("temp", 81.5),
    Numeric("temp"),
    Categorical("region", ("north", "south")),
    Categorical("region", ("north",), full=True),
    Transform(Operation("negative", (SQUARE,)), {"x y": 1.5}),
    Polynomial(SQUARE, 3, {"x y": 1.5}),
    Product((Categorical("region", ("a", "b"), full=True), Numeric("temp", 1.0), Polynomial(Source("x"), 2))),
]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_survives_json(term: Term) -> None:
    assert term_of(json.loads(json.dumps(term_data(term)))) == term


def test_a_term_is_data_that_a_person_can_read() -> None:
    assert term_data(TERMS[4]) == {
        "kind": "transform",
        "expression": {
            "operation": "negative",
            "operands": [{"operation": "**", "operands": [{"column": "x y"}, 2.0]}],
        },
        "fills": {"x y": 1.5},
    }


def transform(expression: Any, **more: Any) -> dict[str, Any]:
    return {"kind": "transform", "expression": expression, "fills": {}, **more}


def deep(levels: int) -> Any:
    return {"operation": "abs", "operands": [deep(levels - 1)]} if levels else {"column": "x"}


MALFORMED = [
    {"kind": "magic"},
    {},
    {"kind": "number", "column": "x"},
    {"kind": "number", "column": "x", "fill": "1"},
    {"kind": "number", "column": 3, "fill": None},
    {"kind": "number", "column": "x", "fill": 1.0, "also": 2},
    {"kind": "categorical", "column": "x", "levels": []},
    {"kind": "categorical", "column": "x", "levels": ["a", "a"]},
    {"kind": "categorical", "column": "x", "levels": ["a"], "full": 1},
    {"kind": "categorical", "column": "x", "levels": [1]},
    transform({"column": "x"}, code="import os"),
    transform({"column": "x", "operation": "abs"}),
    transform({"operation": "eval", "operands": [{"column": "x"}]}),
    transform({"operation": "log", "operands": [{"column": "x"}, 2.0]}),
    transform({"operation": "+", "operands": [{"column": "x"}]}),
    transform({"operation": ["log"], "operands": [{"column": "x"}]}),
    transform("x"),
    transform(True),
    transform([1.0]),
    transform(float("inf")),
    transform(deep(200)),
    {"kind": "transform", "expression": {"column": "x"}, "fills": {"x": None}},
    {"kind": "transform", "expression": {"column": "x"}, "fills": [1.0]},
    {"kind": "polynomial", "expression": {"column": "x"}, "degree": 0, "fills": {}},
    {"kind": "polynomial", "expression": {"column": "x"}, "degree": 2.0, "fills": {}},
    {"kind": "polynomial", "expression": {"column": "x"}, "degree": True, "fills": {}},
    {"kind": "polynomial", "expression": {"column": "x"}, "degree": 10**9, "fills": {}},
    {"kind": "product", "factors": [{"kind": "number", "column": "x", "fill": None}]},
    {"kind": "product", "factors": [term_data(TERMS[6]), term_data(TERMS[0])]},
    {"kind": "product", "factors": 3},
]


@pytest.mark.parametrize("data", MALFORMED, ids=str)
def test_what_is_no_term_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        term_of(data)


def test_a_response_is_a_transform() -> None:
    assert response_of(term_data(TERMS[4])) == TERMS[4]
    with pytest.raises(TypeError, match="a response is a transform, not 'number'"):
        response_of(term_data(TERMS[0]))
