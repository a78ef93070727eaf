"""What an exact solver hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.solvers.claims import Claims
    from reta.solvers.dependency import Dependency
    from reta.types import BoolArray, FloatArray, IntArray, Precision

__all__ = ["Solution"]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The least-squares solution of k targets on p features, r of which were kept, and what was found on the way.

    Attributes
    ----------
    solver
        Name of the method.
    features, targets
        Names, p and k of them.
    fit_intercept
        Whether an intercept was fitted.
    n_samples
        Rows with a positive weight.
    weight_sum
        W, the sum of their weights.
    log_weight_sum
        Σ ln w, the sum of their weights' logarithms; NaN where it is not known.
    coef
        Shape (k, p), target per feature; zero for dropped columns.
    coef_low
        The same shape and unit: what rounding left out of ``coef``; predictions of polynomials need it.
    intercept
        Shape (k,), in target units; zeros without an intercept.
    kept
        Shape (p,): columns that were estimated.
    dependencies
        One for every dropped column, constant ones included, in column order.
    center, center_low
        Shape (p,), in feature units: the means of the features, and what rounding left out of them, or zeros without an
        intercept.
    level, level_low
        Shape (k,), in target units: the prediction at ``center``, and what rounding left out of it. The targets' means
        but for the rounding of ``center``, or zeros without an intercept.
    inverse_root
        Shape (r, p), 1 / (feature × √weight); ``inverse_rootᵀ inverse_root`` is the inverse of the features'
        cross-products about ``center``, with zeros for dropped columns.
    total_scatter
        Shape (k, k), target² × weight: cross-products of the targets about their means, or about zero
        without an intercept.
    residual_scatter
        Shape (k, k), target² × weight: cross-products of the residuals.
    perfect_fit
        Shape (k,): targets reproduced to rounding; their residual scatter is zero and tells nothing of their error.
    constant_target
        Shape (k,): targets that do not vary (are zero throughout, without an intercept).
    condition
        Condition number of the correlation matrix of the kept columns.
    claims
        Decimal digits that coefficients and intercepts keep; see ``solve_least_squares``.
    precision
        Of the sums: ``"extended"`` where all rows were summed so, else ``"float64"``.
    minimum_norm
        Whether dependent columns share their effect; else those not in ``kept`` have none.
    least_squares
        Whether the coefficients are those of least squares. Where they are not (a descent stopped before), there are no
        errors, tests or intervals: ``inverse_root`` is NaN.
    """

    solver: str
    features: tuple[str, ...]
    targets: tuple[str, ...]
    fit_intercept: bool
    n_samples: int
    weight_sum: float
    log_weight_sum: float
    coef: FloatArray
    coef_low: FloatArray
    intercept: FloatArray
    kept: BoolArray
    dependencies: tuple[Dependency, ...]
    center: FloatArray
    center_low: FloatArray
    level: FloatArray
    level_low: FloatArray
    inverse_root: FloatArray
    total_scatter: FloatArray
    residual_scatter: FloatArray
    perfect_fit: BoolArray
    constant_target: BoolArray
    condition: float
    claims: Claims
    precision: Precision
    minimum_norm: bool = False
    least_squares: bool = True

    @property
    def digits(self) -> int:
        """Decimal digits that every coefficient and intercept keeps."""
        return self.claims.digits.least

    @property
    def coef_digits(self) -> IntArray:
        """Shape (k, p): digits of each, relative to its own size; 0 for dropped columns."""
        return self.claims.digits.of_coef

    @property
    def intercept_digits(self) -> IntArray:
        """The same of intercepts, shape (k,)."""
        return self.claims.digits.of_intercept

    @property
    def weighted(self) -> bool:
        """Whether rows had weights other than 1, so far as is known.

        Weights of mean 1 that differ have a mean logarithm under 0: the two sums tell.
        """
        return self.weight_sum != self.n_samples or abs(self.log_weight_sum) > 0.0

    @property
    def estimated(self) -> BoolArray:
        """Shape (p,): columns whose coefficients mean something: those kept, and with them copies that share."""
        return self.kept | (self.minimum_norm & self.inverse_root.any(axis=0))

    @property
    def kept_root(self) -> FloatArray:
        """Shape (r, r): as ``inverse_root``, of the kept columns by themselves, whoever shares their effect."""
        place = {name: at for at, name in enumerate(self.features)}
        of_kept = np.eye(len(self.features))
        for dependency in self.dependencies:
            for name, coef in dependency.combination:
                of_kept[place[dependency.column], place[name]] = coef
        return np.asarray(self.inverse_root @ of_kept[:, self.kept])

    @property
    def rank(self) -> int:
        """Number of columns that were kept; the intercept is not among them."""
        return len(self.inverse_root)

    @property
    def degrees_of_freedom(self) -> int:
        """Rows beyond those that the coefficients and the intercept use up; 0 where there are no rows."""
        return max(self.n_samples - self.rank - self.fit_intercept, 0)

    @property
    def underdetermined(self) -> bool:
        """Whether there are fewer rows than coefficients, so that infinitely many solutions fit."""
        return self.n_samples < len(self.features) + self.fit_intercept

    @property
    def dropped(self) -> tuple[str, ...]:
        """Names of the columns that were not estimated."""
        return tuple(name for name, there in zip(self.features, self.estimated, strict=True) if not there)
