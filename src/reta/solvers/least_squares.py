"""The exact least-squares solution of every target, from moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.errors import NumericalError
from reta.solvers.certainty import judge_digits
from reta.solvers.cholesky import factorize, solve_standardised
from reta.solvers.error_bounds import ErrorBounds
from reta.solvers.minimum_norm import Sharing
from reta.solvers.normal_equations import normal_equations
from reta.solvers.precision import EXTENDED_UP_TO
from reta.solvers.relations import find_relations
from reta.solvers.residuals import residual_scatter
from reta.solvers.sliced_product import product
from reta.solvers.solution import Solution
from reta.solvers.triangular import write
from reta.solvers.units import Units, require_in_range

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.dependency import Dependency
    from reta.types import FloatArray, RankPolicy

__all__ = ["solve_least_squares"]


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
    factor = factorize(equations.gram, equations.cells_x, equations.noise_x, max_rank=most)
    relations = None if factor.kept.all() else find_relations(factor, equations, moments)
    if relations is not None and rank == "error":
        raise _dependent(relations.dependencies)
    sharing = Sharing.of(factor, relations) if relations and rank == "minimum_norm" else None
    in_norms = solve_standardised(factor, equations.cross)
    norm = _or_one(np.sqrt(np.diagonal(equations.total.high)))
    standardised = in_norms / norm
    residuals = residual_scatter(equations, factor, standardised)
    saturated = moments.n_samples - len(factor.inverse_root) - fit_intercept == 0
    in_scale = _with_zeros(factor, in_norms) if sharing is None else sharing.coef(in_norms)
    scale = _or_one(factor.scale)
    coef = (in_scale / scale[:, None]).T
    level = equations.center_y - coef.matmul(DoubleDouble.of(equations.center_x.low)[:, None])[:, 0]
    intercept = (equations.center_y - coef.matmul(equations.center_x[:, None])[:, 0]).rounded()
    bounds = ErrorBounds.of(equations, factor, standardised.high, residuals.left)
    digits = judge_digits(bounds, in_scale.high / norm, intercept if fit_intercept else None, sharing)
    units = Units(equations.exponent_x, equations.exponent_y, equations.exponent_w)
    solution = Solution(
        solver="cholesky",
        precision="extended" if moments.rounding <= EXTENDED_UP_TO else "float64",
        features=moments.features,
        targets=moments.targets,
        fit_intercept=fit_intercept,
        n_samples=moments.n_samples,
        weight_sum=moments.weight_sum,
        log_weight_sum=moments.log_weight_sum,
        coef=units.of_coef(coef.high),
        coef_low=units.of_coef(coef.low),
        intercept=units.of_targets(intercept),
        kept=factor.kept,
        minimum_norm=sharing is not None,
        dependencies=() if relations is None else relations.dependencies,
        center=units.of_features(equations.center_x.high),
        level=units.of_targets(level.high),
        level_low=units.of_targets(level.low),
        inverse_root=units.of_root(_root(factor, sharing) / scale),
        total_scatter=units.of_scatter(equations.total.high),
        residual_scatter=units.of_scatter(residuals.scatter * (not saturated)),
        perfect_fit=residuals.perfect | saturated,
        constant_target=equations.constant_y,
        condition=factor.condition,
        digits=digits.least,
        coef_digits=digits.coef,
        intercept_digits=digits.intercept,
    )
    require_in_range(solution)
    return solution


def _dependent(dependencies: tuple[Dependency, ...]) -> NumericalError:
    named = "; ".join(dependency.text for dependency in dependencies[:3])
    more = f" and {len(dependencies) - 3} more" if len(dependencies) > 3 else ""
    return NumericalError(
        f"columns depend on one another: {named}{more}. Leave them out with --features, or use --rank drop"
    )


def _or_one(sizes: FloatArray) -> FloatArray:
    """Return sizes to divide by."""
    return np.where(sizes > 0.0, sizes, 1.0)


def _with_zeros(factor: CholeskyFactor, in_norms: DoubleDouble) -> DoubleDouble:
    """Return coefficients of all columns, shape (p, k), in units of the norms; zeros for dropped ones."""
    coef = DoubleDouble.zeros((len(factor.kept), in_norms.shape[1]))
    write(coef, factor.kept, in_norms)
    return coef


def _root(factor: CholeskyFactor, sharing: Sharing | None) -> FloatArray:
    """Return the inverse root over all columns, shape (r, p), in units of the norms."""
    if sharing is not None:
        pair = factor.inverse_root_pair
        return product(DoubleDouble.of(factor.inverse_root if pair is None else pair), sharing.shares.T).rounded()
    root = np.zeros((len(factor.inverse_root), len(factor.kept)))
    root[:, factor.kept] = factor.inverse_root
    return root
