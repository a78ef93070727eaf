"""Whether the sums and the solution of so many columns fit into memory, said before the first row."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reta.available_memory import available_bytes, require_memory, told_bytes
from reta.errors import DataError
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.design import Plan

__all__ = ["explained", "has_room", "needed_bytes", "require_room"]

# Matrices of all columns by all columns, float64, that stand beside one another at the worst moment, from the sums to
# the solution: 20 to 22 were measured, 7 to 10 of the targets by the targets, and 40 to 48 in extended precision. Less
# is counted, so as to refuse nothing that could be done.
FLOAT64_MATRICES = 15
FLOAT64_MATRICES_OF_TARGETS = 6
EXTENDED_MATRICES = 36


def require_room(plan: Plan, *, extended: bool) -> None:
    """Raise DataError where the fit cannot be held in memory.

    Parameters
    ----------
    plan
        Its columns; those of levels that are not known yet count as one.
    extended
        Whether sums are in extended precision from the start.
    """
    require_memory(_needed(plan, extended=extended), _subject(plan), _remedy(plan, extended=extended))


def has_room(plan: Plan, *, extended: bool) -> bool:
    """Tell whether it can, as far as anybody knows."""
    left = available_bytes()
    return left is None or _needed(plan, extended=extended) <= left


@contextmanager
def explained(plan: Plan, *, extended: bool) -> Iterator[None]:
    """Say what was wanted of the memory where it runs out all the same."""
    try:
        yield
    except MemoryError as error:
        needed = told_bytes(_needed(plan, extended=extended))
        raise DataError(
            f"memory ran out: {_subject(plan)} needs {needed} at least. {_remedy(plan, extended=extended).capitalize()}"
        ) from error


def needed_bytes(n_features: int, n_targets: int, *, extended: bool) -> float:
    """Return how many bytes the sums and the solution take at least."""
    every, of_targets = float(n_features + n_targets) ** 2, float(n_targets) ** 2
    if extended:
        return 8.0 * EXTENDED_MATRICES * every
    return 8.0 * (FLOAT64_MATRICES * (every - of_targets) + FLOAT64_MATRICES_OF_TARGETS * of_targets)


def _needed(plan: Plan, *, extended: bool) -> float:
    return needed_bytes(len(plan.features), len(plan.targets), extended=extended)


def _subject(plan: Plan) -> str:
    features, targets = counted(len(plan.features), "feature"), counted(len(plan.targets), "target")
    return f"a fit of {features} and {targets}"


def _remedy(plan: Plan, *, extended: bool) -> str:
    if len(plan.targets) > len(plan.features):
        remedy = "fit the targets in groups, with --targets, which changes none of their coefficients"
    else:
        remedy = "fit fewer features, with --features or --exclude"
    return f"{remedy}; or ask for --digits 10, which sums in float64" if extended else remedy
