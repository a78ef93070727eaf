"""What is wanted of a text file: the plan that both roads follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from reta.tables.text.dialect import Dialect
    from reta.types import ColumnKind, MissingPolicy

__all__ = ["Plan", "Role", "Wanted"]

Role: TypeAlias = Literal["number", "boolean", "text"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to hand over.

    Attributes
    ----------
    name
        Its name.
    position
        Which cell of a row it is, counted from 0.
    role
        ``"number"`` and ``"boolean"`` become Float64, ``"text"`` stays String.
    may_miss
        Whether a missing value is handed over as null whatever the policy.
    kind
        What the column holds, whatever is made of it.
    """

    name: str
    position: int
    role: Role
    may_miss: bool = False
    kind: ColumnKind = "number"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read one file.

    Attributes
    ----------
    label
        What messages call it.
    lines_before
        Lines before its first row.
    dialect
        How it is written.
    width
        Cells of a row.
    last_role
        What the last cell of a row may be parsed as, wanted or not.
    wanted
        Columns to clean, in the order to hand them over.
    missing_values
        Cells that mean "no value".
    null_words
        Those of them, beside the empty cell, that are expected to occur.
    sentinels
        Numbers that mean "no value".
    symbols
        Whether currencies and units are left out of numbers.
    empty
        Cells of a row that have no column, so that nothing may stand in them.
    titles
        Lines that look like titles above the header; 0 where none do.
    policy
        What a missing value gets.
    drop_bad_rows
        Whether rows that cannot be read are left out.
    weights
        That of the columns whose cells may not be negative.
    originals
        Name and position of the columns to hand over as they are; ``None`` where only clean ones are wanted. A position
        of ``None`` stands for a column that this file lacks.
    as_lines
        Whether they are handed over as one column of whole lines, as they are written.
    """

    label: str
    lines_before: int
    dialect: Dialect
    width: int
    last_role: Role
    wanted: tuple[Wanted, ...]
    missing_values: frozenset[str]
    null_words: frozenset[str] = frozenset()
    sentinels: tuple[float, ...] = ()
    symbols: bool = False
    empty: tuple[int, ...] = ()
    titles: int = 0
    policy: MissingPolicy = "error"
    drop_bad_rows: bool = False
    weights: str | None = None
    originals: tuple[tuple[str, int | None], ...] | None = None
    as_lines: bool = False

    @property
    def positions(self) -> list[int]:
        """Cells to read, ascending."""
        return sorted({*self.empty, *(column.position for column in self.wanted)})
