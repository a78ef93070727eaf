"""A model's covariance of coefficients from a second reading of the rows, where the classical one cannot be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast, get_args

import numpy as np
import polars as pl

from reta.blas_threads import one_blas_thread
from reta.errors import DataError, NumericalError, UsageError
from reta.inference.cluster import ClusterScores
from reta.inference.newey_west import NeweyWestScores, default_lags
from reta.inference.robust_covariance import HeteroskedasticScores, sandwich
from reta.inference.robust_means import VANISHED
from reta.model.rows_pass import Likeness, RowsPass
from reta.tables.table import StartOver
from reta.types import CovarianceKind, Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from typing import TypeAlias

    from numpy.typing import NDArray

    from reta.model.linear_model import LinearModel
    from reta.model.rows_pass import FittedRows
    from reta.tables import Table
    from reta.types import BoolArray, FloatArray

    Scores: TypeAlias = HeteroskedasticScores | ClusterScores | NeweyWestScores

__all__ = ["CovarianceChoice", "RobustCovariance", "choose_covariance", "with_covariance"]

FEW_CLUSTERS = 10


@dataclass(frozen=True, slots=True)
class CovarianceChoice:
    """Which covariance is asked for.

    Attributes
    ----------
    kind
        Any but ``"classical"``.
    cluster
        The column that says which rows belong together, for ``"cluster"``.
    lags
        Rows across which residuals may resemble one another, for ``"newey_west"``; ``None`` for the rule of thumb.
    """

    kind: CovarianceKind
    cluster: str | None = None
    lags: int | None = None

    def require(self, table: Table | None) -> None:
        """Raise UsageError unless the rows can be read a second time and have the column of clusters."""
        if table is None:
            raise UsageError(f"the {self.kind} covariance needs the rows, and moments have none: give the data itself")
        if not table.rereadable:
            raise UsageError(
                f"the {self.kind} covariance reads the data twice, and {table.description} can be read once only: "
                "save it to a file first, or leave out --covariance"
            )
        if self.cluster is not None and self.cluster not in [column.name for column in table.columns]:
            from reta.design.near import suggest_column

            names = [column.name for column in table.columns]
            raise UsageError(
                f"no column `{self.cluster}` in {table.description}{suggest_column(self.cluster, names)}: "
                "name the column that says which rows belong together"
            )


@dataclass(frozen=True, slots=True, eq=False)
class RobustCovariance:
    """Covariance of the coefficients of every target, from the rows.

    Attributes
    ----------
    kind, cluster, lags
        As in ``CovarianceChoice``; the lags that were used.
    n_clusters
        How many clusters there were.
    degrees_of_freedom
        Of Student's t for tests and intervals: those of the residuals, or clusters − 1.
    matrices
        Shape (k, m, m), the intercept first, in products of the coefficients' units; NaN for dropped columns and
        where no covariance exists.
    in_coordinates
        Shape (k, d, d), target² × weight: the same in the coordinates of ``reta.inference.coordinates``, where nothing
        cancels; the intercept and every feature kept. Intervals of fitted means come from it.
    """

    kind: CovarianceKind
    degrees_of_freedom: int
    matrices: FloatArray
    in_coordinates: FloatArray
    cluster: str | None = None
    n_clusters: int | None = None
    lags: int | None = None


def choose_covariance(covariance: str, cluster: str | None, lags: int | None) -> CovarianceChoice | None:
    """Return the covariance that the three options of a fit ask for; ``None`` for the classical one.

    Raises
    ------
    UsageError
        An unknown kind, or options that contradict each other.
    """
    if covariance not in get_args(CovarianceKind):
        raise UsageError(f"'{covariance}' is no covariance: there are {', '.join(get_args(CovarianceKind))}")
    if cluster is not None and lags is not None:
        raise UsageError("--cluster and --lags ask for two covariances: choose one")
    implied = "cluster" if cluster is not None else "newey_west" if lags is not None else covariance
    if covariance not in {"classical", implied}:
        option = "--cluster" if cluster is not None else "--lags"
        raise UsageError(f"{option} does not go with --covariance {covariance}: leave one out")
    if implied == "cluster" and cluster is None:
        raise UsageError("the cluster covariance needs the column that says which rows belong together: --cluster farm")
    if lags is not None and not (float(lags).is_integer() and lags >= 0):
        raise UsageError(f"--lags {lags}: give across how many rows residuals may resemble one another, 0 or more")
    if implied == "classical":
        return None
    return CovarianceChoice(cast("CovarianceKind", implied), cluster, None if lags is None else int(lags))


@one_blas_thread()
def with_covariance(
    model: LinearModel,
    table: Table,
    choice: CovarianceChoice,
    *,
    weights: str | None = None,
    on_rows: Callable[[int], None] | None = None,
) -> LinearModel:
    """Read the rows again and return the model with the covariance asked for.

    Parameters
    ----------
    model
        As fitted to the rows of ``table``.
    table
        One that can be read again.
    choice
        Which covariance.
    weights
        Name of the column of weights.
    on_rows
        Called with the number of rows read so far.

    Raises
    ------
    UsageError
        Fewer than two clusters, or as many lags as rows.
    DataError
        A row lacks its cluster, or the rows are not those that the model was fitted to.
    """
    lags = choice.lags
    if choice.kind == "newey_west":
        lags = min(default_lags(model.n_samples), model.n_samples - 1) if lags is None else lags
        _require_fewer(lags, model.n_samples)
    rows = RowsPass(model, table, weights=weights, extra=() if choice.cluster is None else (choice.cluster,))
    scores, passes = _gather(rows, choice, lags, on_rows)
    n_clusters = scores.n_clusters if isinstance(scores, ClusterScores) else None
    in_coordinates = _in_coordinates(rows, scores)
    robust = RobustCovariance(
        kind=choice.kind,
        degrees_of_freedom=model.degrees_of_freedom if n_clusters is None else n_clusters - 1,
        matrices=_matrices(rows, in_coordinates),
        in_coordinates=in_coordinates,
        cluster=choice.cluster,
        n_clusters=n_clusters,
        lags=lags,
    )
    provenance = replace(model.provenance, passes=model.provenance.passes + passes)
    described = replace(model, robust=robust, provenance=provenance)
    return replace(described, notes=(*model.notes, *_notes(described, scores)))


def _gather(
    rows: RowsPass, choice: CovarianceChoice, lags: int | None, on_rows: Callable[[int], None] | None
) -> tuple[Scores, int]:
    """Return the sums of scores, and how often the reading had to begin."""
    begun = 0
    while True:
        begun += 1
        try:
            return _read(rows, choice, lags, on_rows), begun
        except StartOver:
            continue


def _read(rows: RowsPass, choice: CovarianceChoice, lags: int | None, on_rows: Callable[[int], None] | None) -> Scores:
    scores = _empty(rows, choice, lags)
    likeness = Likeness(rows.model)
    read = 0
    heteroskedastic = isinstance(scores, HeteroskedasticScores)
    for batch in rows.blocks() if heteroskedastic else rows.batches():
        present = batch.present()
        likeness.update(present)
        _update(scores, present, choice)
        read += len(batch.weights)
        if on_rows is not None:
            on_rows(read)
    _require_same(likeness, rows)
    if isinstance(scores, ClusterScores) and scores.n_clusters < 2:
        raise UsageError(f"`{choice.cluster}` holds one value only: a cluster covariance needs two clusters or more")
    return scores


def _empty(rows: RowsPass, choice: CovarianceChoice, lags: int | None) -> Scores:
    sizes = len(rows.model.target_names), rows.n_coordinates
    if choice.kind == "cluster":
        return ClusterScores(*sizes)
    if choice.kind == "newey_west":
        return NeweyWestScores(*sizes, lags or 0)
    if choice.kind == "classical":
        raise AssertionError("the classical covariance needs no rows")
    return HeteroskedasticScores(choice.kind, *sizes)


def _update(scores: Scores, rows: FittedRows, choice: CovarianceChoice) -> None:
    if isinstance(scores, ClusterScores):
        scores.update(rows.U, rows.scores, *_clusters(rows, str(choice.cluster)))
    elif isinstance(scores, NeweyWestScores):
        scores.update(rows.U, rows.scores)
    else:
        scores.update(rows.U, rows.scores, rows.leverage)


def _clusters(rows: FittedRows, column: str) -> tuple[list[Hashable], NDArray[np.int64]]:
    cells = rows.added[column]
    if cells.null_count():
        raise DataError(
            f"`{column}` has {counted(cells.null_count(), 'missing cell')}: every row needs its cluster; "
            "fill it in, or leave such rows out of the data"
        )
    keys = cells.unique(maintain_order=True)
    codes = cells.replace_strict(keys, range(len(keys)), return_dtype=pl.Int64)
    return keys.to_list(), codes.to_numpy()


def _in_coordinates(rows: RowsPass, scores: Scores) -> FloatArray:
    model = rows.model
    if model.degrees_of_freedom <= 0:
        return np.full_like(scores.value(), np.nan)
    meat = np.where(model.solution.perfect_fit[:, None, None], 0.0, scores.value())
    return np.asarray(scores.small_sample(model.n_samples, rows.n_coordinates) * meat)


def _matrices(rows: RowsPass, in_coordinates: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):
        matrices = sandwich(in_coordinates, rows.map)
    if (np.isfinite(in_coordinates) & ~np.isfinite(matrices).all(axis=(1, 2), keepdims=True)).any():
        raise NumericalError(
            "the covariance of the coefficients overflows: the squares of their errors do not fit float64. "
            "Give features in smaller units, or targets in larger ones"
        )
    known = _estimated(rows.model) & ~_vanished(matrices, rows)
    return np.where(known[:, :, None] & known[:, None, :], matrices, np.nan)


def _estimated(model: LinearModel) -> BoolArray:
    """Return which of the m coefficients the rows tell of, shape (m,): copies that share an effect too."""
    return np.append(np.ones(int(model.fit_intercept), dtype=np.bool_), model.solution.estimated)


def _vanished(matrices: FloatArray, rows: RowsPass) -> BoolArray:
    """Return the variances, shape (k, m), that are the rounding of zero: scores that cancel in every cluster."""
    classical = np.outer(rows.variance, np.square(rows.map).sum(axis=1))
    return np.asarray(np.diagonal(matrices, axis1=1, axis2=2) < VANISHED * classical)


def _require_fewer(lags: int, n_samples: int) -> None:
    if lags >= n_samples:
        raise UsageError(f"--lags {lags} reaches across all of the {counted(n_samples, 'row')}: give fewer lags")


def _require_same(likeness: Likeness, rows: RowsPass) -> None:
    if not likeness.same():
        raise DataError(
            f"{rows.table.description} gave other rows at the second reading ({likeness.n_samples:,}, "
            f"{rows.model.n_samples:,} at the first): it changed meanwhile, fit again"
        )


def _notes(model: LinearModel, scores: Scores) -> Iterator[Note]:
    robust = model.robust
    if robust is None or model.degrees_of_freedom <= 0:
        return
    if isinstance(scores, HeteroskedasticScores) and scores.rows_of_leverage_one:
        rows = counted(scores.rows_of_leverage_one, "row")
        yield Note(
            "warning",
            f"{robust.kind} does not exist: {rows} of leverage 1, fitted by a coefficient of their own; "
            "use --covariance HC1, or group rare levels",
        )
        return
    known = np.isfinite(np.diagonal(robust.matrices, axis1=1, axis2=2)) | ~_estimated(model)
    if not known.all():
        terms = (*(("intercept",) if model.fit_intercept else ()), *model.feature_names)
        listed = ", ".join(f"`{terms[at]}`" for at in np.unique(np.nonzero(~known)[1]))
        yield Note("warning", f"no error of {listed} exists: what is left over cancels within every cluster")
    if robust.n_clusters is not None and robust.n_clusters < FEW_CLUSTERS:
        yield Note(
            "warning", f"`{robust.cluster}` has {robust.n_clusters} clusters only: intervals tend to be too narrow"
        )
