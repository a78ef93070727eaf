"""What is to be said of a descent that its certificate does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.descent import Certificate
    from reta.descent.least_loss import LeastLoss
    from reta.solvers import Solution

__all__ = ["rows_at_once", "undetermined", "unfinished"]


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
            f"`{found.column}` is {found.constant:.15g} in every row: its effect is not estimable, and what a descent "
            "gives it depends on its start"
            if found.is_constant
            else f"{found.text}: what each of them does cannot be told, and depends on the start of a descent",
        )


def unfinished(
    certificate: Certificate | None, least_loss: LeastLoss | None, epochs: int, *, decays: bool
) -> Iterator[Note]:
    """Say where a run ended before it converged, or where that is not certain; ``decays``: it had a weight decay."""
    ended = f"after {counted(epochs, 'epoch')}: the loss is"
    if certificate is not None and not certificate.converged:
        yield Note(
            "warning",
            f"not converged {ended} {certificate.loss:.5g}, and {certificate.best_loss:.5g} is possible; the "
            "certificate says what holds it back",
        )
    if least_loss is None or least_loss.converged:
        return
    if least_loss.undecided:
        yield Note(
            "warning",
            f"not certain to have converged {ended} {least_loss.loss:.5g}, and the least possible lies between "
            f"{least_loss.at_least:.5g} and {least_loss.at_most:.5g}; more epochs tell",
        )
    else:
        yield Note(
            "warning",
            f"not converged {ended} {least_loss.loss:.5g}, and {least_loss.at_most:.5g} is possible; "
            f"{'a smaller weight decay' if decays else 'a learning rate that falls'}, or more epochs, come nearer",
        )
