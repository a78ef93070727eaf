"""How often rows are read, and what was summed from them judged: once, or twice where float64 was too coarse."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reta.fitting.room import explained, has_room, require_room
from reta.moment import gather
from reta.solvers.precision import MOST_DIGITS
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.design import Plan
    from reta.moment import Gathered, Moments
    from reta.solvers import PrecisionPolicy
    from reta.tables.table import Table
    from reta.types import MissingPolicy

__all__ = ["notes_on_saved", "read_rows"]


def read_rows(
    table: Table, plan: Plan, policy: PrecisionPolicy, *, missing: MissingPolicy, on_rows: Callable[[int], None] | None
) -> tuple[Gathered, tuple[Note, ...]]:
    """Read the table; again, in extended precision, where float64 turns out too coarse; say so in the notes."""
    extended = policy.digits >= MOST_DIGITS or not table.rereadable
    require_room(plan, extended=extended)
    with explained(plan, extended=extended):
        first = gather(
            table,
            plan,
            missing=missing,
            on_rows=on_rows,
            float64_will_do=policy.float64_will_do if policy.digits < MOST_DIGITS else None,
        )
        did = policy.did(first.moments, first.design)
    if did:
        return first, ()
    if not has_room(plan, extended=True):
        text = (
            f"float64 leaves fewer than the {policy.digits} digits asked for, or takes columns for copies that may be "
            "none, and there is too little memory for extended precision: fit fewer columns"
        )
        return first, (Note("warning", text),)
    if not table.rereadable:
        text = (
            f"float64 leaves fewer than the {policy.digits} digits asked for, or takes columns for copies that may be "
            f"none, and {table.description} can be read once only: save it to a file first, or ask for --digits 15 "
            "from the start"
        )
        return first, (Note("warning", text),)
    with explained(plan, extended=True):
        again = gather(table, plan, missing=missing, on_rows=on_rows)
    text = (
        f"float64 leaves fewer than {policy.digits} digits, or takes columns for copies that may be none: the data "
        "were read again in extended precision"
    )
    return replace(again, passes=first.passes + again.passes), (Note("assumed", text),)


def notes_on_saved(saved: Moments, source: str, policy: PrecisionPolicy) -> tuple[Note, ...]:
    """Say so where saved moments leave fewer digits than were asked for: their rows cannot be read again."""
    if not saved.n_targets or not saved.n_samples or policy.did(saved, None):
        return ()
    text = (
        f"{source} leave fewer than the {policy.digits} digits asked for, since rows were summed in float64: "
        "build the moments again with --digits 15"
    )
    return (Note("warning", text),)
