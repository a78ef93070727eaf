"""Which categorical factors get a column for every level, and which leave the baseline out.

A factor with levels spans the intercept: a column for every level is an intercept and a column for every level but
one. Each term is split into such parts, those that earlier terms span already are left out, and the rest are put
together again, ``a: + 1 -> a`` in full, as far as possible. No column then repeats what others say.

References
----------
The rule of patsy and formulaic: https://patsy.readthedocs.io/en/latest/formulas.html, "Redundancy and categorical
factors". R's differs where an interaction stands without one of its main effects: it then keeps redundant columns.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from reta.design.formula.expansion import Interaction

__all__ = ["Coded", "code"]

Coded: TypeAlias = tuple[tuple[str, bool], ...]
"""Factors of one block of columns: their keys, and whether each leaves its baseline out."""


def code(terms: Sequence[Interaction], categorical: Collection[str], *, fit_intercept: bool) -> list[Coded]:
    """Return the blocks of columns that the terms come to, none of them spanned by those before it.

    Parameters
    ----------
    terms
        In order, the intercept not among them.
    categorical
        Keys of the factors with levels.
    fit_intercept
        Whether there is an intercept, which comes first.

    Examples
    --------
    >>> code([("a",), ("b",)], {"a", "b"}, fit_intercept=False)
    [(('a', False),), (('b', True),)]
    >>> code([("a", "x")], {"a"}, fit_intercept=True)
    [(('a', False), ('x', False))]
    """
    spanned: set[frozenset[tuple[str, bool]]] = {frozenset()} if fit_intercept else set()
    blocks: list[Coded] = []
    for term in terms:
        parts = [part for part in _parts(term, categorical) if frozenset(part) not in spanned]
        spanned.update(frozenset(part) for part in parts)
        blocks.extend(_joined(parts))
    return blocks


def _parts(term: Interaction, categorical: Collection[str]) -> list[Coded]:
    """Return what a term spans: every choice of leaving a factor with levels in, its baseline out, or away."""
    choices: list[tuple[Coded, ...]] = [
        (((key, True),), ()) if key in categorical else (((key, False),),) for key in term
    ]
    return [tuple(factor for chosen in choice for factor in chosen) for choice in product(*choices)]


def _joined(parts: Iterable[Coded]) -> list[Coded]:
    """Put parts together: one with a baseline left out, and the same without that factor, are one in full."""
    blocks: list[Coded] = []
    for part in sorted(parts, key=len):
        smaller = next((block for block in blocks if _completes(block, part)), None)
        if smaller is None:
            blocks.append(part)
            continue
        (extra,) = set(part) - set(smaller)
        full = tuple((key, reduced and (key, reduced) != extra) for key, reduced in part)
        blocks = _joined([*(block for block in blocks if block != smaller), full])
    return blocks


def _completes(block: Coded, part: Coded) -> bool:
    extra = set(part) - set(block)
    return len(part) == len(block) + 1 and len(extra) == 1 and all(reduced for _, reduced in extra)
