"""Integers beyond 2^53 of arrays: which designs take them as they are, at the first reading and at later ones alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.design.terms import Categorical, Numeric
from reta.tables.arrays import ArrayTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.design.product import Term
    from reta.design.responses import Responses
    from reta.tables.table import Table

__all__ = ["as_summed"]


def as_summed(table: Table, terms: Sequence[Term], responses: Responses) -> Table:
    """Return arrays such that no integer is rounded, where every term and target is a column by itself; else the table.

    What is computed from columns is computed in float64, and sees them rounded.
    """
    are_columns = not responses and all(isinstance(term, Numeric | Categorical) for term in terms)
    return table.unrounded() if are_columns and isinstance(table, ArrayTable) else table
