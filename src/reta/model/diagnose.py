"""Tests of what a fit takes for granted, from one more reading of its rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.arrays import or_one
from reta.blas_threads import one_blas_thread
from reta.errors import DataError
from reta.inference.durbin_watson import DurbinWatson
from reta.inference.heteroskedasticity import SpreadTests
from reta.inference.influence import deleted_residuals
from reta.inference.outcome import Outcome
from reta.inference.reset import ResetTest
from reta.inference.shape import ResidualShape, jarque_bera
from reta.model.influential import InfluentialRows
from reta.model.rows_pass import Likeness, RowsPass
from reta.screens.verdicts import verdict
from reta.tables.table import StartOver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reta.model.linear_model import LinearModel
    from reta.model.rows_pass import FittedRows
    from reta.screens.language import Speech
    from reta.tables import Table
    from reta.types import IntArray, Note

__all__ = ["Diagnosis", "diagnose_table"]


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """What the rows say about the fit.

    Attributes
    ----------
    outcomes
        Target, name of the test, and what it says; the tests of one target follow one another.
    influential
        ``target``, ``row``, ``observed``, ``fitted``, ``student_residual``, ``leverage``, ``cooks_distance``: the five
        rows of largest Cook's distance for each target.
    notes
        What was odd about the rows.
    """

    outcomes: tuple[tuple[str, str, Outcome], ...]
    influential: pl.DataFrame
    notes: tuple[Note, ...]

    def frame(self, speech: Speech) -> pl.DataFrame:
        """Return a row per target and test; ``LinearModel.diagnose`` explains the columns."""
        rows = [
            (target, test, o.statistic, o.df, o.df_residual, o.p_value, verdict(test, o, speech))
            for target, test, o in self.outcomes
        ]
        numbers = ("statistic", "df", "df_residual", "p_value")
        schema = {
            **dict.fromkeys(("target", "test"), pl.String),
            **dict.fromkeys(numbers, pl.Float64),
            "verdict": pl.String,
        }
        frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.selectors.float().fill_nan(None))
        return frame.with_columns(pl.col("df", "df_residual").cast(pl.Int64))


@one_blas_thread()
def diagnose_table(
    model: LinearModel, table: Table, weights: str | None = None, on_rows: Callable[[int], None] | None = None
) -> Diagnosis:
    """Read the rows of the fit and test what it takes for granted.

    Parameters
    ----------
    model
        The fitted model.
    table
        Its training rows.
    weights
        Name of the column of weights; that of the training by default.
    on_rows
        Called with the number of rows read so far.

    Raises
    ------
    DataError
        A column is absent or unusable, or no row is left.
    UsageError
        The model was fitted with weights, and there are none.

    Notes
    -----
    Memory holds one batch and the moments of the auxiliary columns, whatever the size of the source.
    """
    rows = RowsPass(model, table, weights=weights)
    while True:
        try:
            return _diagnose(rows, on_rows)
        except StartOver:
            continue


def _diagnose(rows: RowsPass, on_rows: Callable[[int], None] | None) -> Diagnosis:
    tests = _Tests(rows)
    read = 0
    for batch in rows.blocks(tests.cells_a_row):
        numbers = np.arange(read + 1, read + len(batch.weights) + 1)
        tests.update(batch.present(), numbers[batch.weights > 0.0])
        read += len(batch.weights)
        if on_rows is not None:
            on_rows(read)
    if tests.likeness.n_samples == 0:
        raise DataError(f"{rows.table.description} leaves no row to diagnose")
    other = tests.likeness.note(rows.table.description)
    return Diagnosis(tuple(tests.outcomes()), tests.influential.frame(), () if other is None else (other,))


class _Tests:
    """Every test, each with its own sums; columns are brought near 1 in size first, which no statistic feels."""

    def __init__(self, rows: RowsPass) -> None:
        model = rows.model
        solution = model.solution
        k = len(model.target_names)
        self._rows = rows
        self._size = np.sqrt(solution.weight_sum)
        explained = np.diagonal(solution.total_scatter) - np.diagonal(solution.residual_scatter)
        self._fitted_scale = or_one(np.sqrt(np.maximum(explained, 0.0) / solution.weight_sum))
        self._scale = or_one(np.sqrt(rows.variance))
        self._spread = SpreadTests(model.rank, k)
        self._reset = ResetTest(rows.n_coordinates, k, fit_intercept=model.fit_intercept)
        self._durbin_watson = DurbinWatson(k)
        self._shape = ResidualShape(k)
        self._press = np.zeros(k)
        self.influential = InfluentialRows(
            model.target_names, rows.variance, model.degrees_of_freedom, rows.n_coordinates
        )
        self.likeness = Likeness(model)
        self.cells_a_row = self._spread.n_columns + self._reset.n_columns

    def update(self, rows: FittedRows, numbers: IntArray) -> None:
        """Add rows with a positive weight, and their numbers in the source."""
        solution, U = self._rows.model.solution, rows.U * self._size
        residuals = rows.residuals / self._scale
        scaled = residuals * np.sqrt(rows.weights)[:, None] if self._rows.weighted else residuals
        features = U[:, 1:] if solution.fit_intercept else rows.offsets[:, solution.kept]
        self._spread.update(features, np.square(scaled))
        about_means = rows.fitted - self._rows.model.target_means
        fitted = (about_means if rows.fitted_low is None else about_means + rows.fitted_low) / self._fitted_scale
        self._reset.update(U, fitted, residuals, rows.weights if self._rows.weighted else None)
        self._durbin_watson.update(scaled)
        self._shape.update(scaled)
        deleted = deleted_residuals(rows.residuals, rows.leverage).T
        self._press += np.einsum("kn,kn->k", deleted * rows.weights if self._rows.weighted else deleted, deleted)
        self.influential.update(rows, numbers)
        self.likeness.update(rows)

    def outcomes(self) -> Iterator[tuple[str, str, Outcome]]:
        """Yield target, test and outcome."""
        solution = self._rows.model.solution
        found = {
            **self._spread.outcomes(),
            "reset": self._reset.outcomes(),
            "durbin_watson": [Outcome(value) for value in self._durbin_watson.value().tolist()],
            **self._normality(),
            **self._leave_one_out(),
        }
        for k, target in enumerate(solution.targets):
            perfect = "perfect_fit" if solution.perfect_fit[k] else ""
            obstacle = "no_degrees" if solution.degrees_of_freedom <= 0 else perfect
            for test, of_targets in found.items():
                yield target, test, Outcome(obstacle=obstacle) if obstacle else of_targets[k]

    def _normality(self) -> dict[str, list[Outcome]]:
        skewness, kurtosis = self._shape.skewness.tolist(), self._shape.kurtosis.tolist()
        both = [jarque_bera(self._shape.n_samples, s, k) for s, k in zip(skewness, kurtosis, strict=True)]
        return {
            "jarque_bera": [Outcome(statistic, 2, p_value=p) for statistic, p in both],
            "skewness": [Outcome(value) for value in skewness],
            "kurtosis": [Outcome(value) for value in kurtosis],
        }

    def _leave_one_out(self) -> dict[str, list[Outcome]]:
        solution = self._rows.model.solution
        total = np.where(solution.constant_target, np.nan, np.diagonal(solution.total_scatter))
        shares = (1.0 - self._press / total).tolist()
        press = [Outcome(value) if math.isfinite(value) else LEVERAGE_ONE for value in self._press.tolist()]
        defined = zip(press, shares, solution.constant_target.tolist(), strict=True)
        return {
            "press": press,
            "loo_r_squared": [
                one if one.obstacle else Outcome(obstacle="constant_target") if constant else Outcome(share)
                for one, share, constant in defined
            ],
        }


LEVERAGE_ONE = Outcome(obstacle="leverage_one")
