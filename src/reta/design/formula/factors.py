"""What the names and calls of a formula stand for in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.design.expression import columns_in, quoted
from reta.design.formula.arithmetic import arithmetic, function_of, only_argument
from reta.design.formula.syntax import Binary, Call, Literal, Name
from reta.design.terms import Categorical, Numeric
from reta.design.transforms import MAX_DEGREE, Polynomial, Transform

if TYPE_CHECKING:
    from collections.abc import Collection

    from reta.design.expression import Expression
    from reta.design.formula.columns import SourceColumns
    from reta.design.formula.syntax import Node
    from reta.design.product import Factor

__all__ = ["FactorReader", "response_of"]

RAW = {"True", "TRUE", "T"}


class FactorReader:
    """Reads factors and remembers them by key; two spellings of one factor have one key.

    Parameters
    ----------
    columns
        Those that a formula may name.
    taken
        Those that the dot does not stand for.

    Attributes
    ----------
    named
        Columns that are named as factors, and not by the dot alone.
    """

    def __init__(self, columns: SourceColumns, taken: Collection[str]) -> None:
        self._columns = columns
        self._taken = taken
        self._calls: dict[str, Factor] = {}
        self._names: dict[str, str] = {}
        self.named: set[str] = set()

    def key(self, node: Name | Call) -> str:
        """Return what identifies a factor, ``log(x)``; what a column holds is not looked at before ``factor``."""
        if isinstance(node, Name):
            self.named.add(self._columns.require(node))
            return self._column_key(node.column)
        factor = _call(node, self._columns)
        if isinstance(factor, Categorical) and self._columns.hold_levels(factor.column):
            self.named.add(factor.column)
            return self._column_key(factor.column)
        key = f"C({factor.label})" if isinstance(factor, Categorical) else factor.label
        self._calls[key] = factor
        return key

    def everything(self) -> list[str]:
        """Return the keys of all columns that are not taken."""
        return [self._column_key(name) for name in self._columns.names if name not in self._taken]

    def factor(self, key: str) -> Factor:
        """Return the factor of a key; DataError where a column holds dates."""
        if key in self._calls:
            return self._calls[key]
        column = self._names[key]
        if self._columns.hold_levels(column):
            return Categorical(column, ())
        self._columns.require_numbers(column)
        return Numeric(column)

    def _column_key(self, column: str) -> str:
        key = quoted(column)
        self._names[key] = column
        return key


def response_of(node: Node, columns: SourceColumns) -> Numeric | Transform:
    """Return a target: a column of numbers, or a function of some."""
    if isinstance(node, Name):
        columns.require_numbers(columns.require(node), is_target=True)
        return Numeric(node.column)
    factor = _call(node, columns) if isinstance(node, Call) else None
    if isinstance(factor, Transform):
        return factor
    place = _place(node)
    return columns.refuse("this is no target", place, "targets are columns, functions or I(a/b), joined by +")


def _call(call: Call, columns: SourceColumns) -> Factor:
    match call.function:
        case "C":
            return _levels(call, columns)
        case "poly":
            return _polynomial(call, columns)
        case "I":
            expression = arithmetic(only_argument(call, columns), columns)
        case _:
            expression = function_of(call, columns)
    return Transform(_of_some_column(expression, call, columns))


def _levels(call: Call, columns: SourceColumns) -> Categorical:
    node = only_argument(call, columns)
    if not isinstance(node, Name):
        columns.refuse("C() takes the name of one column", call.at, "as in C(region)")
    return Categorical(columns.require(node), ())


def _polynomial(call: Call, columns: SourceColumns) -> Polynomial:
    base, *rest = call.arguments
    given = {argument.keyword or name: argument.value for argument, name in zip(rest, ["degree", "raw"], strict=False)}
    if base.keyword or len(given) < len(rest) or not {"degree"} <= given.keys() <= {"degree", "raw"}:
        columns.refuse("poly() takes what to raise and the highest power", call.at, "as in poly(x, 3)")
    raw = given.get("raw")
    if raw is not None and not (isinstance(raw, Name) and raw.column in RAW):
        columns.refuse("poly() is x, x^2, … themselves", call.at, "there are no orthogonal ones; leave out raw=")
    expression = _of_some_column(arithmetic(base.value, columns), call, columns)
    return Polynomial(expression, _degree(given["degree"], call, columns))


def _degree(node: Node, call: Call, columns: SourceColumns) -> int:
    if isinstance(node, Literal) and node.text.isdecimal() and 1 <= int(node.text) <= MAX_DEGREE:
        return int(node.text)
    what = f"the degree of poly() is no whole number from 1 to {MAX_DEGREE:,}"
    return columns.refuse(what, call.at, "as in poly(x, 3)")


def _of_some_column(expression: Expression, call: Call, columns: SourceColumns) -> Expression:
    if not columns_in(expression):
        columns.refuse(f"{call.function}() of no column is no term", call.at, "the intercept is 1")
    return expression


def _place(node: Node) -> int:
    return min(_place(node.left), node.at) if isinstance(node, Binary) else node.at
