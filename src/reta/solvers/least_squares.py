"""The exact least-squares solution of every target, from moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.double_double import DoubleDouble
from reta.errors import NumericalError
from reta.solvers.cholesky import factorize
from reta.solvers.claims import Claims, Ground, KnownDigits
from reta.solvers.minimum_norm import Sharing
from reta.solvers.normal_equations import normal_equations, of_rounded_cells
from reta.solvers.precision import EXTENDED_UP_TO
from reta.solvers.range import require_in_range
from reta.solvers.refined import refined
from reta.solvers.relations import find_relations
from reta.solvers.residuals import residual_scatter
from reta.solvers.sliced_product import product
from reta.solvers.solution import Solution

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.dependency import Dependency
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.residuals import Residuals
    from reta.types import FloatArray, RankPolicy

__all__ = ["solve_and_judge", "solve_least_squares"]


@one_blas_thread()
def solve_least_squares(
    moments: Moments, *, fit_intercept: bool = True, rank: RankPolicy = "drop", rounded_cells: bool = False
) -> Solution:
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
    rounded_cells
        Whether cells were rounded before they were summed: digits are then claimed of the cells as they had been.

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
    solution, _ = _solved(moments, fit_intercept=fit_intercept, rank=rank, rounded_cells=rounded_cells)
    solution.claims.settle()
    return solution


@one_blas_thread()
def solve_and_judge(moments: Moments, digits: int, *, fit_intercept: bool = True) -> tuple[Solution, bool]:
    """Return the same solution, and whether its rounding leaves what ``digits`` asks for; see ``Rounding.allows``."""
    solution, residuals = _solved(moments, fit_intercept=fit_intercept, rank="drop")
    allowed = solution.claims.allow(digits, residuals, solution.n_samples - solution.rank - fit_intercept)
    solution.claims.settle()
    return solution, allowed


@np.errstate(over="ignore")  # what does not fit is looked for at the end
def _solved(
    moments: Moments, *, fit_intercept: bool, rank: RankPolicy, rounded_cells: bool = False
) -> tuple[Solution, Residuals]:
    equations = normal_equations(moments, fit_intercept=fit_intercept)
    most = moments.n_samples - fit_intercept
    factor = factorize(
        equations.gram, equations.cells_x, equations.noise_x, max_rank=most, exponent=equations.exponent_x
    )
    relations = None if factor.whole else find_relations(factor, equations, moments)
    if relations is not None and rank == "error":
        raise _dependent(relations.dependencies)
    cross, center_x = equations.cross, equations.center_x[:, None]
    if not factor.whole:
        cross, center_x = cross[factor.kept], center_x[factor.kept]
    k = moments.n_targets
    of_kept = refined(factor, cross, cross.beside(center_x).T)
    residuals = residual_scatter(equations, factor, of_kept, of_kept.along[:k])
    saturated = moments.n_samples - len(factor.inverse_root) - fit_intercept == 0
    sharing = Sharing.of(equations, factor, relations) if relations and rank == "minimum_norm" else None
    of_all = _with_zeros(factor, of_kept.coef) if sharing is None else sharing.coef(of_kept.coef)
    coef = of_all.times_power(equations.exponent_y - equations.exponent_x[:, None]).T
    level = equations.center_y - of_all.high.T @ equations.center_x.low
    at_center = of_kept.along[k] if sharing is None else of_all.T.matmul(equations.center_x[:, None])[:, 0]
    intercept = equations.center_y.less(at_center)
    doubted = of_rounded_cells(equations, moments) if rounded_cells else equations
    ground: Ground | KnownDigits = Ground(doubted, factor, of_kept, of_all.high, intercept, sharing)
    if rounded_cells and not factor.whole:  # what was rounded away may matter
        ground = KnownDigits.none(*coef.shape)
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
        intercept=np.ldexp(intercept, equations.exponent_y),
        kept=factor.kept,
        minimum_norm=sharing is not None,
        dependencies=() if relations is None else relations.dependencies,
        center=np.ldexp(equations.center_x.high, equations.exponent_x),
        center_low=np.ldexp(equations.center_x.low, equations.exponent_x),
        level=np.ldexp(level.high, equations.exponent_y),
        level_low=np.ldexp(level.low, equations.exponent_y),
        inverse_root=_inverse_root(equations, factor, sharing),
        total_scatter=np.ldexp(equations.total.high, equations.exponent_y[:, None] + equations.exponent_y),
        residual_scatter=residuals.scatter * (not saturated),
        perfect_fit=residuals.perfect | saturated,
        constant_target=equations.constant_y,
        condition=factor.condition,
        claims=Claims(ground),
    )
    require_in_range(solution)
    return solution, residuals


def _dependent(dependencies: tuple[Dependency, ...]) -> NumericalError:
    named = "; ".join(dependency.text for dependency in dependencies[:3])
    more = f" and {len(dependencies) - 3} more" if len(dependencies) > 3 else ""
    return NumericalError(
        f"columns depend on one another: {named}{more}. Leave them out with --features, or use --rank drop"
    )


def _with_zeros(factor: CholeskyFactor, of_kept: DoubleDouble) -> DoubleDouble:
    """Return coefficients of all columns, shape (p, k), in the units of the equations; zeros for dropped ones."""
    if factor.whole:
        return of_kept
    coef = DoubleDouble.zeros((len(factor.kept), of_kept.shape[1]))
    coef[factor.kept] = of_kept
    return coef


def _inverse_root(equations: NormalEquations, factor: CholeskyFactor, sharing: Sharing | None) -> FloatArray:
    """Return the inverse root over all columns, shape (r, p), in their own units."""
    if sharing is not None:
        pair = factor.inverse_root_pair
        root_pair = DoubleDouble.of(factor.inverse_root if pair is None else pair) / factor.norm
        return np.asarray(np.ldexp(product(root_pair, sharing.shares.T).rounded(), -equations.exponent_x))
    if factor.whole:
        return factor.inverse_root / factor.scale
    root = np.zeros((len(factor.inverse_root), len(factor.kept)))
    root[:, factor.kept] = factor.inverse_root / factor.scale[factor.kept]
    return root
