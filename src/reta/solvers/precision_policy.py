"""The precision policy: float64 where nobody could see its rounding, some 30 digits where it would matter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reta.errors import DataError
from reta.solvers.least_squares import solve_and_judge
from reta.solvers.precision import EPS, EXTENDED_UP_TO

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.design import Design
    from reta.moment import Moments
    from reta.solvers.solution import Solution

    Used = Callable[[Moments, Design | None], Moments]

__all__ = ["PrecisionPolicy"]

PARTS_TO_COME = 256.0  # as long as the first part, that a table is reckoned to have: standard errors shrink with them


class PrecisionPolicy:
    """Decides whether rows may be summed in float64, and at the end whether that did.

    Parameters
    ----------
    digits
        Wanted of every coefficient, 0 to 15; ``Rounding.allows`` says what that means.
    fit_intercept
        As for the fit to come.
    used
        From the moments of all encoded columns to those of the columns that the fit uses; the design goes with them
        where it is more than columns.

    Attributes
    ----------
    solution
        That ``did`` found good, where it had to solve.

    Notes
    -----
    Float64 never decides that a column depends on others: where it finds one that does, other than a constant, the rows
    are summed in extended precision, all of them, which tells copies from near copies.
    """

    def __init__(self, digits: int, *, fit_intercept: bool, used: Used) -> None:
        self.digits = digits
        self._fit_intercept = fit_intercept
        self._used = used
        self.solution: Solution | None = None

    def float64_will_do(self, first: Moments | None, design: Design | None) -> bool:
        """Tell whether float64 will do for the rest of the rows, from the first in extended precision.

        ``None`` stands for rows that are quickly read again: they are tried in float64.
        """
        if first is None:
            return True
        try:
            whole = _repeated(self._used(first, design), PARTS_TO_COME)
            return self._solved(replace(whole, rounding=EPS))[1]
        except DataError:  # not finite: the cells will be explained where they are read
            return False

    def did(self, moments: Moments, design: Design | None) -> bool:
        """Tell whether all the rows together were summed well enough."""
        if moments.rounding <= EXTENDED_UP_TO:
            return True
        solution, good = self._solved(self._used(moments, design))
        self.solution = solution if good else None
        return good

    def _solved(self, moments: Moments) -> tuple[Solution, bool]:
        """Return the solution, and whether it is good enough."""
        solution, allowed = solve_and_judge(moments, self.digits, fit_intercept=self._fit_intercept)
        copies = any(not dependency.is_constant for dependency in solution.dependencies)
        return solution, allowed and not copies


def _repeated(moments: Moments, times: float) -> Moments:
    """Return the moments of these rows that many times over; exact for a power of two."""
    weight, scatter = moments.weight_pair, moments.scatter_pair
    return replace(
        moments,
        n_samples=int(moments.n_samples * times),
        weight_sum=float(weight.high * times),
        weight_sum_low=float(weight.low * times),
        scatter=scatter.high * times,
        scatter_low=scatter.low * times,
    )
