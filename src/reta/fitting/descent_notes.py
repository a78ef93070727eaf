"""What is to be said of a descent that its certificate does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.solvers import Solution

__all__ = ["rows_at_once", "undetermined"]


def rows_at_once(batch_size: int, buffer_rows: int) -> Iterator[Note]:
    """Say where a batch alone is more than the rows that should be held in memory."""
    if batch_size > buffer_rows:
        yield Note(
            "assumed",
            f"a batch of {counted(batch_size, 'row')} is held in memory whole, more than buffer_rows={buffer_rows:,}; "
            "a smaller batch_size takes less",
        )


def undetermined(exact: Solution) -> Iterator[Note]:
    """Say where other coefficients would fit as well: columns that repeat others, or fewer rows than columns."""
    if exact.underdetermined:
        unknowns = len(exact.features) + exact.fit_intercept
        yield Note(
            "warning",
            f"{counted(exact.n_samples, 'row')} cannot settle {counted(unknowns, 'coefficient')}: infinitely many "
            "solutions fit, and which of them a descent comes to depends on its start",
        )
        return
    for found in exact.dependencies:
        yield Note(
            "assumed",
            f"`{found.column}` is {found.value}: its effect is not estimable, and what a descent gives it depends on "
            "its start"
            if found.is_constant
            else f"{found.text}: what each of them does cannot be told, and depends on the start of a descent",
        )
