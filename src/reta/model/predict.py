"""Predictions for new rows: by column name, in batches, with everything odd about the rows counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import polars as pl

from reta.allowed import require_coverage, require_one_of
from reta.blas_threads import one_blas_thread
from reta.design import Numeric
from reta.errors import DataError, UsageError
from reta.model.outside import outside_range
from reta.types import IntervalKind, MissingPolicy, Note, UnknownLevels
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reta.design import Features
    from reta.model.linear_model import LinearModel
    from reta.model.outside import Outside
    from reta.tables.delimited import DelimitedTable
    from reta.tables.table import Table
    from reta.types import BoolArray, FloatArray

__all__ = ["Predicted", "Predictor", "output_name", "predict_batches"]


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """Predictions for n rows and the bounds of their intervals, if any: shape (n, k), in the targets' units."""

    mean: FloatArray
    lower: FloatArray | None = None
    upper: FloatArray | None = None


class Predictor:
    """Applies a model to batches of clean columns and keeps count of what a user should know.

    Parameters
    ----------
    model
        The fitted model.
    interval
        Coverage of the intervals, for example 0.95; ``None`` for none.
    kind
        ``"prediction"``: where a new observation falls; ``"confidence"``: where the mean of many such rows lies.
    unknown
        What a level that training never saw gets.
    missing
        What a missing feature gets; the model's own policy by default.

    Raises
    ------
    UsageError
        An option that is not known, an interval that is no share, or targets that are called like its bounds.
    """

    def __init__(
        self,
        model: LinearModel,
        *,
        interval: float | None = None,
        kind: IntervalKind = "prediction",
        unknown: UnknownLevels = "error",
        missing: MissingPolicy | None = None,
    ) -> None:
        if interval is not None:
            model.require_least_squares("intervals")
            require_coverage(interval)
            _require_names_for_bounds(model.target_names)
        require_one_of(IntervalKind, kind=kind)
        require_one_of(UnknownLevels, unknown=unknown)
        require_one_of(MissingPolicy, missing=missing or model.missing)
        if (missing or model.missing) == "mean" and not model.n_samples:
            raise UsageError("missing='mean': this model knows no means, only weights; leave such rows out with 'drop'")
        self.model = model
        self.interval = interval
        self.kind = kind
        self.unknown = unknown
        self.unused: tuple[str, ...] = ()
        self.missing: MissingPolicy = missing or model.missing
        self.reset()

    def reset(self) -> None:
        """Forget the rows counted so far."""
        self.rows = 0
        self.dropped = 0
        self.filled = 0
        self.strange_cells = 0
        self.broken = 0
        self.outside = np.zeros(len(self.model.feature_names), dtype=np.int64)

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns that the model needs."""
        return self.model.design.columns

    @property
    def text(self) -> tuple[str, ...]:
        """Those of ``columns`` that are read as levels."""
        return tuple(factor.column for factor in self.model.design.categorical)

    @property
    def may_miss(self) -> tuple[str, ...]:
        """Those of ``columns`` whose gaps are dealt with here and not by the table."""
        return () if self.missing == "error" else self.columns

    def require(self, table: Table) -> None:
        """Raise DataError unless ``table`` has the columns that the model needs; remember those it does not use."""
        self.model.design.require_columns(table)
        targets = self.model.target_names
        used = {*self.columns, *targets, *self.model.design.target_columns(targets)}
        self.unused = tuple(column.name for column in table.columns if column.name not in used)

    @one_blas_thread()
    def predict(self, clean: pl.DataFrame) -> tuple[pl.DataFrame, BoolArray]:
        """Return the predictions for a batch, and which of its rows have one.

        Parameters
        ----------
        clean
            The columns of ``self.columns``, n rows.

        Returns
        -------
        predictions
            A column per target, then its ``_lower`` and ``_upper`` where intervals are asked for; a row per kept row.
        kept
            Shape (n,); rows left out lack a feature.
        """
        found, kept = self.values(clean)
        return self._frame(found), kept

    def values(self, clean: pl.DataFrame) -> tuple[Predicted, BoolArray]:
        """Return the same as arrays."""
        features, kept = self.features(clean)
        return self._predicted(features), kept

    @property
    def takes_numbers(self) -> bool:
        """Whether the features are the columns as they are."""
        return all(isinstance(term, Numeric) for term in self.model.design.terms)

    def count(self, found: Outside, broken: int) -> None:
        """Take in how many values lie outside the range of the training, and how many rows break a relation."""
        self.outside += found.outside
        self.broken += broken

    @one_blas_thread()
    def features(self, clean: pl.DataFrame) -> tuple[Features, BoolArray]:
        """Return the features of a batch as numbers, and which of its rows were kept."""
        kept = self._kept(clean)
        rows = clean if kept.all() else clean.filter(pl.Series(kept))
        self.strange_cells += self.model.design.unknown_levels(rows, self.unknown)
        features = self.model.design.features(rows, self.rows - self.dropped - rows.height + 1)
        self.count(outside_range(features.X, *self.model.ranges), self.model.breaks_relations(features.X))
        return features, kept

    def notes(self) -> tuple[Note, ...]:
        """Say what was odd about the rows so far."""
        return tuple(self._oddities())

    def _kept(self, clean: pl.DataFrame) -> BoolArray:
        gaps = {name: clean[name].is_null().to_numpy() for name in self.columns if clean[name].null_count()}
        needed = self.columns if self.missing == "drop" else self.text
        kept = np.ones(clean.height, dtype=np.bool_)
        for name, gap in gaps.items():
            if name in needed:
                kept &= ~gap
        self.rows += clean.height
        self.dropped += int(clean.height - kept.sum())
        self.filled += sum(int((gap & kept).sum()) for gap in gaps.values())
        return kept

    def _predicted(self, features: Features) -> Predicted:
        mean = self.model.predict_features(features)
        if self.interval is None:
            return Predicted(mean)
        half = self.model.half_widths(features.X, self.interval, self.kind)
        return Predicted(mean, mean - half, mean + half)

    def _frame(self, found: Predicted) -> pl.DataFrame:
        columns: dict[str, FloatArray] = {}
        for at, target in enumerate(self.model.target_names):
            columns[target] = found.mean[:, at]
            if found.lower is not None and found.upper is not None:
                columns[f"{target}_lower"] = found.lower[:, at]
                columns[f"{target}_upper"] = found.upper[:, at]
        return pl.DataFrame(columns)

    def _oddities(self) -> Iterator[Note]:
        if self.unused:
            listed = ", ".join(f"`{name}`" for name in self.unused[:8])
            more = f" and {len(self.unused) - 8} more" if len(self.unused) > 8 else ""
            yield Note("assumed", f"columns that the model does not use: {listed}{more}")
        if self.dropped:
            yield Note("dropped", f"{self.dropped:,} of {self.rows:,} rows lack a feature: no prediction for them")
        if self.filled:
            yield Note("assumed", f"{counted(self.filled, 'missing cell')} filled with the mean of the training data")
        if self.strange_cells:
            yield Note(
                "warning",
                f"{counted(self.strange_cells, 'cell')} with a level unknown to the model: counted as the baseline",
            )
        if self.broken:
            yield Note("warning", self._broken_relations())
        if self.outside.any():
            yield Note("warning", self._extrapolation())

    def _broken_relations(self) -> str:
        relations = [dependency.text for dependency in self.model.solution.dependencies]
        shared = self.model.solution.minimum_norm
        fiction = (
            "columns shared their effect there too" if shared else "the dropped columns had no effect of their own"
        )
        return (
            f"{self.broken:,} of {self.rows:,} rows break a relation that held in all of the training data "
            f"({'; '.join(relations[:4])}): they are predicted as if {fiction}"
        )

    def _extrapolation(self) -> str:
        low, high = self.model.ranges
        listed = [
            f"`{name}` in {count:,} of {counted(self.rows, 'row')} (training data: {low[at]:.6g} to {high[at]:.6g})"
            for at, (name, count) in enumerate(zip(self.model.feature_names, self.outside.tolist(), strict=True))
            if count
        ]
        shown = "; ".join(listed[:4]) + (f"; and {len(listed) - 4} more columns" if len(listed) > 4 else "")
        return f"extrapolation, outside the range of the training data: {shown}"


def _require_names_for_bounds(targets: tuple[str, ...]) -> None:
    for target in targets:
        for bound in (f"{target}_lower", f"{target}_upper"):
            if bound in targets:
                raise UsageError(
                    f"`{bound}` is a target, and the name of a bound for `{target}`: rename one of them and fit again, "
                    "or predict without intervals"
                )


def predict_batches(predictor: Predictor, table: Table, *, as_lines: bool = False) -> Iterator[pl.DataFrame]:
    """Yield the rows of ``table`` as they are, the predictions appended, batch by batch in bounded memory.

    With ``as_lines`` the rows of a text file that hands them on come as one column of lines, as they stand in the file.
    A prediction whose name the table already uses is called ``<target>_predicted``.

    Raises
    ------
    DataError
        A column the model needs is absent or unusable; a missing value or unknown level under the policy ``"error"``.
    """
    predictor.require(table)
    taken = {column.name for column in table.columns}
    read = cast("DelimitedTable", table).lines_batches if as_lines else table.paired_batches
    for batch in read(predictor.columns, text=predictor.text, may_miss=predictor.may_miss):
        predictions, kept = predictor.predict(batch.clean)
        renamed = predictions.rename(lambda name: output_name(name, taken, predictor.model.target_names))
        original = batch.original if kept.all() else batch.original.filter(pl.Series(kept))
        yield original.hstack(renamed)


def output_name(name: str, taken: set[str], targets: tuple[str, ...]) -> str:
    """Return the name of a prediction column beside columns that are already there."""
    target = max((target for target in targets if name == target or name.startswith(f"{target}_")), key=len)
    if target not in taken and name not in taken:
        return name
    renamed = f"{target}_predicted{name.removeprefix(target)}"
    if renamed in taken:
        raise DataError(f"the rows have a column `{renamed}` already: rename it, the prediction needs that name")
    return renamed
