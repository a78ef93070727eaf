"""What can be asked of a fitted model without its rows: estimates, quality, hypotheses, features that move together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.errors import UsageError
from reta.forked import refuse_in_fork
from reta.model.covariance import coefficient_covariance
from reta.model.evidence import glance_frame, tidy_frame
from reta.model.fitted import Fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from reta.inference.hypotheses import Distribution
    from reta.model.collinearity import Overlap, Together
    from reta.types import FloatArray

__all__ = ["Questions"]


class Questions(Fitted):
    """The questions to a ``LinearModel`` that its coefficients and their covariance answer."""

    __slots__ = ()

    @one_blas_thread()
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
        refuse_in_fork()
        return tidy_frame(self.solution, level, self.robust)

    @one_blas_thread()
    def glance(self) -> pl.DataFrame:
        """Return a row per target on the fit as a whole.

        Returns
        -------
        polars.DataFrame
            ``target``, ``n_samples``, ``df_residual``, ``rank``, ``r_squared``, ``adj_r_squared`` (shares of squares
            about the mean or, without an intercept, about zero), ``sigma`` (residual standard error, target units),
            ``statistic`` and ``p_value`` (F test against the intercept alone, by the
            covariance that ``covariance`` names, as in ``test``),
            ``log_likelihood``, ``aic``, ``bic`` (as statsmodels counts: intercept and coefficients, not the variance);
            null where a quantity does not exist. The last three are null for a perfect fit, and for moments from a
            file that does not tell whether rows were weighted.
        """
        refuse_in_fork()
        return glance_frame(self.solution, self.robust)

    @one_blas_thread()
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
        self.require_least_squares("covariances of coefficients")
        at = self.target_names.index(target)
        return coefficient_covariance(self.solution, at) if self.robust is None else np.array(self.robust.matrices[at])

    @one_blas_thread()
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
        self.require_least_squares("tests")
        refuse_in_fork()
        from reta.model.hypothesis_tests import constraints_of, hypothesis_frame

        constraints = constraints_of(self.solution, hypothesis)
        if self.robust is None:
            return hypothesis_frame(self.solution, constraints, distribution)
        matrices, df = self.robust.matrices, self.robust.degrees_of_freedom
        return hypothesis_frame(self.solution, constraints, distribution, lambda at: matrices[at], df)

    @one_blas_thread()
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
        self.require_least_squares("tests")
        refuse_in_fork()
        from reta.model.hypothesis_tests import constraints_of, multivariate_frame

        return multivariate_frame(self.solution, constraints_of(self.solution, hypothesis))

    @one_blas_thread()
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
        self.require_least_squares("variance inflation factors")
        from reta.model.collinearity import collinearity_frame

        refuse_in_fork()
        return collinearity_frame(self.solution)

    @one_blas_thread()
    def features_together(self) -> list[Together]:
        """Return the groups of features that move together, VIF above 10, the most inflated group first.

        What features have in common because they are made of the same columns, as ``x`` and its square, is left aside.
        """
        return list(self.overlap().groups)

    def overlap(self) -> Overlap:
        """Return ``features_together`` and whether others overlap because they are made of the same columns."""
        from reta.model.collinearity import Overlap, overlap_of

        return overlap_of(self.solution, self.design) if self.solution.least_squares else Overlap()

    @one_blas_thread()
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
        self.require_least_squares("condition indices")
        from reta.model.collinearity import condition_frame

        refuse_in_fork()
        return condition_frame(self.solution)
