"""The exact least-squares solution of every target, from moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.double_double import EPS as PAIR_EPS
from reta.double_double import DoubleDouble
from reta.errors import NumericalError
from reta.solvers.cholesky import factorize, solve_standardised
from reta.solvers.minimum_norm import spread_over_copies
from reta.solvers.normal_equations import normal_equations
from reta.solvers.precision import EXTENDED_UP_TO, digits_of, equation_noise, solving_noise
from reta.solvers.relations import name_dependencies
from reta.solvers.residuals import residual_scatter
from reta.solvers.solution import Solution

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.dependency import Dependency
    from reta.solvers.normal_equations import NormalEquations
    from reta.types import FloatArray, IntArray, RankPolicy

__all__ = ["TINY_COEFFICIENT", "solve_least_squares"]

TINY_COEFFICIENT = 1e-3


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
    equations = normal_equations(moments, fit_intercept=fit_intercept)
    most = moments.n_samples - fit_intercept
    factor = factorize(equations.gram, equations.offset_x, equations.noise_x, max_rank=most)
    dependencies = name_dependencies(factor, moments.features, equations, moments.weight_sum)
    if dependencies and rank == "error":
        raise _dependent(dependencies)
    in_norms = solve_standardised(factor, equations.cross)
    norm = np.sqrt(np.diagonal(equations.total.high))
    standardised = in_norms / np.where(norm > 0.0, norm, 1.0)
    residuals = residual_scatter(equations, factor, standardised)
    saturated = moments.n_samples - len(factor.inverse_root) - fit_intercept == 0
    minimum_norm = rank == "minimum_norm" and bool(dependencies)
    in_scale, root = spread_over_copies(factor, in_norms) if minimum_norm else _with_zeros(factor, in_norms)
    coef = (in_scale / np.where(factor.scale > 0.0, factor.scale, 1.0)[:, None]).T
    level = equations.center_y - coef.matmul(DoubleDouble.of(equations.center_x.low)[:, None])[:, 0]
    digits = _digits(equations, factor, standardised.high, fit_intercept=fit_intercept)
    return Solution(
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
        intercept=(equations.center_y - coef.matmul(equations.center_x[:, None])[:, 0]).rounded(),
        kept=factor.kept,
        minimum_norm=minimum_norm,
        dependencies=dependencies,
        center=equations.center_x.high,
        level=level.high,
        level_low=level.low,
        inverse_root=root / np.where(factor.scale > 0.0, factor.scale, 1.0),
        total_scatter=equations.total.high,
        residual_scatter=residuals.scatter * (not saturated),
        perfect_fit=residuals.perfect | saturated,
        constant_target=equations.constant_y,
        condition=factor.condition,
        digits=digits.least,
        coef_digits=_widened(digits.coef, factor, copies=minimum_norm),
        intercept_digits=digits.intercept,
    )


def _dependent(dependencies: tuple[Dependency, ...]) -> NumericalError:
    named = "; ".join(dependency.text for dependency in dependencies[:3])
    more = f" and {len(dependencies) - 3} more" if len(dependencies) > 3 else ""
    return NumericalError(
        f"columns depend on one another: {named}{more}. Leave them out with --features, or use --rank drop"
    )


def _with_zeros(factor: CholeskyFactor, in_norms: DoubleDouble) -> tuple[DoubleDouble, FloatArray]:
    """Return coefficients (p, k) and the inverse root (r, p), in units of the norms; zeros for dropped columns."""
    p, (r, k) = len(factor.scale), in_norms.shape
    coef, root = DoubleDouble.zeros((p, k)), np.zeros((r, p))
    coef.high[factor.kept], coef.low[factor.kept] = in_norms.high, in_norms.low
    root[:, factor.kept] = factor.inverse_root
    return coef, root


@dataclass(frozen=True, slots=True, eq=False)
class _Digits:
    """Of the kept coefficients, shape (k, r), of the intercepts, shape (k,), and the least of them all."""

    coef: IntArray
    intercept: IntArray
    least: int


def _digits(equations: NormalEquations, factor: CholeskyFactor, weights: FloatArray, *, fit_intercept: bool) -> _Digits:
    """Bound the error of coefficients and intercepts in units of the norms of target and feature."""
    kept = factor.kept
    noise, offset, offset_y = equations.noise_x[kept], equations.offset_x[kept], equations.offset_y
    doubt = equation_noise(weights, noise, equations.noise_y) + solving_noise(weights)
    error, size = np.abs(factor.inverse) @ doubt, np.abs(weights)
    varies = ~equations.constant_y
    coef = digits_of(error, size)
    least = digits_of(error, np.maximum(size, TINY_COEFFICIENT))[:, varies].min(initial=15)
    if not fit_intercept:
        return _Digits(coef.T, np.full(len(offset_y), 15), int(least))
    center = offset * np.sign(equations.center_x.high[kept])
    level = np.abs(offset_y * np.sign(equations.center_y.high) - center @ weights)
    summed = equations.noise_y**2 + noise**2 @ size + 4.0 * PAIR_EPS * (offset_y + offset @ size)
    error = np.abs(center @ factor.inverse) @ doubt + summed
    intercept = np.where(varies, digits_of(error, level), 15)
    judged = digits_of(error, np.maximum(level, TINY_COEFFICIENT))[varies].min(initial=15)
    return _Digits(coef.T, intercept, int(min(least, judged)))


def _widened(digits: IntArray, factor: CholeskyFactor, *, copies: bool) -> IntArray:
    """Return digits for all p columns; dropped ones have none, and copies share the least."""
    wide = np.zeros((len(digits), len(factor.kept)), dtype=np.int64)
    wide[:, factor.kept] = digits
    return np.broadcast_to(digits.min(axis=1, initial=15)[:, None], wide.shape).copy() if copies else wide
