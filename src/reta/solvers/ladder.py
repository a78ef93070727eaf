"""The choice of precision: float64 where it leaves digits enough, some 30 digits where it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reta.errors import DataError
from reta.solvers.least_squares import solve_least_squares
from reta.solvers.precision import EPS, EXTENDED_UP_TO, MOST_ROWS_IN_A_SUM, sum_roundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.design import Design
    from reta.moment import Moments
    from reta.solvers.solution import Solution

    Used = Callable[[Moments, Design | None], Moments]

__all__ = ["Ladder"]


class Ladder:
    """Decides from the first rows whether float64 will do for the rest, and at the end whether it did.

    Parameters
    ----------
    digits
        Wanted of every coefficient, 0 to 15.
    fit_intercept
        As for the fit to come.
    used
        From the moments of all encoded columns to those of the columns that the fit uses; the design goes with them
        where it is more than columns.

    Attributes
    ----------
    solution
        That ``did`` found good, where it had to solve.
    """

    def __init__(self, digits: int, *, fit_intercept: bool, used: Used) -> None:
        self.digits = digits
        self._fit_intercept = fit_intercept
        self._used = used
        self._dropped: tuple[str, ...] | None = None
        self.solution: Solution | None = None

    def float64_will_do(self, first: Moments | None, design: Design | None) -> bool:
        """Tell whether the rest of the rows may be summed in float64, from moments in extended precision.

        Columns that float64 takes for copies of others must be copies in extended precision too. ``None`` stands for
        arrays in memory, which are tried in float64 and read again if need be: no column may be dropped there.
        """
        if first is None:
            self._dropped = ()
            return True
        try:
            used = self._used(first, design)
            growth = sum_roundings(MOST_ROWS_IN_A_SUM) / sum_roundings(used.n_samples)  # by the rows to come
            in_float64 = self._solve(replace(used, rounding=EPS * growth))
            if in_float64.digits < self.digits:
                return False
            self._dropped = self._solve(used).dropped if in_float64.dropped else ()
        except DataError:  # not finite: the cells will be explained where they are read
            return False
        return self._dropped == in_float64.dropped

    def did(self, moments: Moments, design: Design | None) -> bool:
        """Tell whether all the rows together leave the digits that were asked for."""
        if moments.rounding <= EXTENDED_UP_TO:
            return True
        solution = self._solve(self._used(moments, design))
        good = solution.digits >= self.digits and self._dropped in (None, solution.dropped)
        self.solution = solution if good else None
        return good

    def _solve(self, moments: Moments) -> Solution:
        return solve_least_squares(moments, fit_intercept=self._fit_intercept)
