"""The exact least-squares solution of every target, from moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.solvers.cholesky import factorize, solve
from reta.solvers.normal_equations import normal_equations
from reta.solvers.precision import EPS, correlation_condition, digits_trusted, equation_noise, sum_roundings
from reta.solvers.relations import name_dependencies
from reta.solvers.residuals import residual_scatter
from reta.solvers.solution import Solution

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.types import FloatArray

__all__ = ["TINY_COEFFICIENT", "solve_least_squares"]

TINY_COEFFICIENT = 1e-3


def solve_least_squares(moments: Moments, *, fit_intercept: bool = True) -> Solution:
    """Minimise ``Σ w (y − b₀ − x·b)²`` for every target, by Cholesky on the equilibrated normal equations.

    Parameters
    ----------
    moments
        Of p features and k targets.
    fit_intercept
        Whether there is a b₀.

    Returns
    -------
    Solution
        Where columns depend on others, the later ones are dropped, with the relation that each of them obeys; where
        rows are fewer than columns this leaves an exact fit without degrees of freedom.

    Raises
    ------
    UsageError
        There is no target.
    DataError
        There is no row, or a column holds NaN or infinity.

    Notes
    -----
    O(p³ + p²k), whatever the number of rows. ``digits_trusted`` bounds the error of every coefficient relative to its
    own size, or to a thousandth of (spread of target / spread of feature) where it is smaller than that; of the
    intercept relative to its own size, or to a thousandth of the target's spread. It counts the cells' own rounding to
    float64 as an error; what it says holds for the columns that were kept.

    References
    ----------
    N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, chapters 7, 10 and 20.

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
    factor = factorize(equations.gram, equations.offset_x, max_rank=moments.n_samples - fit_intercept)
    coef = solve(factor, equations.cross)
    standardised = _standardise(coef, equations, factor)
    roundings = sum_roundings(moments.n_samples)
    residuals = residual_scatter(equations, factor, standardised, roundings)
    saturated = moments.n_samples - len(factor.inverse_root) - fit_intercept == 0
    return Solution(
        solver="cholesky",
        features=moments.features,
        targets=moments.targets,
        fit_intercept=fit_intercept,
        n_samples=moments.n_samples,
        weight_sum=moments.weight_sum,
        coef=coef,
        intercept=equations.center_y - coef @ equations.center_x,
        kept=factor.kept,
        dependencies=name_dependencies(
            factor, moments.features, equations.center_x, equations.offset_x, moments.weight_sum
        ),
        center=equations.center_x,
        inverse_root=_in_feature_units(factor),
        total_scatter=equations.total,
        residual_scatter=residuals.scatter * (not saturated),
        perfect_fit=residuals.perfect | saturated,
        constant_target=equations.constant_y,
        condition=correlation_condition(factor.correlation, factor.inverse_root),
        digits_trusted=_digits(equations, factor, standardised, roundings, fit_intercept=fit_intercept),
    )


def _standardise(coef: FloatArray, equations: NormalEquations, factor: CholeskyFactor) -> FloatArray:
    """Return the kept coefficients, shape (r, k), in units of the norms of target and feature."""
    norm = np.sqrt(np.diagonal(equations.total))
    return np.asarray((coef[:, factor.kept] * factor.scale[factor.kept]).T / np.where(norm > 0.0, norm, 1.0))


def _in_feature_units(factor: CholeskyFactor) -> FloatArray:
    root = np.zeros((len(factor.inverse_root), len(factor.scale)))
    root[:, factor.kept] = factor.inverse_root / factor.scale[factor.kept]
    return root


def _digits(
    equations: NormalEquations,
    factor: CholeskyFactor,
    standardised: FloatArray,
    roundings: float,
    *,
    fit_intercept: bool,
) -> int:
    """Count the digits of every coefficient and intercept, in units of the norms of target and feature."""
    varies = ~equations.constant_y
    offset, offset_y = equations.offset_x[factor.kept], equations.offset_y[varies]
    weights = standardised[:, varies]
    noise = equation_noise(weights, offset, offset_y, roundings)
    digits = digits_trusted(np.abs(factor.inverse) @ noise, np.maximum(np.abs(weights), TINY_COEFFICIENT))
    if not fit_intercept:
        return digits
    center = offset * np.sign(equations.center_x[factor.kept])
    level = offset_y * np.sign(equations.center_y[varies]) - center @ weights
    summed = EPS * roundings * (offset_y + 1.0 + (offset + 1.0) @ np.abs(weights))
    error = np.abs(center @ factor.inverse) @ noise + summed
    return min(digits, digits_trusted(error, np.maximum(np.abs(level), TINY_COEFFICIENT)))
