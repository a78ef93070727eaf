"""How much a JSON text would become in memory, told before it is parsed."""

from __future__ import annotations

__all__ = ["MOST_VALUES", "too_many_values"]

MOST_VALUES = 20_000_000
"""Of a file of reta's own: some 1.5 GB once parsed. A model of 3,000 features has about half as many."""


def too_many_values(text: bytes) -> str | None:
    """Return how many values the text has, as a clause, where they are more than ``MOST_VALUES``.

    Notes
    -----
    Every value follows a comma, or a bracket or brace that opens; an empty list of two bytes becomes sixty in memory.
    Those marks inside strings are counted too: an upper bound, in one look at the bytes and no memory.

    Examples
    --------
    >>> too_many_values(b"[1, 2]") is None
    True
    """
    if len(text) <= MOST_VALUES:
        return None
    n_values = sum(text.count(mark) for mark in (b",", b"[", b"{"))
    return f"it has {n_values:,} values, more than the {MOST_VALUES:,} allowed" if n_values > MOST_VALUES else None
