"""Linear hypotheses in words, "temp = 0, rainfall = 2*humidity", as a matrix and what its rows come to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from reta.design.near import suggest_column
from reta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reta.types import FloatArray

    Equation: TypeAlias = dict[str, Fraction]

__all__ = ["Constraints", "all_zero", "parse_constraints"]

TOKEN = re.compile(
    r"""\s*(?:
        `(?P<quoted>[^`]+)`
      | (?P<number>(?:\d++\.?+\d*+|\.\d++)(?:[eE][+-]?\d++)?+)(?=[\s=+\-*/,]|$)
      | (?P<name>[^\s=+\-*/,`]+)
      | (?P<sign>[=+\-*/,])
    )""",
    re.VERBOSE,
)
CONSTANT = ""
NAMES_SHOWN = 12
LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True, eq=False)
class Constraints:
    """q hypotheses ``R b = r`` about m coefficients b, none of which follows from the others.

    Attributes
    ----------
    texts
        Each hypothesis as it was written, q of them.
    R
        Shape (q, m), without unit.
    r
        Shape (q,), in target / feature units, as the hypotheses have them.
    """

    texts: tuple[str, ...]
    R: FloatArray
    r: FloatArray

    @property
    def text(self) -> str:
        """The hypotheses in one line."""
        return ", ".join(self.texts)


def all_zero(names: Sequence[str]) -> str:
    """Return the hypotheses that the coefficients of these names are zero.

    Examples
    --------
    >>> all_zero(["temp", "soil type"])
    'temp = 0, `soil type` = 0'
    """
    return ", ".join(f"{_quoted(name)} = 0" for name in names)


def _quoted(name: str) -> str:
    token = TOKEN.fullmatch(name)
    return name if token is not None and token["name"] == name else f"`{name}`"


def parse_constraints(text: str, terms: Sequence[str], unavailable: Mapping[str, str] | None = None) -> Constraints:
    """Read hypotheses.

    Parameters
    ----------
    text
        Equations with commas between them; ``a = b = 0`` is two. Each side is a sum of names, of numbers and of names
        with numeric factors: ``2*temp - rainfall/3 = 1``. Names with blanks, commas or signs stand in backticks.
    terms
        Names of the m coefficients, the intercept's being ``intercept``.
    unavailable
        Names about which nothing can be tested, and why.

    Raises
    ------
    UsageError
        A hypothesis cannot be read, names no coefficient or one that is unavailable, contradicts the others or
        follows from them.

    Notes
    -----
    Numbers are taken as the fractions that they spell, so that redundancy and contradiction are decided exactly.

    Examples
    --------
    >>> found = parse_constraints("temp = 0, rainfall = 2*humidity + 1", ["temp", "rainfall", "humidity"])
    >>> found.R.tolist(), found.r.tolist()
    ([[1.0, 0.0, 0.0], [0.0, 1.0, -2.0]], [0.0, 1.0])
    """
    equations = [found for part in _parts(text) for found in _equations(part)]
    for _, equation in equations:
        for name in equation:
            _require(name, terms, unavailable or {})
    _require_independent(equations)
    position = {name: at for at, name in enumerate(terms)}
    R, r = np.zeros((len(equations), len(terms))), np.zeros(len(equations))
    for row, (written, equation) in enumerate(equations):
        for name, factor in equation.items():
            if name == CONSTANT:
                r[row] = _float(-factor, written)
            else:
                R[row, position[name]] = _float(factor, written)
    return Constraints(tuple(written for written, _ in equations), R, r)


def _parts(text: str) -> list[list[re.Match[str]]]:
    """Return the tokens of each hypothesis."""
    parts: list[list[re.Match[str]]] = [[]]
    at, end = 0, len(text.rstrip())
    while at < end:
        token = TOKEN.match(text, at, end)
        if token is None:
            raise UsageError(f"the hypothesis '{text[at:end].strip()}' opens a backtick that nothing closes")
        if token["sign"] == ",":
            parts.append([])
        else:
            parts[-1].append(token)
        at = token.end()
    if not all(parts):
        raise UsageError(f"'{text}' has an empty hypothesis: write for example temp = 0, rainfall = 2*humidity")
    return parts


def _equations(tokens: list[re.Match[str]]) -> list[tuple[str, Equation]]:
    """Return the equations of ``a = b = c`` as ``difference = 0``, each with its text."""
    written = _written(tokens)
    sides: list[list[re.Match[str]]] = [[]]
    for token in tokens:
        if token["sign"] == "=":
            sides.append([])
        else:
            sides[-1].append(token)
    if len(sides) == 1:
        raise UsageError(f"the hypothesis '{written}' does not say what it equals: write '{written} = 0'")
    sums = [_sum(side, written) for side in sides]
    found = []
    for at in range(len(sides) - 1):
        difference = _minus(sums[at], sums[at + 1])
        if not any(name != CONSTANT for name in difference):
            raise UsageError(f"the hypothesis '{written}' is about no coefficient: name one, for example temp = 0")
        found.append((f"{_written(sides[at])} = {_written(sides[at + 1])}", difference))
    return found


def _sum(tokens: list[re.Match[str]], written: str) -> Equation:
    """Return what a side adds up to, by name; numbers by themselves under the name ``CONSTANT``."""
    total: Equation = {}
    for sign, product in _products(tokens, written):
        name, factor = _product(product, written)
        total[name] = total.get(name, Fraction(0)) + sign * factor
    return total


def _products(tokens: list[re.Match[str]], written: str) -> list[tuple[int, list[re.Match[str]]]]:
    """Divide a sum at its plus and minus signs, several of which may stand before a product."""
    products: list[tuple[int, list[re.Match[str]]]] = [(1, [])]
    for token in tokens:
        sign, product = products[-1]
        if token["sign"] not in {"+", "-"}:
            product.append(token)
            continue
        turn = -1 if token["sign"] == "-" else 1
        if not product:
            products[-1] = (sign * turn, [])
        elif product[-1]["sign"]:
            raise UsageError(f"the hypothesis '{written}' has a sign after '{product[-1]['sign']}': put it in front")
        else:
            products.append((turn, []))
    return products


def _product(tokens: list[re.Match[str]], written: str) -> tuple[str, Fraction]:
    """Return the name and the number that a product comes to."""
    if not tokens or tokens[-1]["sign"]:
        raise UsageError(f"the hypothesis '{written}' lacks a name or a number on one side of a sign")
    for at, token in enumerate(tokens):
        if bool(token["sign"]) != bool(at % 2):
            raise UsageError(
                f"the hypothesis '{written}' cannot be read near '{token.group().strip()}': factors take *, and names "
                "with blanks or signs stand in backticks"
            )
    name, factor = CONSTANT, Fraction(1)
    signs = ["*", *(token["sign"] for token in tokens[1::2])]
    for sign, token in zip(signs, tokens[::2], strict=True):
        if token["number"]:
            factor = _scaled(factor, token["number"], sign, written)
        elif name or sign == "/":
            raise UsageError(f"the hypothesis '{written}' is not linear: coefficients take numbers as factors only")
        else:
            name = token["quoted"] or token["name"]
    return name, factor


def _scaled(factor: Fraction, text: str, sign: str, written: str) -> Fraction:
    size = float(text)
    if size == float("inf") or (size == 0.0 and text.lower().partition("e")[0].strip("0.")):
        raise UsageError(f"the hypothesis '{written}' has a number beyond the range of float64: {text[:40]}")
    if sign == "/" and size == 0.0:
        raise UsageError(f"the hypothesis '{written}' divides by zero")
    try:
        number = Fraction(text)
    except ValueError as error:
        raise UsageError(f"the hypothesis '{written}' has a number of {len(text):,} characters") from error
    return factor / number if sign == "/" else factor * number


def _minus(left: Equation, right: Equation) -> Equation:
    names = dict.fromkeys((*left, *right))
    zero = Fraction(0)
    difference = {name: left.get(name, zero) - right.get(name, zero) for name in names}
    return {name: factor for name, factor in difference.items() if factor}


def _require(name: str, terms: Sequence[str], unavailable: Mapping[str, str]) -> None:
    if name == CONSTANT:
        return
    if name in unavailable:
        raise UsageError(f"nothing can be tested about `{name}`: {unavailable[name]}")
    if name not in terms:
        shown = ", ".join(terms[:NAMES_SHOWN]) + (" …" if len(terms) > NAMES_SHOWN else "")
        raise UsageError(f"no coefficient `{name}`; there are {shown}{suggest_column(name, terms)}")
    if list(terms).count(name) > 1:
        raise UsageError(f"two coefficients are called `{name}`: rename the column to say which is meant")


def _require_independent(equations: Sequence[tuple[str, Equation]]) -> None:
    """Eliminate, in fractions; a row that comes to nothing follows from the rows before it, or contradicts them."""
    solved: dict[str, Equation] = {}
    for written, equation in equations:
        rest = dict(equation)
        for name, pivot in solved.items():
            if name in rest:
                rest = _minus(rest, {other: rest[name] * factor for other, factor in pivot.items()})
        lead = next((name for name in rest if name != CONSTANT), None)
        if lead is not None:
            solved[lead] = {name: factor / rest[lead] for name, factor in rest.items()}
        elif rest:
            raise UsageError(f"the hypothesis '{written}' contradicts the others: no coefficients can fulfil all")
        else:
            raise UsageError(f"the hypothesis '{written}' follows from the others: leave it out")


def _written(tokens: Sequence[re.Match[str]]) -> str:
    """Return the tokens with blanks where a person would put them: ``2*temp - rain = -1``."""
    text, before = "", "="
    for token in tokens:
        piece = token.group().strip()
        tight = token["sign"] in {"*", "/"} or before in {"*", "/", ""}
        text += piece if tight else f" {piece}"
        leads = token["sign"] in {"+", "-"} and before in {"=", "+", "-", ""}
        before = "" if leads else token["sign"] or "name"
    text = text.strip()
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _float(value: Fraction, written: str) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise UsageError(f"the hypothesis '{written}' has a number beyond the range of float64") from error
