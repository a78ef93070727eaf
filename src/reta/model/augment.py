"""The rows of the fit, each with what the model makes of it and what it does to the model: a row per row and target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.blas_threads import one_blas_thread
from reta.errors import DataError, UsageError
from reta.inference.influence import LEAST_LEVERAGE_LEFT, dfbetas, influence
from reta.model.covariance import term_names
from reta.model.rows_pass import Likeness, RowsPass, open_rows
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

    from reta.model.linear_model import LinearModel
    from reta.model.rows_pass import FittedRows
    from reta.tables import ReadOptions, Table

__all__ = ["Augmenter", "augment_rows"]

FIRST_COLUMNS = ("target", "fitted", "residual", "leverage")
INFLUENCE_COLUMNS = ("std_residual", "student_residual", "cooks_distance", "dffits", "covratio")
PREFIX = "model_"


class Augmenter:
    """Appends residuals and influence to batches of rows, and keeps count of what a user should know.

    Parameters
    ----------
    model
        The fitted model.
    table
        Its training rows, as a rule.
    weights
        Name of the column of weights; that of the training by default.
    as_numbers
        Whether the numbers of a text file come as numbers, not as they are written.

    Attributes
    ----------
    rows
        Rows so far.
    """

    def __init__(
        self, model: LinearModel, table: Table, weights: str | None = None, *, as_numbers: bool = True
    ) -> None:
        self.model = model
        self.table = table
        self._pass = RowsPass(model, table, weights=weights)
        self._likeness = Likeness(model)
        self._map = self._pass.map
        self._names = _output_names(_own_names(model), [column.name for column in table.columns])
        self._as_numbers = as_numbers
        self.rows = 0
        self._saturated = 0

    def batches(self) -> Iterator[pl.DataFrame]:
        """Yield the rows as they are, k times each, with the columns that ``LinearModel.augment`` explains."""
        k = len(self.model.target_names)
        for original, rows in self._pass.paired(
            k * (len(self._names) + len(self.table.columns)), as_numbers=self._as_numbers
        ):
            self._count(rows)
            repeated = original if k == 1 else original[np.repeat(np.arange(original.height), k)]
            yield repeated.hstack(self._frame(rows))

    def notes(self) -> list[Note]:
        """Say what was odd about the rows so far, and which columns are empty."""
        return list(self._oddities())

    def _count(self, rows: FittedRows) -> None:
        present = rows.present()
        self._likeness.update(present)
        self.rows += len(rows.weights)
        self._saturated += int((1.0 - present.leverage <= LEAST_LEVERAGE_LEFT).sum())

    @one_blas_thread()
    def _frame(self, rows: FittedRows) -> pl.DataFrame:
        model = self.model
        k = len(model.target_names)
        weights = np.where(rows.weights > 0.0, rows.weights, np.nan)
        leverage = np.where(rows.weights > 0.0, rows.leverage, np.nan)
        variance, df = self._pass.variance, model.degrees_of_freedom
        found = influence(
            rows.residuals,
            weights,
            leverage,
            variance=variance,
            degrees_of_freedom=df,
            n_coefficients=self._pass.n_coordinates,
        )
        moves = dfbetas(rows.U, self._map, rows.residuals, weights, leverage, variance=variance, degrees_of_freedom=df)
        numbers = [
            rows.fitted,
            rows.residuals,
            np.repeat(leverage, k),
            *(getattr(found, name) for name in INFLUENCE_COLUMNS),
            *np.moveaxis(moves, 2, 0),
        ]
        targets = pl.Series(np.tile(model.target_names, len(leverage)), dtype=pl.String)
        series = [targets, *(pl.Series(np.ravel(values), nan_to_null=True) for values in numbers)]
        return pl.DataFrame([one.alias(name) for one, name in zip(series, self._names, strict=True)])

    def _oddities(self) -> Iterator[Note]:
        own = _own_names(self.model)
        renamed = [name for name, given in zip(own, self._names, strict=True) if name != given]
        if renamed:
            listed = ", ".join(f"`{name}`" for name in renamed)
            yield Note("assumed", f"the rows have {listed} already: ours begin with `{PREFIX}`")
        other = self._likeness.note(self.table.description)
        if other is not None:
            yield other
        yield from self._empty_columns()
        if self._saturated:
            yield Note(
                "assumed",
                f"{counted(self._saturated, 'row')} of leverage 1, fitted by a coefficient of their own: "
                "no influence can be given for them",
            )

    def _empty_columns(self) -> Iterator[Note]:
        solution = self.model.solution
        if solution.degrees_of_freedom <= 0:
            yield Note("assumed", "no degree of freedom is left: there is no residual spread to measure influence by")
            return
        if solution.degrees_of_freedom == 1:
            yield Note("assumed", "one degree of freedom is left: without a row there would be none to judge it by")
        perfect = [name for name, flag in zip(solution.targets, solution.perfect_fit, strict=True) if flag]
        if perfect:
            listed = ", ".join(f"`{name}`" for name in perfect)
            yield Note("assumed", f"{listed}: fitted perfectly, so that residuals are rounding and influence is empty")


def augment_rows(
    model: LinearModel, data: object, options: ReadOptions, weights: str | ArrayLike | None
) -> tuple[Any, list[Note]]:
    """Return all of the rows at once, a frame for a frame and a Polars frame otherwise, and what was odd about them."""
    table, named = open_rows(data, model, options, weights)
    augmenter = Augmenter(model, table, named)
    frames = list(augmenter.batches())
    if not frames:
        raise DataError(f"{table.description} leaves no row")
    return _like(data, pl.concat(frames)), augmenter.notes()


def _like(data: Any, frame: pl.DataFrame) -> Any:
    """Return ``frame`` in the caller's own kind."""
    foreign = not isinstance(data, (pl.DataFrame, pl.LazyFrame)) and hasattr(data, "columns")
    if not foreign:
        return frame
    import narwhals as nw

    columns = {name: frame[name].to_numpy() for name in frame.columns}
    return nw.from_dict(columns, backend=nw.get_native_namespace(nw.from_native(data))).to_native()


def _own_names(model: LinearModel) -> list[str]:
    """Return the columns that are added, in their order."""
    if model.fit_intercept and "intercept" in model.feature_names:
        raise UsageError(
            "two coefficients are called `intercept`, and each has a column of DFBETAS: rename the feature, fit again"
        )
    terms = term_names(model.solution)
    return [*FIRST_COLUMNS, *INFLUENCE_COLUMNS, *(f"dfbetas_{term}" for term in terms)]


def _output_names(own: list[str], taken: list[str]) -> list[str]:
    """Return the names that the added columns get beside those that are there."""
    names = [f"{PREFIX}{name}" if name in taken else name for name in own]
    for name in names:
        if name in taken:
            raise DataError(f"the rows have a column `{name}` already: rename it, the residuals need that name")
    return names
