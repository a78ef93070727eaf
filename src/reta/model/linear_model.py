"""The fitted model: what it is made of, what can be asked of it, and what it does with rows.

A ``LinearModel`` is a ``Fitted``, the parts, with ``Questions``, answered by the parts alone; here are predictions and
all else that needs rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.extras import load_extra
from reta.inference.coordinates import offset_blocks
from reta.model.evaluate import evaluate_table
from reta.model.evidence import half_widths_of
from reta.model.fitted_values import fitted_values
from reta.model.in_memory import predict_rows
from reta.model.predict import Predictor
from reta.model.questions import Questions
from reta.model.warn import warn_of
from reta.solvers import broken_dependencies
from reta.tables import ReadOptions

if TYPE_CHECKING:
    from typing import Unpack

    import polars as pl
    from numpy.typing import ArrayLike
    from torch import nn

    from reta.design import Features
    from reta.model.region import PredictionRegion
    from reta.types import FloatArray, IntervalKind, Language, MissingPolicy, Reading, UnknownLevels

__all__ = ["LinearModel"]


class LinearModel(Questions):
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

    __slots__ = ()

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
        self.require_least_squares("prediction regions")
        from reta.model.region import prediction_region

        policy = missing or self.missing
        predictor = Predictor(self, kind=kind, unknown=unknown, missing=policy)
        region = prediction_region(predictor, rows, ReadOptions(missing=policy, **reading), level)
        warn_of(predictor.notes())
        return region

    def evaluate(
        self,
        data: object,
        weights: str | ArrayLike | None = None,
        *,
        missing: MissingPolicy | None = None,
        **reading: Unpack[Reading],
    ) -> pl.DataFrame:
        """Compare predictions with the targets of rows that training did not see.

        Parameters
        ----------
        data
            Rows with the features and the targets; ``(X, y)`` for arrays.
        weights
            As for ``reta.fit``; by default the column of weights of the training where the rows have it, else every row
            counts the same.
        missing
            As for ``predict``.
        **reading
            How to read files, as for ``reta.fit``.

        Returns
        -------
        polars.DataFrame
            ``target``, ``n_samples``, ``rmse``, ``mae`` (target units), ``r_squared``: that of the fit, on the rows of
            the fit. Means are weighted; ``r_squared`` compares with the mean of these rows or, of a model without
            intercept, with zero.

        Warns
        -----
        RetaWarning
            As for ``predict``; and where the fit was weighted and these rows have no weights.
        """
        from reta.model.rows_pass import open_rows

        policy = missing or self.missing
        table, named = open_rows(data, self, ReadOptions(missing=policy, **reading), weights)
        evaluation = evaluate_table(Predictor(self, missing=policy), table, named)
        warn_of(evaluation.notes)
        return evaluation.scores

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

    def to_torch(self) -> nn.Linear:
        """Return a ``torch.nn.Linear`` with the same weights and biases, in float64.

        Raises
        ------
        ExtraMissing
            PyTorch is not installed.

        Notes
        -----
        It takes the columns of ``feature_names``, encoded as ``design`` encodes them. A copy: training it leaves the
        model alone. ``.float()`` rounds it to float32. No random number is drawn.
        """
        torch = load_extra("torch", "a PyTorch layer", extra="torch")
        p, k = len(self.feature_names), len(self.target_names)
        new: Any = torch.nn.utils.skip_init  # draws no random numbers
        linear: nn.Linear = new(torch.nn.Linear, p, k, bias=self.fit_intercept, device="cpu", dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(np.array(self.coef_)))
            if self.fit_intercept:
                linear.bias.copy_(torch.from_numpy(np.array(self.intercept_)))
        return linear

    def predict_features(self, features: Features) -> FloatArray:
        """Return predictions for features as numbers: n rows to shape (n, k)."""
        return fitted_values(self.solution, features)

    def half_widths(self, X: FloatArray, level: float, kind: IntervalKind) -> FloatArray:
        """Return how far intervals reach from the predictions to either side, shape (n, k), in target units."""
        self.require_least_squares("intervals")
        half = np.empty((len(self.target_names), len(X)))
        for rows, offsets in offset_blocks(X, self.solution.center):
            half[:, rows] = half_widths_of(self.solution, offsets, level, kind, self.robust).T
        return half.T

    def breaks_relations(self, X: FloatArray) -> int:
        """Count rows, of shape (n, p), that break a relation by which a column was dropped."""
        if not self.solution.dependencies:
            return 0
        broken = broken_dependencies(X, self.solution.dependencies, self.feature_names, self.solution.center)
        return int(broken.any(axis=1).sum())
