"""How a message about a formula shows the place."""

from __future__ import annotations

from reta.errors import UsageError

__all__ = ["misread"]

SHOWN = 60
MOST_OF_FORMULA = 200


def misread(problem: str, formula: str, at: int, advice: str = "") -> UsageError:
    """Return the error for a place in a formula.

    Parameters
    ----------
    problem
        What is wrong there.
    formula
        The whole text.
    at
        Position of the place, from 0.
    advice
        The way out.
    """
    rest = formula[at : at + SHOWN]
    place = f"at character {at + 1}, before '{rest}'" if rest.strip() else "at its end"
    whole = formula if len(formula) <= MOST_OF_FORMULA else f"{formula[:MOST_OF_FORMULA]}…"
    return UsageError(f"the formula '{whole}': {problem} {place}{f'; {advice}' if advice else ''}")
