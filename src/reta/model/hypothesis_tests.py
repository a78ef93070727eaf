"""Hypotheses about a model's coefficients: from words to frames of tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.errors import DataError, UsageError
from reta.inference import residual_variance
from reta.inference.constraints import all_zero, parse_constraints
from reta.inference.hypotheses import linear_test, linear_tests
from reta.inference.multivariate import multivariate_statistics
from reta.model.covariance import estimates_of, term_names, unscaled_root
from reta.model.residual_root import residual_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reta.inference.constraints import Constraints
    from reta.inference.hypotheses import Distribution, LinearTest
    from reta.solvers import Solution
    from reta.types import FloatArray

__all__ = ["constraints_of", "hypothesis_frame", "multivariate_frame"]


def constraints_of(solution: Solution, hypothesis: str | Sequence[str] | None) -> Constraints:
    """Return hypotheses about the coefficients of ``solution``, in the order of ``term_names``.

    Parameters
    ----------
    solution
        With m coefficients a target.
    hypothesis
        Equations in words; names whose coefficients are all to be zero; ``None`` for all features that were kept.

    Raises
    ------
    UsageError
        It cannot be read, is about a coefficient that is not there or was not estimated, or is redundant or
        contradictory.
    """
    if hypothesis is None:
        hypothesis = [name for name, kept in zip(solution.features, solution.kept, strict=True) if kept]
        if not hypothesis:
            raise UsageError("the model has no feature whose effect could be tested")
    text = hypothesis if isinstance(hypothesis, str) else all_zero(hypothesis)
    return parse_constraints(text, term_names(solution), _unavailable(solution))


def hypothesis_frame(
    solution: Solution,
    constraints: Constraints,
    distribution: Distribution = "F",
    covariance_of: Callable[[int], FloatArray] | None = None,
    df_residual: float | None = None,
) -> pl.DataFrame:
    """Return a row per target; ``LinearModel.test`` explains the columns.

    Parameters
    ----------
    solution, constraints
        From ``constraints_of``.
    distribution
        ``"F"`` or ``"chi2"``.
    covariance_of
        From a target's position to the covariance of its coefficients, shape (m, m); the classical one by default.
    df_residual
        That go with it; those of the fit by default.
    """
    if distribution not in {"F", "chi2"}:
        raise UsageError(f"the distribution {distribution!r} is none of 'F', 'chi2'")
    if covariance_of is None:
        tests = _classical(solution, constraints, distribution)
    else:
        # A dropped column's covariance is NaN; no hypothesis names one, but 0·NaN would spread.
        df = solution.degrees_of_freedom if df_residual is None else df_residual
        covariances = [np.nan_to_num(covariance_of(at)) for at in range(len(solution.targets))]
        tests = [
            linear_test(row, V, constraints.R, constraints.r, df_residual=df, distribution=distribution)
            for row, V in zip(estimates_of(solution), covariances, strict=True)
        ]
    columns = {
        "target": list(solution.targets),
        "statistic": [test.statistic for test in tests],
        "df_num": [test.df_num for test in tests],
        "df_den": pl.Series([test.df_den if math.isfinite(test.df_den) else None for test in tests], dtype=pl.Float64),
        "p_value": [test.p_value for test in tests],
    }
    return pl.DataFrame(columns).with_columns(pl.selectors.float().fill_nan(None))


def _classical(solution: Solution, constraints: Constraints, distribution: Distribution) -> list[LinearTest]:
    df = solution.degrees_of_freedom
    return linear_tests(
        estimates_of(solution),
        residual_variance(solution.residual_scatter, df),
        unscaled_root(solution),
        constraints.R,
        constraints.r,
        df_residual=df,
        distribution=distribution,
    )


def multivariate_frame(solution: Solution, constraints: Constraints) -> pl.DataFrame:
    """Return a row per statistic; ``LinearModel.multivariate_test`` explains the columns.

    Raises
    ------
    DataError
        The residuals do not tell the targets apart: too few rows, a perfect fit, targets that add up to one another.
    """
    estimates = estimates_of(solution)
    found = multivariate_statistics(
        constraints.R @ estimates.T - constraints.r[:, None],
        unscaled_root(solution) @ constraints.R.T,
        residual_root(solution),
        solution.degrees_of_freedom,
    )
    names = ("test", "value", "statistic", "df_num", "df_den", "p_value")
    frame = pl.DataFrame({name: [getattr(row, name) for row in found] for name in names})
    if not np.isfinite(frame["value"].to_numpy()).all():
        raise DataError(f"the hypothesis '{constraints.text}' cannot be tested: its estimates have no covariance")
    return frame.with_columns(pl.selectors.float().fill_nan(None))


def _unavailable(solution: Solution) -> dict[str, str]:
    reasons = {
        dependency.column: (
            f"it is {dependency.value}, so it was dropped from the fit"
            if dependency.is_constant
            else f"it shares one effect with others, because {dependency.text}"
            if solution.minimum_norm
            else f"it was dropped from the fit, because {dependency.text}"
        )
        for dependency in solution.dependencies
    }
    if not solution.fit_intercept and "intercept" not in solution.features:
        reasons["intercept"] = "the model was fitted without one"
    return reasons
