"""What a fitted model is made of, and what can be read off it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.errors import UsageError
from reta.model.covariance import residual_correlation, residual_covariance
from reta.model.evidence import quality_of

if TYPE_CHECKING:
    from reta.design import Design
    from reta.model.provenance import Provenance
    from reta.model.robust import RobustCovariance
    from reta.solvers import Solution
    from reta.types import CovarianceKind, FloatArray, IntArray, MissingPolicy, Note, Precision

__all__ = ["Fitted"]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The parts of a ``LinearModel``, which describes them, by the names that the field gives them."""

    design: Design
    solution: Solution
    target_means: FloatArray
    ranges: tuple[FloatArray, FloatArray]
    missing: MissingPolicy
    notes: tuple[Note, ...]
    provenance: Provenance
    robust: RobustCovariance | None = None

    def require_least_squares(self, what: str) -> None:
        """Raise UsageError where the coefficients are not those of least squares, which ``what`` is about."""
        if not self.solution.least_squares:
            this = (
                "comes from gradient descent; fit it with reta fit"
                if self.n_samples
                else "is weights that were given, without rows; fit the rows with reta fit"
            )
            raise UsageError(f"{what}: only least squares has them, and this model {this}")

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Columns of the matrix of features, p of them: ``temp``, ``region[south]``."""
        return self.solution.features

    @property
    def target_names(self) -> tuple[str, ...]:
        """The k targets."""
        return self.solution.targets

    @property
    def coef_(self) -> FloatArray:
        """Coefficients, shape (n_targets, n_features), target per feature; 0 for columns that were dropped."""
        return self.solution.coef

    @property
    def intercept_(self) -> FloatArray:
        """Intercepts, shape (n_targets,), in target units; zeros for a fit without intercept."""
        return self.solution.intercept

    @property
    def fit_intercept(self) -> bool:
        """Whether the model has an intercept."""
        return self.solution.fit_intercept

    @property
    def n_samples(self) -> int:
        """Training rows with a positive weight."""
        return self.solution.n_samples

    @property
    def degrees_of_freedom(self) -> int:
        """Training rows beyond those that the coefficients use up."""
        return self.solution.degrees_of_freedom

    @property
    def r_squared(self) -> FloatArray:
        """R², shape (k,); NaN where it is undefined."""
        return quality_of(self.solution).r_squared

    @property
    def adjusted_r_squared(self) -> FloatArray:
        """R² adjusted for the number of coefficients, shape (k,); NaN where it is undefined."""
        return quality_of(self.solution).adjusted_r_squared

    @property
    def residual_standard_error(self) -> FloatArray:
        """√(Σ w (y−ŷ)² / degrees of freedom), shape (k,), in target units; NaN without degrees of freedom."""
        return quality_of(self.solution).residual_standard_error

    @property
    def residual_covariance(self) -> FloatArray:
        """Σ w e eᵀ / degrees of freedom, shape (k, k), target × target units; NaN without degrees of freedom."""
        return residual_covariance(self.solution)

    @property
    def residual_correlation(self) -> FloatArray:
        """How the residuals of the targets go together, shape (k, k); NaN for targets without residuals."""
        return residual_correlation(self.solution)

    @property
    def weighted(self) -> bool:
        """Whether rows had weights other than 1, so far as is known."""
        return self.solution.weighted

    @property
    def covariance(self) -> CovarianceKind:
        """Where the errors, tests and intervals of the coefficients come from: ``"classical"``, ``"HC3"`` and so on."""
        return "classical" if self.robust is None else self.robust.kind

    @property
    def solver(self) -> str:
        """Name of the method that solved for the coefficients."""
        return self.solution.solver

    @property
    def rank(self) -> int:
        """Features that could be told apart; the intercept is not counted."""
        return self.solution.rank

    @property
    def dropped(self) -> tuple[str, ...]:
        """Features that could not be estimated; their coefficients are 0."""
        return self.solution.dropped

    @property
    def condition(self) -> float:
        """Condition number of the correlation matrix of the features; 1 is best, NaN where no rows are known."""
        return self.solution.condition

    @property
    def digits(self) -> int:
        """Decimal digits that every coefficient has right; tiny ones are judged by a thousandth of the usual size."""
        return self.solution.digits

    @property
    def digits_trusted(self) -> IntArray:
        """Decimal digits that each coefficient has right, shape (k, p), from 0 to 15: never more than it has.

        They count how close it is to the exact least-squares solution of the data as given, relative to its own size.
        """
        return self.solution.coef_digits

    @property
    def intercept_digits_trusted(self) -> IntArray:
        """The same of each intercept, shape (k,)."""
        return self.solution.intercept_digits

    @property
    def precision(self) -> Precision:
        """How rows were summed: ``"extended"``, to some 30 digits, or ``"float64"``, where that left digits enough."""
        return self.solution.precision

    @property
    def passes(self) -> int:
        """How often the data were read, wholly or in part."""
        return self.provenance.passes
