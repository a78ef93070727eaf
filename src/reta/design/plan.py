"""Which columns of a table play which part."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.design.near import listed, suggest_column
from reta.design.responses import target_columns, target_values
from reta.design.terms import Categorical, Numeric
from reta.design.text_columns import refuse_dates
from reta.design.weights import HELD, require_weights
from reta.errors import DataError, UsageError
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from reta.design.product import Term
    from reta.design.responses import Responses
    from reta.tables.table import Column, Table
    from reta.types import FloatArray

__all__ = ["Plan", "oddities", "plan_columns", "require_present", "taken_as_levels"]


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts that source columns play.

    Attributes
    ----------
    features
        Source columns of the features, in the order that coefficients will have.
    targets
        Names of the targets; without ``responses`` their source columns.
    categorical
        Those of ``features`` that hold levels.
    weights
        The column of weights, if any.
    notes
        What was decided on the user's behalf.
    formula_terms
        What a formula makes of ``features``, levels not yet known; ``None``: every column is a term by itself.
    responses
        The targets that a formula computes from columns.
    fit_intercept
        Whether a formula asks for an intercept.
    unasked
        Those of ``categorical`` that hold text and that nobody named: many levels then stop the fit.
    """

    features: tuple[str, ...]
    targets: tuple[str, ...]
    categorical: tuple[str, ...] = ()
    weights: str | None = None
    notes: tuple[Note, ...] = ()
    formula_terms: tuple[Term, ...] | None = None
    responses: Responses = ()
    fit_intercept: bool = True
    unasked: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """Terms in order, levels not yet known."""
        if self.formula_terms is not None:
            return self.formula_terms
        levels = frozenset(self.categorical)
        return tuple(Categorical(name, ()) if name in levels else Numeric(name) for name in self.features)

    @property
    def plain(self) -> bool:
        """Whether every term and target is a source column by itself."""
        return self.formula_terms is None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every source column that is read."""
        targets = target_columns(self.targets, self.responses)
        return self.features + targets + ((self.weights,) if self.weights is not None else ())

    def target_values(self, frame: pl.DataFrame, first_row: int = 1) -> list[FloatArray]:
        """Return the targets of a batch, shape (n,) each."""
        return target_values(frame, self.targets, self.responses, first_row)

    @property
    def numeric(self) -> tuple[str, ...]:
        """Features that are numbers."""
        levels = frozenset(self.categorical)
        return tuple(name for name in self.features if name not in levels)


def plan_columns(
    table: Table,
    *,
    targets: Sequence[str],
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    weights: str | None = None,
    exclude: Sequence[str] = (),
) -> Plan:
    """Decide what every column is for, or raise with the way out.

    Parameters
    ----------
    table
        The source.
    targets, features
        Names; without ``features`` every column that is neither target nor weights, nor excluded. A feature written
        ``C(region)`` is ``region`` taken as levels; so is a column of text.
    categorical
        Features to take as levels.
    weights
        Name of the column of weights.
    exclude
        Columns that are no features.

    Raises
    ------
    UsageError
        A name that is not there, or that plays two parts.
    DataError
        A feature of dates, a target of text, weights that are no numbers.
    """
    names = [column.name for column in table.columns]
    if not targets:
        raise UsageError(f"no target given: name one or more with --targets; {table.description} has {listed(names)}")
    named, categorical = _declared(features, categorical, names)
    given = [*targets, *(named or ()), *categorical, *exclude, *([weights] if weights is not None else [])]
    require_present(given, names, table)
    used = {*targets, *(named or ()), *categorical}
    if both := [name for name in exclude if name in used]:
        raise UsageError(f"`{both[0]}` is named and excluded too: leave it out of one")
    chosen = _features(names, targets, named, [*exclude, *([weights] if weights is not None else [])])
    _require_one_part(targets, chosen, categorical, weights)
    kinds = {column.name: column for column in table.columns}
    levels = frozenset(categorical)
    declared = [name for name in chosen if name in levels or kinds[name].kind in ("text", "categorical")]
    for name in targets:
        _require_numbers(kinds[name], table.description)
    dates = [name for name in chosen if name not in levels and kinds[name].kind == "date"]
    refuse_dates(dates, table.description)
    if weights is not None:
        require_weights(kinds[weights], table.description)
    unasked = [name for name in declared if kinds[name].kind == "text" and name not in levels and named is None]
    notes = [taken_as_levels(kinds[name]) for name in declared if name not in levels]
    return Plan(tuple(chosen), tuple(targets), tuple(declared), weights, tuple(notes), unasked=tuple(unasked))


def _declared(
    features: Sequence[str] | None, categorical: Sequence[str], names: Sequence[str]
) -> tuple[Sequence[str] | None, Sequence[str]]:
    """Return the features by their columns' names, those written ``C(name)`` among the categorical ones."""
    if features is None:
        return None, categorical
    there = frozenset(names)
    wrapped = {
        feature: feature[2:-1] for feature in features if re.fullmatch(r"C\(.+\)", feature) and feature not in there
    }
    columns = [wrapped.get(feature, feature) for feature in features]
    named = frozenset(categorical)
    return columns, (*categorical, *(name for name in wrapped.values() if name not in named))


def _features(
    names: Sequence[str], targets: Sequence[str], features: Sequence[str] | None, others: Sequence[str]
) -> list[str]:
    if features is not None:
        return list(features)
    taken = {*targets, *others}
    return [name for name in names if name not in taken]


def require_present(given: Sequence[str], names: Sequence[str], table: Table) -> None:
    """Raise UsageError where one of the names given is none of the table's; what is odd about those is said too."""
    known = frozenset(names)
    for name in given:
        if name not in known:
            there = f"{table.description}, which has {listed(names)}{suggest_column(name, names)}"
            raise UsageError(f"no column `{name}` in {there}{oddities(table)}")


def oddities(table: Table) -> str:
    """Return what is doubtful about the names that a table has, for the end of a message."""
    names = [column.name for column in table.columns]
    doubts = [note.text for note in table.notes if note.kind == "warning"]
    if not doubts and _all_numbers(names):
        doubts = ["these look like data: is there no header? See --no-header"]
    return "".join(f"; {doubt}" for doubt in doubts)


def _all_numbers(names: Sequence[str]) -> bool:
    try:
        return all(math.isfinite(float(name)) for name in names)
    except ValueError:
        return False


def _require_one_part(
    targets: Sequence[str], features: Sequence[str], categorical: Sequence[str], weights: str | None
) -> None:
    for group, what in ((targets, "targets"), (features, "features")):
        twice = [name for name, count in Counter(group).items() if count > 1]
        if twice:
            raise UsageError(f"`{twice[0]}` is named twice among the {what}: name it once")
    explained, explaining = frozenset(targets), frozenset(features)
    both = [name for name in features if name in explained]
    if both:
        raise UsageError(f"`{both[0]}` is both a target and a feature: a column cannot explain itself, leave one out")
    if weights is not None and (weights in explained or weights in explaining):
        raise UsageError(f"`{weights}` cannot be the weights and a target or feature too: leave one out")
    stray = [name for name in categorical if name not in explaining]
    if stray:
        raise UsageError(
            f"`{stray[0]}` is declared categorical but is not a feature: add it to --features, or leave it out"
        )


def _require_numbers(column: Column, description: str) -> None:
    if column.kind in HELD:
        raise DataError(f"target `{column.name}` in {description} holds {HELD[column.kind]}: a target must be a number")


def taken_as_levels(column: Column) -> Note:
    """Say that a column became levels although nobody asked for that."""
    held = "holds text" if column.kind == "text" else "is categorical in the data"
    return Note("assumed", f"`{column.name}` {held}: taken as levels")
