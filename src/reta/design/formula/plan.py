"""A formula read against a table: which columns play which part, and what is made of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from reta.design.formula.coding import code
from reta.design.formula.columns import SourceColumns
from reta.design.formula.errors import misread
from reta.design.formula.expansion import expand
from reta.design.formula.factors import FactorReader, response_of
from reta.design.formula.parser import parse
from reta.design.formula.syntax import Binary
from reta.design.near import listed, suggest_column
from reta.design.plan import Plan, require_present, taken_as_levels
from reta.design.product import Product, factors_of
from reta.design.terms import Categorical, Numeric
from reta.design.transforms import Transform
from reta.design.weights import require_weights
from reta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reta.design.formula.coding import Coded
    from reta.design.formula.expansion import Terms
    from reta.design.formula.syntax import Node
    from reta.design.product import Factor, Term
    from reta.tables.table import Table
    from reta.types import Note

__all__ = ["plan_formula"]


def plan_formula(table: Table, formula: str, *, weights: str | None = None, exclude: Sequence[str] = ()) -> Plan:
    """Read a formula: ``apples + oranges ~ temp + poly(rain, 2) + C(region)``.

    Parameters
    ----------
    table
        The source.
    formula
        Targets, ``~``, terms; docs/how-to/formulas.md has the notation.
    weights
        Name of the column of weights.
    exclude
        Columns that the dot does not stand for.

    Raises
    ------
    UsageError
        The text is no formula, names a column or function that is not there, or gives a column two parts.
    DataError
        A column holds what cannot be computed with.
    """
    formula = re.sub(r"\s", " ", formula)
    sides = parse(formula)
    columns = SourceColumns(table, formula)
    targets = _targets(sides.left, columns)
    sources = [column for target in targets for column in target.columns]
    require_present(exclude, columns.names, table)
    reader = FactorReader(columns, {*sources, *exclude, *([] if weights is None else [weights])})
    terms = expand(sides.right, reader, formula)
    if not terms.interactions:
        raise misread("no column is left to explain anything", formula, len(formula), "name one besides the intercept")
    blocks = _terms(reader, terms)
    features = list(dict.fromkeys(column for term in blocks for column in term.columns))
    factors = [factor for term in blocks for factor in factors_of(term)]
    _require_one_part(table, features, sources, weights)
    _require_one_use(factors)
    plan = Plan(
        features=tuple(features),
        targets=tuple(target.names[0] for target in targets),
        categorical=tuple(dict.fromkeys(factor.column for factor in factors if isinstance(factor, Categorical))),
        weights=weights,
        responses=tuple(target for target in targets if isinstance(target, Transform)),
        fit_intercept=terms.intercept is not False,
    )
    plain = plan.fit_intercept and not plan.responses and all(map(_is_column, blocks))
    notes = tuple(_unasked(table, plan, formula))
    text = {column.name for column in table.columns if column.kind == "text"}
    unasked = tuple(name for name in plan.categorical if name in text and name not in reader.named)
    return replace(plan, formula_terms=None if plain else blocks, notes=notes, unasked=unasked)


def _targets(left: Node, columns: SourceColumns) -> list[Numeric | Transform]:
    nodes: list[Node] = []
    while isinstance(left, Binary) and left.sign == "+":
        nodes.append(left.right)
        left = left.left
    targets = [response_of(node, columns) for node in [left, *reversed(nodes)]]
    names = [target.names[0] for target in targets]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"`{twice[0]}` is named twice among the targets: name it once")
    return targets


def _terms(reader: FactorReader, terms: Terms) -> tuple[Term, ...]:
    factors = {key: reader.factor(key) for interaction in terms.interactions for key in interaction}
    levels = {key for key, factor in factors.items() if isinstance(factor, Categorical)}
    blocks = code(terms.interactions, levels, fit_intercept=terms.intercept is not False)
    return tuple(_term(factors, block) for block in blocks)


def _term(factors: dict[str, Factor], block: Coded) -> Term:
    coded = tuple(_coded(factors[key], reduced=reduced) for key, reduced in block)
    return Product(coded) if len(coded) > 1 else coded[0]


def _coded(factor: Factor, *, reduced: bool) -> Factor:
    return replace(factor, full=not reduced) if isinstance(factor, Categorical) else factor


def _is_column(term: Term) -> bool:
    return isinstance(term, Numeric) or (isinstance(term, Categorical) and not term.full)


def _require_one_part(table: Table, features: Sequence[str], targets: Sequence[str], weights: str | None) -> None:
    both = [name for name in features if name in targets]
    if both:
        raise UsageError(
            f"`{both[0]}` stands on both sides of ~: a column cannot explain itself, leave it out of one side"
        )
    if weights is None:
        return
    kinds = {column.name: column for column in table.columns}
    names = list(kinds)
    if weights not in kinds:
        raise UsageError(
            f"no column `{weights}` in {table.description}, which has {listed(names)}{suggest_column(weights, names)}"
        )
    if weights in targets or weights in features:
        raise UsageError(f"`{weights}` cannot be the weights and in the formula too: leave one out")
    require_weights(kinds[weights], table.description)


def _require_one_use(factors: Sequence[Factor]) -> None:
    levels = {factor.column for factor in factors if isinstance(factor, Categorical)}
    numbers = {name for factor in factors if not isinstance(factor, Categorical) for name in factor.columns}
    if both := sorted(levels & numbers):
        raise UsageError(
            f"`{both[0]}` is used both as a number and as levels: a column is read in one way, "
            "give the table a copy of it under another name"
        )


def _unasked(table: Table, plan: Plan, formula: str) -> Iterator[Note]:
    columns = {column.name: column for column in table.columns}
    for name in plan.categorical:
        asked = f"C({name})" in formula.replace(" ", "").replace("`", "")
        if columns[name].kind in ("text", "categorical") and not asked:
            yield taken_as_levels(columns[name])
