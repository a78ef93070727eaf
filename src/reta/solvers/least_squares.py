"""The exact least-squares solution of every target, from moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.double_double import DoubleDouble
from reta.errors import NumericalError
from reta.solvers.cholesky import factorize, solve_kept
from reta.solvers.error_bounds import error_bounds
from reta.solvers.minimum_norm import spread_over_copies
from reta.solvers.normal_equations import normal_equations
from reta.solvers.precision import EXTENDED_UP_TO, MOST_DIGITS
from reta.solvers.relations import name_dependencies
from reta.solvers.residuals import residual_scatter
from reta.solvers.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.moment import Moments
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.dependency import Dependency
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.rounding import Rounding
    from reta.types import FloatArray, IntArray, RankPolicy

__all__ = ["solve_least_squares", "solve_with_rounding"]


@one_blas_thread()
def solve_least_squares(moments: Moments, *, fit_intercept: bool = True, rank: RankPolicy = "drop") -> Solution:
    """Minimise ``Σ w (y − b₀ − x·b)²`` for every target, by Cholesky on the equilibrated normal equations.

    Parameters
    ----------
    moments
        Of p features and k targets.
    fit_intercept
        Whether there is a b₀.
    rank
        What to do where columns depend on others: ``"drop"`` the later ones, ``"error"``, or take, of all solutions,
        the one of ``"minimum_norm"`` in units of the columns' spread.

    Returns
    -------
    Solution
        With the relation that each dependent column obeys. Where rows are fewer than columns there is an exact fit
        without degrees of freedom.

    Raises
    ------
    UsageError
        There is no target.
    DataError
        There is no row, or a column holds NaN or infinity.
    NumericalError
        Columns depend on others and ``rank`` is ``"error"``.

    Notes
    -----
    O(p³ + p²k), whatever the number of rows. Moments of extended precision are solved in pairs of floats wherever
    float64 would lose digits. The digits claimed for a coefficient bound its distance from the exact solution for the
    cells as given, relative to its own size, and hold for the columns that were kept. ``digits``, of all of them,
    counts a coefficient under a thousandth of (spread of target / spread of feature) as that large, and an intercept
    under a thousandth of the target's spread.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, chapters 7, 10, 12 and 20.

    Examples
    --------
    >>> import numpy as np
    >>> from reta.moment import Moments
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> solution = solve_least_squares(Moments.from_arrays(X, 2 * X + 1))
    >>> solution.coef.round(12).tolist(), solution.intercept.round(12).tolist()
    ([[2.0]], [1.0])
    """
    return _solved(moments, fit_intercept=fit_intercept, rank=rank)[0]


@one_blas_thread()
def solve_with_rounding(moments: Moments, *, fit_intercept: bool = True) -> tuple[Solution, Rounding]:
    """Return the same solution, and how large its rounding is beside what statistics leaves uncertain anyway."""
    solution, rounding = _solved(moments, fit_intercept=fit_intercept, rank="drop")
    return solution, rounding()


def _solved(moments: Moments, *, fit_intercept: bool, rank: RankPolicy) -> tuple[Solution, Callable[[], Rounding]]:
    equations = normal_equations(moments, fit_intercept=fit_intercept)
    most = moments.n_samples - fit_intercept
    factor = factorize(
        equations.gram, equations.offset_x, equations.noise_x, max_rank=most, exponent=equations.exponent_x
    )
    dependencies = name_dependencies(factor, moments.features, equations, moments.weight_sum)
    if dependencies and rank == "error":
        raise _dependent(dependencies)
    of_kept = solve_kept(factor, equations.cross if factor.kept.all() else equations.cross[factor.kept])
    residuals = residual_scatter(equations, factor, of_kept)
    freedom = moments.n_samples - len(factor.inverse_root) - fit_intercept
    saturated = freedom == 0
    minimum_norm = rank == "minimum_norm" and bool(dependencies)
    in_units, root = _spread(factor, of_kept, equations) if minimum_norm else _with_zeros(factor, of_kept)
    coef = in_units.times_power(equations.exponent_y - equations.exponent_x[:, None]).T
    level = equations.center_y - coef.high @ equations.center_x.low
    intercept = equations.center_y - coef.matmul(equations.center_x[:, None])[:, 0]
    bounds = error_bounds(equations, factor, of_kept.high, intercept.high, moments.weight_sum)
    digits = bounds.digits
    unit_y = equations.exponent_y[:, None] + equations.exponent_y
    solution = Solution(
        solver="cholesky",
        precision="extended" if moments.rounding <= EXTENDED_UP_TO else "float64",
        features=moments.features,
        targets=moments.targets,
        fit_intercept=fit_intercept,
        n_samples=moments.n_samples,
        weight_sum=moments.weight_sum,
        log_weight_sum=moments.log_weight_sum,
        coef=coef.high,
        coef_low=coef.low,
        intercept=intercept.rounded(),
        kept=factor.kept,
        minimum_norm=minimum_norm,
        dependencies=dependencies,
        center=equations.center_x.high,
        level=level.high,
        level_low=level.low,
        inverse_root=root / np.where(factor.scale > 0.0, factor.scale, 1.0),
        total_scatter=np.ldexp(equations.total.high, unit_y),
        residual_scatter=residuals.scatter * (not saturated),
        perfect_fit=residuals.perfect | saturated,
        constant_target=equations.constant_y,
        condition=factor.condition,
        digits=bounds.least_digits,
        coef_digits=_widened(digits[: bounds.n_coef].T, factor, copies=minimum_norm),
        intercept_digits=digits[-1] if fit_intercept else np.full(moments.n_targets, MOST_DIGITS),
    )
    return solution, lambda: bounds.rounding(residuals, freedom)


def _dependent(dependencies: tuple[Dependency, ...]) -> NumericalError:
    named = "; ".join(dependency.text for dependency in dependencies[:3])
    more = f" and {len(dependencies) - 3} more" if len(dependencies) > 3 else ""
    return NumericalError(
        f"columns depend on one another: {named}{more}. Leave them out with --features, or use --rank drop"
    )


def _with_zeros(factor: CholeskyFactor, of_kept: DoubleDouble) -> tuple[DoubleDouble, FloatArray]:
    """Return coefficients (p, k) in the units of the equations, and the inverse root (r, p) in those of the norms."""
    if factor.kept.all():
        return of_kept, factor.inverse_root
    p, (r, k) = len(factor.scale), of_kept.shape
    coef, root = DoubleDouble.zeros((p, k)), np.zeros((r, p))
    coef.high[factor.kept], coef.low[factor.kept] = of_kept.high, of_kept.low
    root[:, factor.kept] = factor.inverse_root
    return coef, root


def _spread(
    factor: CholeskyFactor, of_kept: DoubleDouble, equations: NormalEquations
) -> tuple[DoubleDouble, FloatArray]:
    """Return the same, every effect shared among the copies of a column."""
    in_norms, root = spread_over_copies(factor, of_kept * factor.norm[:, None])
    norm = np.sqrt(np.diagonal(equations.gram.high))
    return in_norms / np.where(norm > 0.0, norm, 1.0)[:, None], root


def _widened(digits: IntArray, factor: CholeskyFactor, *, copies: bool) -> IntArray:
    """Return digits for all p columns; dropped ones have none, and copies share the least."""
    wide = np.zeros((len(digits), len(factor.kept)), dtype=np.int64)
    wide[:, factor.kept] = digits
    return np.broadcast_to(digits.min(axis=1, initial=15)[:, None], wide.shape).copy() if copies else wide
