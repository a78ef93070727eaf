"""The rows of the fit read once more: block by block what the model makes of them, in the source's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from reta.blas_threads import one_blas_thread
from reta.design import Features
from reta.design.near import suggest_column
from reta.design.responses import target_values
from reta.design.wide_columns import as_summed
from reta.double_double import DoubleDouble
from reta.errors import DataError, UsageError
from reta.inference.coordinates import block_rows, coefficient_map, coordinates_of_offsets, row_leverage
from reta.inference.standard_errors import residual_variance
from reta.model.fitted_values import fitted_in_pairs, fitted_of_offsets
from reta.model.row_weights import weights_of_fit
from reta.tables import open_table
from reta.tables.array_weights import column_of_weights, with_weights
from reta.tables.arrays import ArrayTable
from reta.tables.typed import TypedTable
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    from reta.model.linear_model import LinearModel
    from reta.solvers import Solution
    from reta.tables import ReadOptions, Table
    from reta.types import BoolArray, FloatArray

__all__ = ["FittedRows", "Likeness", "RowsPass", "open_rows"]

CELLS_AT_ONCE = 2**21
LEAST_ROWS = 256
# Sums in another order differ by far less; residuals that nearly vanish are known to the rounding of the targets only.
SAME = 1e-5
ROUNDING_OF_TARGETS = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class FittedRows:
    """Some rows, and what the model makes of them; arrays are column by column in memory.

    Attributes
    ----------
    added
        Columns that were read besides, n rows.
    offsets
        Features less the center of the fit, shape (n, p).
    U
        Coordinates, shape (n, d); see ``reta.inference.coordinates``.
    fitted, residuals, scores
        Shape (n, k), in target units; scores are weight × residual.
    fitted_low
        The same shape: what rounding left out of ``fitted``, where that is known.
    weights
        Shape (n,).
    leverage
        Shape (n,).
    """

    added: pl.DataFrame
    offsets: FloatArray
    U: FloatArray
    fitted: FloatArray
    residuals: FloatArray
    scores: FloatArray
    weights: FloatArray
    leverage: FloatArray
    fitted_low: FloatArray | None = None

    def present(self) -> FittedRows:
        """Return the rows with a positive weight; one of weight 0 counts as absent."""
        kept = self.weights > 0.0
        if kept.all():
            return self
        return FittedRows(
            added=self.added.filter(pl.Series(kept)) if self.added.width else self.added,
            offsets=np.compress(kept, self.offsets.T, axis=1).T,
            U=np.compress(kept, self.U.T, axis=1).T,
            fitted=np.compress(kept, self.fitted.T, axis=1).T,
            residuals=np.compress(kept, self.residuals.T, axis=1).T,
            scores=np.compress(kept, self.scores.T, axis=1).T,
            weights=self.weights[kept],
            leverage=self.leverage[kept],
            fitted_low=None if self.fitted_low is None else np.compress(kept, self.fitted_low.T, axis=1).T,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Cells of some rows as numbers: features, targets of shape (k, n), weights of shape (n,); and columns besides.

    ``targets_low`` is what rounding left out of the targets, where they or the features hold integers beyond 2^53.
    """

    added: pl.DataFrame
    features: Features
    targets: FloatArray
    weights: FloatArray
    targets_low: FloatArray | None


class RowsPass:
    """Reads a table as training read it, and applies a model to every row.

    Parameters
    ----------
    model
        The fitted model.
    table
        Its training rows, as a rule.
    weights
        Name of the column of weights; that of the training by default.
    extra
        Further columns to read, as text unless the model uses them as numbers; a missing cell comes as null.

    Raises
    ------
    UsageError
        The model was fitted with weights and none are named, or the column named is not there; or it is not a fit by
        least squares.
    DataError
        The table lacks a feature or a target.
    """

    def __init__(
        self, model: LinearModel, table: Table, *, weights: str | None = None, extra: Sequence[str] = ()
    ) -> None:
        model.require_least_squares("influence, and tests of the residuals")
        self.model = model
        self.table = as_summed(table, model.design.terms, model.design.responses)
        self.weights = weights_of_fit(model, table, weights)
        self.weighted = self.weights is not None
        _require(model, table, extra)
        levels = tuple(term.column for term in model.design.categorical)
        targets = model.design.target_columns(model.target_names)
        known = (*model.design.columns, *targets, *(() if self.weights is None else (self.weights,)))
        self.extra = tuple(extra)
        added = tuple(name for name in extra if name not in known)
        self.columns = (*dict.fromkeys(known), *added)
        self.text = (*levels, *added)
        self.may_miss = (*(model.design.numeric if model.missing == "mean" else ()), *added)

    @property
    def map(self) -> FloatArray:
        """From coordinates to coefficients, shape (m, d), the intercept first."""
        solution = self.model.solution
        return coefficient_map(
            solution.inverse_root, solution.center, solution.weight_sum, fit_intercept=solution.fit_intercept
        )

    @property
    def n_coordinates(self) -> int:
        """Features kept, and the intercept: d."""
        return self.model.rank + self.model.fit_intercept

    @property
    def variance(self) -> FloatArray:
        """Residual variances, shape (k,), target² × weight; NaN without degrees of freedom, 0 for a perfect fit."""
        return residual_variance(self.model.solution.residual_scatter, self.model.degrees_of_freedom)

    def blocks(self, cells_a_row: int = 0) -> Iterator[FittedRows]:
        """Yield the rows, few enough at a time to stay in the cache.

        ``cells_a_row`` says how many numbers will be made of each. May raise ``StartOver``, as ``Table.batches`` does.
        """
        yield from self._read(min(block_rows(max(self._width, cells_a_row)), self.rows_at_once()))

    def batches(self) -> Iterator[FittedRows]:
        """Yield the same, as many at a time as come, for sums over groups or neighbours of rows."""
        yield from self._read(self.rows_at_once())

    def paired(self, cells_a_row: int, *, as_numbers: bool) -> Iterator[tuple[pl.DataFrame, FittedRows]]:
        """Yield the same, the untouched rows beside them; ``as_numbers`` reads what a text file spells."""
        step = self.rows_at_once(cells_a_row)
        table = TypedTable(self.table) if as_numbers else self.table
        for batch in table.paired_batches(self.columns, text=self.text, may_miss=self.may_miss, weights=self.weights):
            slices = zip(batch.original.iter_slices(step), batch.clean.iter_slices(step), strict=True)
            for untouched, clean in slices:
                yield untouched, self._fitted(self._cells(clean), slice(0, clean.height))

    @property
    def _width(self) -> int:
        return len(self.model.feature_names) + 2 * len(self.model.target_names)

    def _read(self, step: int) -> Iterator[FittedRows]:
        for clean in self.table.batches(self.columns, text=self.text, may_miss=self.may_miss, weights=self.weights):
            for part in clean.iter_slices(self.rows_at_once()):
                cells = self._cells(part)
                for start in range(0, part.height, step):
                    yield self._fitted(cells, slice(start, min(start + step, part.height)))

    def _cells(self, clean: pl.DataFrame) -> _Cells:
        """Turn the columns of ``self.columns`` into numbers."""
        design, targets = self.model.design, self.model.target_names
        design.unknown_levels(clean, "error")
        features, values = design.features(clean), target_values(clean, targets, design.responses)
        has_wide = any(dtype.is_integer() for dtype in clean.dtypes)  # batches hold floats otherwise
        return _Cells(
            clean.select(self.extra),
            features,
            np.array(values, dtype=np.float64),
            np.ones(clean.height) if self.weights is None else clean[self.weights].cast(pl.Float64).to_numpy(),
            np.array([_rounded_off(each) for each in values]) if has_wide else None,
        )

    @one_blas_thread()
    def _fitted(self, cells: _Cells, rows: slice) -> FittedRows:
        """Apply the model to some of the rows."""
        solution, features = self.model.solution, cells.features
        offsets = features.X[rows].T - solution.center[:, None]
        offsets[features.unrounded] += features.low[rows].T
        about_means = offsets - solution.center_low[:, None]
        U = coordinates_of_offsets(
            about_means, solution.inverse_root, solution.weight_sum, fit_intercept=solution.fit_intercept
        ).T
        fitted, fitted_low, residuals = _fitted_to(solution, cells, rows, offsets)
        weights = cells.weights[rows]
        leverage = np.minimum(row_leverage(U, weights), 1.0)
        scores = residuals * weights if self.weighted else residuals
        added = cells.added.slice(rows.start, len(weights)) if self.extra else cells.added
        return FittedRows(
            added,
            offsets.T,
            U,
            fitted.T,
            residuals.T,
            scores.T,
            weights,
            leverage,
            None if fitted_low is None else fitted_low.T,
        )

    def rows_at_once(self, cells_a_row: int = 0) -> int:
        """Return how many rows to take at a time, so that what is made of them stays small."""
        return max(LEAST_ROWS, CELLS_AT_ONCE // max(len(self.model.feature_names), cells_a_row, 32))


class Likeness:
    """Tells whether rows are those of the fit: as many, with the same leverage and the same squares left over."""

    def __init__(self, model: LinearModel) -> None:
        self._model = model
        self.n_samples = 0
        self._leverage = 0.0
        self._squares = np.zeros(len(model.target_names))

    def update(self, rows: FittedRows) -> None:
        """Add rows with a positive weight."""
        self.n_samples += len(rows.weights)
        self._leverage += float(rows.leverage.sum())
        self._squares += np.einsum("kn,kn->k", rows.scores.T, rows.residuals.T)

    def note(self, description: str) -> Note | None:
        """Return a warning where they are other rows."""
        if self.same():
            return None
        return Note(
            "warning",
            f"{description} does not hold the {counted(self._model.n_samples, 'row')} that the model was fitted to: "
            "leverage, influence and tests are meant for those rows",
        )

    def same(self) -> bool:
        """Whether every sum is that of the fit."""
        solution = self._model.solution
        wanted, total = np.diagonal(solution.residual_scatter), np.diagonal(solution.total_scatter)
        close = np.abs(self._squares - wanted) <= SAME * wanted + ROUNDING_OF_TARGETS * total
        return (
            self.n_samples == solution.n_samples
            and abs(self._leverage - solution.rank - solution.fit_intercept) <= self._leverage_rounding()
            and bool((close | _unjudged(solution.perfect_fit, self._model.degrees_of_freedom)).all())
        )

    def _leverage_rounding(self) -> float:
        solution = self._model.solution
        return (SAME + np.finfo(np.float64).eps * solution.condition) * (solution.rank + 1)


def open_rows(
    data: object, model: LinearModel, options: ReadOptions, weights: str | ArrayLike | None
) -> tuple[Table, str | None]:
    """Return the table of ``data``, arrays under the model's own names, and the name of its column of weights."""
    table = open_table(data, options, targets=model.target_names)
    if isinstance(table, ArrayTable):
        return _named(table, model, weights)
    return table, column_of_weights(weights)


def _fitted_to(
    solution: Solution, cells: _Cells, rows: slice, offsets: FloatArray
) -> tuple[FloatArray, FloatArray | None, FloatArray]:
    """Return fitted values, what rounding left out of them where that counts, and residuals, shape (k, n) each."""
    features, targets = cells.features, cells.targets[:, rows]
    if not len(features.unrounded) and cells.targets_low is None:
        fitted = fitted_of_offsets(solution, offsets)
        return fitted, None, targets - fitted
    part = Features(features.X[rows], features.unrounded, features.low[rows])
    pairs = fitted_in_pairs(solution, part).T
    if cells.targets_low is None:
        return pairs.rounded(), None, targets - pairs.rounded()
    return pairs.high, pairs.low, (DoubleDouble(targets, cells.targets_low[:, rows]) - pairs).rounded()


def _rounded_off(values: NDArray[Any]) -> FloatArray:
    """Return what float64 leaves out of a column, shape (n,)."""
    return np.zeros(len(values)) if values.dtype.kind == "f" else DoubleDouble.of_integers(values).low


def _named(table: ArrayTable, model: LinearModel, weights: str | ArrayLike | None) -> tuple[Table, str | None]:
    features = model.design.columns if table.X.shape[1] == len(model.design.columns) else table.features
    Y, targets, column = with_weights(table, weights)
    named = ArrayTable(table.X, Y, table.options, features=features, targets=targets, description=table.description)
    return named, column


def _require(model: LinearModel, table: Table, extra: Sequence[str]) -> None:
    model.design.require_columns(table)
    names = [column.name for column in table.columns]
    for target in model.design.target_columns(model.target_names):
        if target not in names:
            raise DataError(
                f"{table.description} lacks the target `{target}`, without which there are no "
                f"residuals{suggest_column(target, names)}"
            )
    for name in extra:
        if name not in names:
            raise UsageError(f"no column `{name}` in {table.description}{suggest_column(name, names)}")


def _unjudged(perfect: BoolArray, degrees_of_freedom: int) -> BoolArray:
    """Return the targets of whose residuals the fit knows nothing."""
    return perfect | (degrees_of_freedom <= 0)
