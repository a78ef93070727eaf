"""The facts of a solution, in words that a person with a table understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.solvers.precision import MOST_DIGITS
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reta.solvers.solution import Solution

__all__ = ["solution_notes"]

NAMES_SHOWN = 6
FEW_DIGITS = 4


def solution_notes(solution: Solution) -> tuple[Note, ...]:
    """Say what a user should know about how the coefficients came about: columns dropped, and what cannot be told."""
    return (*_columns(solution), *_rows(solution), *_targets(solution), *_digits(solution))


def _columns(solution: Solution) -> Iterator[Note]:
    if solution.n_samples == 1 or solution.underdetermined:
        return
    for dependency in solution.dependencies:
        column = f"`{dependency.column}`"
        if dependency.is_constant:
            text = f"{column} is {dependency.value}, so it was dropped: its effect is not estimable"
            yield Note("dropped", text)
        elif solution.minimum_norm:
            yield Note(
                "warning",
                f"{dependency.text}, so these columns share one effect: how much of it is whose cannot be told. "
                "Predictions do not suffer where new rows keep this relation",
            )
        else:
            yield Note(
                "dropped",
                f"{dependency.text}, so {column} was dropped: its own effect cannot be told. Predictions do not suffer "
                "where new rows keep this relation",
            )


def _rows(solution: Solution) -> Iterator[Note]:
    rows, needed = solution.n_samples, len(solution.features) + solution.fit_intercept
    if solution.underdetermined:
        yield Note(
            "warning",
            f"{counted(rows, 'row')} cannot settle {_unknowns(solution)}: infinitely many solutions fit. This one "
            f"{_chosen(solution)}; there are no standard errors and no R². At least {needed + 1} rows are needed",
        )
    elif solution.degrees_of_freedom == 0:
        yield Note(
            "warning",
            f"{counted(rows, 'row')} for {_unknowns(solution)}: the fit runs through every row, so there are no "
            "standard errors and no R². More rows are needed",
        )


def _chosen(solution: Solution) -> str:
    """Say which of infinitely many solutions it is."""
    if solution.minimum_norm and solution.rank:
        return "has the smallest coefficients, in units of the columns' spread"
    kept = [name for name, kept in zip(solution.features, solution.kept, strict=True) if kept]
    return f"uses {_listed(kept) if kept else 'no column'} and drops {_listed(solution.dropped)}"


def _targets(solution: Solution) -> Iterator[Note]:
    pairs = zip(solution.targets, solution.constant_target, solution.perfect_fit, strict=True)
    for at, (target, constant, perfect) in enumerate(pairs):
        if constant and solution.n_samples > 1:
            value = f"{solution.intercept[at]:.15g} in every row"
            varies = " but for rounding" if solution.intercept_digits[at] < MOST_DIGITS else ""
            yield Note("warning", f"`{target}` is {value}{varies}: there is nothing to explain, R² is undefined")
        elif perfect and solution.degrees_of_freedom > 0:
            yield Note(
                "warning",
                f"`{target}` is reproduced to rounding: its residual is zero as far as float64 can tell, so t and p "
                "values have no meaning. Is it computed from these columns?",
            )


def _digits(solution: Solution) -> Iterator[Note]:
    if solution.claims.are_at_least(FEW_DIGITS):
        return
    yield Note(
        "warning",
        f"{_certainty(solution.digits)} of the least certain coefficient can be trusted: columns nearly repeat one "
        f"another (condition {solution.condition:.1g}); leave one of them out",
    )


def _certainty(digits: int) -> str:
    return f"only {counted(digits, 'digit')}" if digits else "no digit"


def _unknowns(solution: Solution) -> str:
    text = counted(len(solution.features), "coefficient")
    return f"{text} and an intercept" if solution.fit_intercept else text


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:NAMES_SHOWN])
    more = len(names) - NAMES_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
