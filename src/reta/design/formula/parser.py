"""From text to syntax, by recursive descent.

::

    formula     = sum "~" sum
    sum         = signed { ("+" | "-") signed }
    signed      = { "+" | "-" } product
    product     = interaction { ("*" | "/") { "+" | "-" } interaction }
    interaction = power { ":" power }
    power       = atom [ "**" exponent ]
    exponent    = { "+" | "-" } power
    atom        = number | "." | name | name "(" argument { "," argument } ")" | "(" sum ")"
    argument    = [ name "=" ] sum

Formulas and the arithmetic inside of ``I(…)`` and of functions are written alike; which operator makes sense where, is
for those who read the syntax to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.design.formula.errors import misread
from reta.design.formula.flat import require_flat
from reta.design.formula.syntax import Argument, Binary, Call, Everything, Literal, Name, Sides, Signed
from reta.design.formula.tokens import tokens_of
from reta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.design.formula.syntax import Node
    from reta.design.formula.tokens import Token

__all__ = ["MAX_NESTING", "parse"]

MAX_NESTING = 50


def parse(formula: str) -> Sides:
    """Return both sides of a formula.

    Raises
    ------
    UsageError
        The text is no formula; with the place and what would be.
    """
    if "~" not in formula:
        raise UsageError(f"'{formula}' has no ~: write targets ~ features, as in apples + oranges ~ temp + rainfall")
    return _Parser(formula).sides()


class _Parser:
    def __init__(self, formula: str) -> None:
        self._formula = formula
        self._tokens = tokens_of(formula)
        self._next = 0
        self._depth = 0

    def sides(self) -> Sides:
        left = self._side("left of ~, where the targets stand")
        self._take("~")
        right = self._side("right of ~, where the features stand")
        if self._sign == "~":
            raise self._wrong("there is a second ~", "a formula has one")
        if self._token.kind != "end":
            raise self._unexpected()
        for side in (left, right):
            require_flat(side, self._formula)
        return Sides(self._formula, left, right)

    def _side(self, where: str) -> Node:
        if self._token.kind == "end" or self._sign == "~":
            raise self._wrong(f"nothing is {where},")
        return self._sum()

    def _sum(self) -> Node:
        return self._nested(lambda: self._chain(("+", "-"), self._signed))

    def _nested(self, read: Callable[[], Node]) -> Node:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._wrong(f"more than {MAX_NESTING} parentheses or powers are open", "write it more flatly")
        node = read()
        self._depth -= 1
        return node

    def _signed(self) -> Node:
        return self._behind_signs(self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), lambda: self._behind_signs(self._interaction))

    def _interaction(self) -> Node:
        return self._chain((":",), self._power)

    def _power(self) -> Node:
        left = self._atom()
        if self._sign != "**":
            return left
        at = self._take("**").at
        return Binary("**", left, self._nested(lambda: self._behind_signs(self._power)), at)

    def _chain(self, signs: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        node = operand()
        while self._sign in signs:
            sign = self._take(self._sign)
            node = Binary(sign.text, node, operand(), sign.at)
        return node

    def _behind_signs(self, operand: Callable[[], Node]) -> Node:
        signs: list[Token] = []
        while self._sign in {"+", "-"}:
            signs.append(self._take(self._sign))
        minus = [sign for sign in signs if sign.text == "-"]
        node = operand()
        return Signed(node, minus[0].at) if len(minus) % 2 else node

    def _atom(self) -> Node:
        token = self._token
        if token.kind in {"number", "name", "quoted"} or self._sign in {".", "("}:
            self._next += 1
        match token.kind, token.text:
            case "number", text:
                return Literal(text, token.at)
            case "quoted", text:
                return Name(text, token.at)
            case "name", text:
                return self._call(token) if self._sign == "(" else Name(text, token.at)
            case "sign", ".":
                return Everything(token.at)
            case "sign", "(":
                return self._closed(self._sum(), token)
        raise self._unexpected()

    def _call(self, function: Token) -> Node:
        opening = self._take("(")
        arguments = [self._argument()]
        while self._sign == ",":
            self._take(",")
            arguments.append(self._argument())
        return self._closed(Call(function.text, tuple(arguments), function.at), opening)

    def _argument(self) -> Argument:
        keyword = None
        if self._token.kind == "name" and self._tokens[self._next + 1].text == "=":
            keyword = self._token.text
            self._next += 2
        return Argument(keyword, self._sum())

    def _closed(self, node: Node, opening: Token) -> Node:
        if self._token.kind == "end":
            raise misread("a parenthesis is opened and not closed", self._formula, opening.at, "add the missing )")
        self._take(")")
        return node

    def _take(self, sign: str) -> Token:
        token = self._token
        if self._sign != sign:
            raise self._unexpected()
        self._next += 1
        return token

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    @property
    def _sign(self) -> str:
        return self._token.text if self._token.kind == "sign" else ""

    def _unexpected(self) -> UsageError:
        before = self._tokens[self._next - 1] if self._next else None
        unfinished = before is None or (before.kind == "sign" and before.text not in {")", "."})
        if self._token.kind == "end" or (self._sign == ")" and unfinished):
            return self._wrong("something is missing", "write a column or a number there")
        if self._sign == ")":
            return self._wrong("a parenthesis is closed that was never opened", "leave out this )")
        if self._sign and unfinished:
            return self._wrong(f"'{self._sign}' makes no sense", "write a column or a number there")
        return self._wrong("an operator is missing", "join terms by + or :")

    def _wrong(self, problem: str, advice: str = "") -> UsageError:
        return misread(problem, self._formula, self._token.at, advice)
