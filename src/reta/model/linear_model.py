"""The fitted model: coefficients, what is known about them, and predictions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.errors import UsageError
from reta.model.covariance import coefficient_covariance, residual_correlation, residual_covariance
from reta.model.evaluate import evaluate_table
from reta.model.evidence import glance_frame, half_widths_of, quality_of, tidy_frame
from reta.model.fitted import fitted_values
from reta.model.in_memory import predict_rows
from reta.model.predict import Predictor
from reta.model.warn import warn_of
from reta.solvers import broken_dependencies
from reta.tables import ReadOptions, open_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    import polars as pl
    from numpy.typing import ArrayLike

    from reta.design import Design, Features
    from reta.inference.hypotheses import Distribution
    from reta.model.collinearity import Together
    from reta.model.provenance import Provenance
    from reta.model.region import PredictionRegion
    from reta.model.robust import RobustCovariance
    from reta.solvers import Solution
    from reta.types import (
        CovarianceKind,
        FloatArray,
        IntArray,
        IntervalKind,
        Language,
        MissingPolicy,
        Note,
        Precision,
        Reading,
        UnknownLevels,
    )

__all__ = ["LinearModel"]


@dataclass(frozen=True, slots=True, eq=False)
class LinearModel:
    """A linear model of one or more targets, ``ŷ = X·coef_ᵀ + intercept_``, with the evidence for it.

    ``reta.fit`` makes one, ``reta.load`` reads one back.

    Attributes
    ----------
    design
        From source columns to the matrix of features.
    solution
        Coefficients, and what inference needs.
    target_means
        Shape (k,), in target units: ȳ, or zeros without an intercept.
    ranges
        Smallest and largest training value of every feature: two arrays of shape (p,).
    missing
        The policy for missing values that training followed; the default at prediction.
    notes
        What was assumed, encoded, dropped or is worth a warning.
    provenance
        Which data, how often read, with which options and versions.
    robust
        The covariance of the coefficients that a second reading of the rows gave, where one was asked for.
    """

    design: Design
    solution: Solution
    target_means: FloatArray
    ranges: tuple[FloatArray, FloatArray]
    missing: MissingPolicy
    notes: tuple[Note, ...]
    provenance: Provenance
    robust: RobustCovariance | None = None

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
        """Whether rows had weights; saved moments whose weights add up to the number of rows cannot tell."""
        return "weights" in self.provenance.options or self.solution.weight_sum != self.n_samples

    @property
    def covariance(self) -> CovarianceKind:
        """Where the errors, tests and intervals of the coefficients come from: ``"classical"``, ``"HC3"`` and so on."""
        return "classical" if self.robust is None else self.robust.kind

    def coefficient_covariance(self, target: str) -> FloatArray:
        """Return the covariance matrix of the coefficients of one target, of the kind that ``covariance`` names.

        Returns
        -------
        numpy.ndarray
            Shape (m, m), in products of the coefficients' units, the intercept first where there is one, then every
            feature; NaN for dropped features and where there is none (no degrees of freedom).

        Raises
        ------
        UsageError
            The model has no such target.
        """
        if target not in self.target_names:
            raise UsageError(f"no target `{target}` in the model, which has {', '.join(self.target_names)}")
        at = self.target_names.index(target)
        return coefficient_covariance(self.solution, at) if self.robust is None else np.array(self.robust.matrices[at])

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
        """Condition number of the correlation matrix of the features; 1 is best."""
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

    def summary(self, level: float = 0.95, *, language: Language = "en", width: int = 100) -> str:
        """Return what ``reta fit`` shows, as plain text.

        Parameters
        ----------
        level
            Coverage of the confidence intervals.
        language
            ``"en"`` or ``"pt-BR"``.
        width
            Characters a line may have.
        """
        from reta.screens.language import Speech
        from reta.screens.model_screen import Closing, model_screen
        from reta.screens.terminal import plain_text

        lines = model_screen(self, level, Speech(language), width, Closing(saved=None, next=(), everything=True))
        return "\n".join(plain_text(line) for line in lines)

    def tidy(self, level: float = 0.95) -> pl.DataFrame:
        """Return a row per target and term.

        Parameters
        ----------
        level
            Coverage of the confidence intervals.

        Returns
        -------
        polars.DataFrame
            ``target``, ``term`` (``"intercept"`` first), ``estimate``, ``std_error``, ``statistic`` (t), ``p_value``,
            ``conf_low``, ``conf_high``, ``digits`` (of the estimate, as ``digits_trusted``); null where a quantity does
            not exist (dropped columns, no degrees of freedom).
            The errors, and what follows from them, are of the kind that ``covariance`` names.
        """
        return tidy_frame(self.solution, level, self.robust)

    def glance(self) -> pl.DataFrame:
        """Return a row per target on the fit as a whole.

        Returns
        -------
        polars.DataFrame
            ``target``, ``n_samples``, ``df_residual``, ``rank``, ``r_squared``, ``adj_r_squared``, ``sigma`` (residual
            standard error, target units), ``statistic`` and ``p_value`` (F test against the intercept alone, by the
            covariance that ``covariance`` names, as in ``test``),
            ``log_likelihood``, ``aic``, ``bic`` (as statsmodels counts: intercept and coefficients, not the variance);
            null where a quantity does not exist. The last three are null for weighted rows, whose likelihood moments
            do not determine, and for a perfect fit.
        """
        return glance_frame(self.solution, weighted=self.weighted, robust=self.robust)

    def test(self, hypothesis: str | Sequence[str] | None = None, *, distribution: Distribution = "F") -> pl.DataFrame:
        """Test linear hypotheses about the coefficients, all of them together, for each target by itself.

        Parameters
        ----------
        hypothesis
            In words, ``"temp = 0, rainfall = 2*humidity, intercept = 1"``: names with blanks, commas or signs stand in
            backticks. Or names whose coefficients are all to be zero; by default those of all features.
        distribution
            ``"F"``, or ``"chi2"`` for Wald's test, which takes the residual variance for known.

        Returns
        -------
        polars.DataFrame
            ``target``, ``statistic``, ``df_num``, ``df_den`` (null for χ²), ``p_value``; null where no residuals are
            left to judge by.

        Raises
        ------
        UsageError
            A hypothesis cannot be read, is about a column that was dropped, follows from the others or contradicts
            them.

        Examples
        --------
        >>> import reta
        >>> model = reta.fit(reta.datasets.crops_15(), targets=["apples", "oranges"])
        >>> model.test("rainfall = humidity").select("target", "df_num", "df_den").rows()
        [('apples', 1, 11.0), ('oranges', 1, 11.0)]
        """
        from reta.model.hypothesis_tests import constraints_of, hypothesis_frame

        constraints = constraints_of(self.solution, hypothesis)
        if self.robust is None:
            return hypothesis_frame(self.solution, constraints, distribution)
        matrices, df = self.robust.matrices, self.robust.degrees_of_freedom
        return hypothesis_frame(self.solution, constraints, distribution, lambda at: matrices[at], df)

    def multivariate_test(self, hypothesis: str | Sequence[str] | None = None) -> pl.DataFrame:
        """Test linear hypotheses for all targets at once, which takes account of how their residuals go together.

        The tests are classical whatever ``covariance`` names.

        Parameters
        ----------
        hypothesis
            As for ``test``.

        Returns
        -------
        polars.DataFrame
            ``test`` (``"wilks"``, ``"pillai"``, ``"hotelling_lawley"``, ``"roy"``), ``value``, and its F approximation:
            ``statistic``, ``df_num``, ``df_den``, ``p_value``; null where the degrees of freedom do not suffice for
            it. Pillai's is the least sensitive to unequal variances; Roy's p value is a lower bound.

        Raises
        ------
        UsageError
            As for ``test``.
        DataError
            The residuals do not tell the targets apart: too few rows, a perfect fit, targets that add up to others.
        """
        from reta.model.hypothesis_tests import constraints_of, multivariate_frame

        return multivariate_frame(self.solution, constraints_of(self.solution, hypothesis))

    def collinearity(self) -> pl.DataFrame:
        """Return which features move together, so that their separate effects are uncertain.

        Returns
        -------
        polars.DataFrame
            A row per feature: ``term``; ``vif``, by how much the resemblance to the others multiplies the variance of
            its coefficient (from 1; above 10 is worth a thought; null for dropped columns);
            ``r_squared_by_others``, 1 − 1/VIF; ``moves_with``, the names of those that take part, where it or they
            have a VIF above 10.
        """
        from reta.model.collinearity import collinearity_frame

        return collinearity_frame(self.solution)

    def features_together(self) -> list[Together]:
        """Return the groups of features that move together, VIF above 10, the most inflated group first."""
        from reta.model.collinearity import features_together

        return features_together(self.solution)

    def condition_indices(self) -> pl.DataFrame:
        """Return the condition indices of the scaled features, with variance-decomposition proportions.

        Returns
        -------
        polars.DataFrame
            A row per direction and feature: ``direction`` (from 1), ``condition_index`` (1 for the first; above 30
            speaks of a near dependency), ``term``, ``variance_proportion``: the share of the variance of the
            term's coefficient that comes from this direction. The features are centred where the model has an
            intercept; ``condition`` is the square of the last index.
        """
        from reta.model.collinearity import condition_frame

        return condition_frame(self.solution)

    def predict(
        self,
        rows: object,
        *,
        interval: float | None = None,
        kind: IntervalKind = "prediction",
        unknown: UnknownLevels = "error",
        missing: MissingPolicy | None = None,
        **reading: Unpack[Reading],
    ) -> Any:
        """Predict the targets of new rows.

        Parameters
        ----------
        rows
            A data frame, an array or tensor of shape (n, p) with the design's columns in order, a file.
        interval
            Coverage of the intervals, for example 0.95; none by default.
        kind
            ``"prediction"``: for a new observation; ``"confidence"``: for the mean of many such rows. The mean's
            error is of the kind that ``covariance`` names. A new observation adds the residual variance of all
            training rows, which no robust covariance replaces: where the spread differs, its interval covers as
            often as it says on average over such rows only.
        unknown
            What a level that training never saw gets: ``"error"``, or ``"baseline"``.
        missing
            What a missing feature gets: ``"error"``, ``"drop"`` or ``"mean"``; as in training by default.
        **reading
            How to read files, as for ``reta.fit``.

        Returns
        -------
        frame, array or Intervals
            For a frame, a frame of the same kind with one column per target (``apples``) and, with ``interval``,
            ``apples_lower`` and ``apples_upper``; for a file, a Polars frame. For an array or tensor, one of shape
            (n, k); with ``interval``, an ``Intervals`` of three such arrays.

        Raises
        ------
        DataError
            Columns are absent, cells missing or no numbers, levels unknown.

        Warns
        -----
        RetaWarning
            Rows were left out, or lie outside the range of the training data.
        """
        policy = missing or self.missing
        predictor = Predictor(self, interval=interval, kind=kind, unknown=unknown, missing=policy)
        predictions = predict_rows(predictor, rows, ReadOptions(missing=policy, **reading))
        warn_of(predictor.notes())
        return predictions

    def prediction_region(
        self,
        rows: object,
        *,
        level: float = 0.95,
        kind: IntervalKind = "prediction",
        unknown: UnknownLevels = "error",
        missing: MissingPolicy | None = None,
        **reading: Unpack[Reading],
    ) -> PredictionRegion:
        """Return where all targets of new rows fall together: an ellipsoid for each row, by Hotelling's T².

        Intervals hold for one target at a time; the more targets, the more often one of them falls outside. The
        regions are classical whatever ``covariance`` names: how the targets' errors go together is kept for none else.

        Parameters
        ----------
        rows, kind, unknown, missing, **reading
            As for ``predict``.
        level
            Probability that all targets of a new row fall inside.

        Returns
        -------
        PredictionRegion
            ``centers``, ``shape`` and ``radius`` of the ellipsoids, and ``contains(Y)``. Rows that were left out for
            missing cells have none. With one target they are the intervals of ``predict``.

        Raises
        ------
        DataError
            As for ``predict`` and ``multivariate_test``.
        """
        from reta.model.region import prediction_region

        policy = missing or self.missing
        predictor = Predictor(self, kind=kind, unknown=unknown, missing=policy)
        region = prediction_region(predictor, rows, ReadOptions(missing=policy, **reading), level)
        warn_of(predictor.notes())
        return region

    def evaluate(
        self, data: object, *, missing: MissingPolicy | None = None, **reading: Unpack[Reading]
    ) -> pl.DataFrame:
        """Compare predictions with the targets of rows that training did not see.

        Parameters
        ----------
        data
            Rows with the features and the targets.
        missing
            As for ``predict``.
        **reading
            How to read files, as for ``reta.fit``.

        Returns
        -------
        polars.DataFrame
            ``target``, ``n_samples``, ``rmse``, ``mae`` (target units), ``r_squared``.
        """
        policy = missing or self.missing
        predictor = Predictor(self, missing=policy)
        scores = evaluate_table(predictor, open_table(data, ReadOptions(missing=policy, **reading)))
        warn_of(predictor.notes())
        return scores

    def augment(self, data: object, weights: str | ArrayLike | None = None, **reading: Unpack[Reading]) -> Any:
        """Return the rows of the fit, each with its residual and its influence, once for every target.

        Parameters
        ----------
        data
            The rows that the model was fitted to, with features and targets; ``(X, y)`` for arrays.
        weights
            As for ``reta.fit``; the column of weights of the training by default.
        **reading
            How to read files, as for ``reta.fit``. Missing values get what they got in training.

        Returns
        -------
        frame
            Of the caller's kind, a Polars frame for files and arrays: the rows' own columns, then ``target``;
            ``fitted``, ``residual`` (target units); ``leverage``; ``std_residual`` and ``student_residual``
            (internally and externally studentised); ``cooks_distance``; ``dffits``; ``covratio``; and for every term
            ``dfbetas_<term>``. A name that the rows have already gets ``model_`` before it. Null where a quantity does
            not exist: rows of leverage 1 or weight 0, perfect fits, no degrees of freedom, dropped terms.

        Raises
        ------
        DataError
            Columns are absent, cells missing or no numbers, levels unknown.
        UsageError
            The model was fitted with weights, and there are none.

        Warns
        -----
        RetaWarning
            The rows are not those of the fit.
        """
        from reta.model.augment import augment_rows

        frame, notes = augment_rows(self, data, ReadOptions(missing=self.missing, **reading), weights)
        warn_of(notes)
        return frame

    def diagnose(
        self, data: object, weights: str | ArrayLike | None = None, **reading: Unpack[Reading]
    ) -> pl.DataFrame:
        """Test, on the rows of the fit, what the fit takes for granted.

        Parameters
        ----------
        data, weights, **reading
            As for ``augment``.

        Returns
        -------
        polars.DataFrame
            ``target``, ``test``, ``statistic``, ``df``, ``df_residual`` (of F tests), ``p_value`` and ``verdict``, what
            it means in words. The tests: ``breusch_pagan`` and ``white`` (n·R², χ²: spread of the residuals),
            ``reset`` (F: a missing curve), ``durbin_watson`` (order of the rows), ``jarque_bera`` (χ²) with
            ``skewness`` and ``kurtosis`` (normality), ``press`` and ``loo_r_squared`` (leaving one row out). Null where
            a quantity does not exist; the verdict says why.

        Raises
        ------
        DataError, UsageError
            As for ``augment``.

        Warns
        -----
        RetaWarning
            The rows are not those of the fit.
        """
        from reta.model.diagnose import diagnose_table
        from reta.model.rows_pass import open_rows
        from reta.screens.language import Speech

        table, named = open_rows(data, self, ReadOptions(missing=self.missing, **reading), weights)
        diagnosis = diagnose_table(self, table, named)
        warn_of(diagnosis.notes)
        return diagnosis.frame(Speech("en"))

    def save(self, path: str | Path) -> None:
        """Write the model as one JSON file, all or nothing; ``docs/reference/model-file.md`` explains the format.

        Raises
        ------
        FileError
            The file cannot be written; what was there before stays.
        """
        from reta.model.file import write_model

        write_model(self, Path(path))

    def predict_features(self, features: Features) -> FloatArray:
        """Return predictions for features as numbers: n rows to shape (n, k)."""
        return fitted_values(self.solution, features)

    def half_widths(self, X: FloatArray, level: float, kind: IntervalKind) -> FloatArray:
        """Return how far intervals reach from the predictions to either side, shape (n, k), in target units."""
        return half_widths_of(self.solution, X, level, kind, self.robust)

    def breaks_relations(self, X: FloatArray) -> int:
        """Count rows, of shape (n, p), that break a relation by which a column was dropped."""
        broken = broken_dependencies(X, self.solution.dependencies, self.feature_names, self.solution.center)
        return int(broken.any(axis=1).sum())
