"""Which terms a formula stands for: ``a*b`` is ``a + b + a:b``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeAlias

from reta.design.formula.errors import misread
from reta.design.formula.syntax import Binary, Call, Everything, Literal, Name, Signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reta.design.formula.syntax import Node

__all__ = ["MAX_TERMS", "Factors", "Interaction", "Terms", "expand"]

MAX_TERMS = 1_000

Interaction: TypeAlias = tuple[str, ...]


class Factors(Protocol):
    """Gives the factors of a formula their names."""

    def key(self, node: Name | Call) -> str:
        """Return what identifies a factor."""
        ...

    def everything(self) -> Sequence[str]:
        """Return what identifies every column that the dot stands for."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms, each the keys of its factors; two with the same factors are one.

    Attributes
    ----------
    interactions
        In order.
    intercept
        Whether there is one; ``None`` where the formula has not said so far.
    """

    interactions: tuple[Interaction, ...] = ()
    intercept: bool | None = None


def expand(node: Node, factors: Factors, formula: str) -> Terms:
    """Return the terms of the right side, by degree and else as written.

    Raises
    ------
    UsageError
        An operator or number where it makes no sense; more than ``MAX_TERMS`` terms.
    """
    terms = _Expansion(factors, formula).of(node)
    return Terms(tuple(sorted(terms.interactions, key=len)), terms.intercept)


class _Expansion:
    def __init__(self, factors: Factors, formula: str) -> None:
        self._factors = factors
        self._formula = formula

    def of(self, node: Node) -> Terms:
        match node:
            case Literal():
                return self._constant(node)
            case Name() | Call():
                return Terms(((self._factors.key(node),),))
            case Everything():
                return Terms(tuple((key,) for key in self._factors.everything()))
            case Signed():
                return self._added(Terms(), [(node.operand, False)])
            case Binary(sign="+" | "-"):
                return self._sum(node)
            case Binary(sign="**"):
                return self._power(node)
            case Binary():
                return self._product(node)

    def _constant(self, node: Literal) -> Terms:
        if node.text not in {"0", "1"}:
            self._refuse(f"{node.text} is no term", node.at, "only 1 (the intercept) and 0 (none) are; see also I(…)")
        return Terms(intercept=node.text == "1")

    def _sum(self, node: Node) -> Terms:
        steps: list[tuple[Node, bool]] = []
        while isinstance(node, Binary) and node.sign in {"+", "-"}:
            signed = isinstance(node.right, Signed)
            operand = node.right.operand if isinstance(node.right, Signed) else node.right
            steps.append((operand, (node.sign == "+") != signed))
            node = node.left
        return self._added(self.of(node), steps[::-1])

    def _added(self, first: Terms, steps: Sequence[tuple[Node, bool]]) -> Terms:
        """Return the terms with others added (true) or taken away, one after the other."""
        found = {frozenset(interaction): interaction for interaction in first.interactions}
        intercept = first.intercept
        for node, added in steps:
            terms = self.of(node)
            for interaction in terms.interactions:
                if added:
                    found.setdefault(frozenset(interaction), interaction)
                else:
                    found.pop(frozenset(interaction), None)
            intercept = intercept if terms.intercept is None else terms.intercept == added
        return Terms(tuple(found.values()), intercept)

    def _product(self, node: Binary) -> Terms:
        left, right = self._without_intercept(node.left, node), self._without_intercept(node.right, node)
        products = _products(left, right)
        if node.sign == "*":
            products = [*left, *right, *products]
        elif node.sign == "/":
            all_left = _distinct(key for interaction in left for key in interaction)
            products = [*left, *_products([all_left], right)]
        return Terms(self._different(products, node.at))

    def _power(self, node: Binary) -> Terms:
        exponent = node.right
        if not (isinstance(exponent, Literal) and exponent.text.isdecimal() and int(exponent.text) > 0):
            self._refuse("the power of a sum is no positive integer", node.at, "the square of a column is I(x**2)")
        base = self._without_intercept(node.left, node)
        result = base
        for _ in range(min(int(exponent.text), len(base)) - 1):
            result = self._different(_products(result, base), node.at)
        return Terms(result)

    def _without_intercept(self, node: Node, operator: Binary) -> tuple[Interaction, ...]:
        terms = self.of(node)
        if isinstance(node, Signed):
            self._refuse("a minus makes no sense", node.at, "terms are taken away at the end of a sum")
        if terms.intercept is not None:
            self._refuse(f"0 or 1 with '{operator.sign}' makes no sense", operator.at, "they are added or taken away")
        return terms.interactions

    def _different(self, interactions: Sequence[Interaction], at: int) -> tuple[Interaction, ...]:
        found: dict[frozenset[str], Interaction] = {}
        for interaction in interactions:
            found.setdefault(frozenset(interaction), interaction)
        if len(found) > MAX_TERMS:
            self._refuse(f"more than {MAX_TERMS:,} terms are made", at, "ask for fewer interactions")
        return tuple(found.values())

    def _refuse(self, problem: str, at: int, advice: str) -> NoReturn:
        raise misread(problem, self._formula, at, advice)


def _products(left: Iterable[Interaction], right: Sequence[Interaction]) -> list[Interaction]:
    return [_distinct((*a, *b)) for a in left for b in right]


def _distinct(keys: Iterable[str]) -> Interaction:
    return tuple(dict.fromkeys(keys))
