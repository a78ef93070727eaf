"""The statistic: what least squares needs to know of the rows, and no more."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.double_double import DoubleDouble
from reta.errors import DataError, UsageError
from reta.moment.accumulate import centred_rows, extended_parts, refuse_underflow
from reta.moment.columns import distinct, padded, renamed, selected
from reta.moment.combine import merge, subtract
from reta.moment.levels import with_levels
from reta.moment.road import is_small_work
from reta.moment.rows import arrays_side_by_side
from reta.moment.weight_unit import in_ordinary_weights, in_own_weights
from reta.moment.wide_integers import raised

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from reta.moment.road import Road
    from reta.moment.rows import Rows
    from reta.types import FloatArray

    IntArray: TypeAlias = NDArray[np.int64]

__all__ = ["Moments"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Moments:
    """Counts, means and centred cross-products of columns ``z = features + targets``, over rows with weights w.

    A value: it is never changed, only combined into others, and equal to another where every number is equal.
    ``a + b`` is the statistic of the rows of both, and ``Moments.empty`` is its identity, to the bit. Columns are
    matched by name. ``a - b`` takes rows out again.

    Attributes
    ----------
    features, targets
        Names, q = p + k in all, none twice.
    n_samples
        Rows of positive weight. A row of weight zero counts as absent. A row of weight 3 is one sample here, though
        every other number is what three such rows would give; degrees of freedom are the caller's to choose.
    weight_sum
        W = Σ w; ``n_samples`` where no weights were given.
    log_weight_sum
        Σ ln w, which the likelihood of weighted rows takes; 0 where no weights were given, NaN where it is not known (a
        file from before it was kept).
    mean
        z̄, (q,), in the columns' units; zeros where there are no rows.
    mean_low, scatter_low, weight_sum_low
        What rounding left out of the three: ``mean + mean_low`` has some 32 digits.
    scatter
        S = Σ w (z−z̄)(z−z̄)ᵀ, (q, q), symmetric, a raw sum: divide it on use. A column that holds one value has zeros.
    minimum, maximum
        (q,), exact; ``inf`` and ``-inf`` where there are no rows. After ``a - b`` they are those of ``a``: bounds.
    missing
        (q,) missing cells that were met, and filled or dropped, before the rows came here.
    rounding
        Size of the rounding errors in the sums: 2⁻¹⁰⁰ where all rows were summed in extended precision (up to 2⁻⁸² of
        long tables), 2⁻⁵² to 2⁻⁵⁰ where some were summed in float64, more after a subtraction; 0 without rows.
    levels
        Of every categorical column, in the order they were met. Each level, the later baseline too, has a 0/1 feature
        of its own, ``region[south]``; statistics that met different levels can be merged.

    Notes
    -----
    Memory is 16·q² bytes. Values that are not finite give a mean and scatter that are not finite, in their columns
    alone; who knows where the rows come from explains them.

    References
    ----------
    Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance", The American Statistician 37.

    Examples
    --------
    >>> m = Moments.from_arrays([[1.0], [2.0], [6.0]], [2.0, 4.0, 9.0])
    >>> m.mean, m.scatter
    (array([3., 5.]), array([[14., 19.],
           [19., 26.]]))
    >>> first = Moments.from_arrays([[1.0], [2.0]], [2.0, 4.0])
    >>> first + Moments.from_arrays([[6.0]], [9.0]) == m
    True
    """

    features: tuple[str, ...]
    targets: tuple[str, ...]
    n_samples: int
    weight_sum: float
    mean: FloatArray
    mean_low: FloatArray
    scatter: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    missing: IntArray
    weight_sum_low: float
    scatter_low: FloatArray
    rounding: float
    log_weight_sum: float = 0.0
    levels: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        for name in ("mean", "mean_low", "scatter", "scatter_low", "minimum", "maximum", "missing"):
            if (array := getattr(self, name)).flags.writeable:
                view = array.view()
                view.flags.writeable = False
                object.__setattr__(self, name, view)

    @classmethod
    def empty(cls, features: Iterable[str], targets: Iterable[str] = ()) -> Moments:
        """Return the statistic of no rows; ``UsageError`` where a name comes twice."""
        features, targets = distinct(features, targets)
        q = len(features) + len(targets)
        return Moments(
            features,
            targets,
            n_samples=0,
            weight_sum=0.0,
            mean=np.zeros(q),
            mean_low=np.zeros(q),
            scatter=np.zeros((q, q)),
            minimum=np.full(q, np.inf),
            maximum=np.full(q, -np.inf),
            missing=np.zeros(q, dtype=np.int64),
            weight_sum_low=0.0,
            scatter_low=np.zeros((q, q)),
            rounding=0.0,
        )

    @classmethod
    def from_arrays(
        cls,
        X: ArrayLike,
        Y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        *,
        features: Sequence[str] | None = None,
        targets: Sequence[str] | None = None,
        extended: bool | None = None,
        threads: int | None = None,
    ) -> Moments:
        """Return the statistic of rows in memory.

        Parameters
        ----------
        X, Y
            Features (n, p); targets (n, k) or (n,). Any real dtype and layout; nothing is copied whole.
        sample_weight
            (n,), finite and not negative.
        features, targets
            Names; ``x0``, ``x1``, …, and ``y`` or ``y0``, ``y1``, … by default.
        extended
            Whether to sum in extended precision; by default where that is quick, up to some 1,800 rows of
            10 columns or 21,000 of 2.
        threads
            How many may work on large arrays, by default as many as the process may use. The result is the same.

        Raises
        ------
        DataError
            Values that are no real numbers; weights that are negative, not finite, or all zero.
        NumericalError
            Finite values whose squares overflow or vanish in float64.
        UsageError
            Shapes or names that do not fit.

        Notes
        -----
        In float64, n·q² multiplications, whatever the input: arrays of few cells, or of more than 256 columns, go to
        NumPy, others to a compiled kernel, which is loaded on first use. In extended precision 16 times as many.
        """
        rows = arrays_side_by_side(X, Y, sample_weight)
        p, k = (array.shape[1] for array in rows.arrays)
        features = [f"x{j}" for j in range(p)] if features is None else features
        targets = (["y"] if k == 1 else [f"y{j}" for j in range(k)]) if targets is None else targets
        features, targets = distinct(features, targets)
        if (len(features), len(targets)) != (p, k):
            raise UsageError(f"X has {p} columns and Y {k}, against {len(features)} and {len(targets)} names")
        extended = is_small_work(rows.n_rows, rows.n_columns) if extended is None else extended
        result = _of_rows(rows, features, targets, extended=extended, road=None, threads=threads)
        if result.n_samples == 0 and rows.n_rows:
            raise DataError("every weight is zero: no row is left")
        refuse_underflow(result.names, result.scatter, result.minimum, result.maximum)
        return result

    def of_rows(
        self,
        rows: Rows,
        *,
        extended: bool = False,
        road: Road | None = None,
        threads: int | None = None,
    ) -> Moments:
        """Return the statistic of checked rows, with the names of this one; see ``centred_rows``, ``extended_sums``.

        Cells known to more digits than float64 has are summed in extended precision, whatever is asked for.
        """
        return _of_rows(rows, self.features, self.targets, extended=extended, road=road, threads=threads)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Moments:
        """Read what ``save`` wrote; ``FileError`` with the reason where it is anything else."""
        from reta.moment.file import read_moments

        return read_moments(path)[0]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write one safetensors file, whole or not at all."""
        from reta.moment.file import write_moments

        write_moments(path, self)

    def update(self, X: ArrayLike, Y: ArrayLike | None = None, sample_weight: ArrayLike | None = None) -> Moments:
        """Return the statistic with more rows; ``MomentsBuilder`` does it for columns from a stream."""
        rows = arrays_side_by_side(X, Y, sample_weight)
        p, k = (array.shape[1] for array in rows.arrays)
        if (p, k) != (self.n_features, self.n_targets):
            raise UsageError(f"X has {p} columns and Y {k}, against {self.n_features} and {self.n_targets} so far")
        return self + self.of_rows(rows, extended=is_small_work(rows.n_rows, rows.n_columns))

    def select(self, features: Sequence[str] | None = None, targets: Sequence[str] | None = None) -> Moments:
        """Return the statistic of these columns alone, in this order, as if only they had been read.

        Any column may become a feature or a target. Of a list that is not given, all stay that are not in the other.
        The name of a categorical column stands for all of its levels.
        """
        return selected(self, features, targets)

    def padded(self, features: Sequence[str]) -> Moments:
        """Return the statistic with ``features`` (the old ones and new), the new ones zero in every row so far.

        Exact, the order as given: for the levels of a category that a later row is the first to show.
        """
        return padded(self, features)

    def with_levels(self, levels: Mapping[str, Sequence[str]]) -> Moments:
        """Return the statistic knowing which features are levels: those called ``column[level]``."""
        return with_levels(self, levels)

    def renamed(self, names: Mapping[str, str]) -> Moments:
        """Return the same numbers under other names, ``{old: new}``."""
        return renamed(self, names)

    def __add__(self, other: Moments) -> Moments:
        """Return the statistic of the rows of both; ``UsageError`` naming the columns that differ."""
        return merge(self, other)

    def __sub__(self, other: Moments) -> Moments:
        """Return the statistic of the rows that are in this one and not in ``other``.

        Raises
        ------
        UsageError
            ``other`` has other columns, more rows, or values outside the range of this one.
        NumericalError
            Some column would keep less than 2⁻²⁶ of its scatter, or the rows less than 2⁻²⁶ of their weight, so that
            more than half of the digits would be noise. Add up the parts to keep instead.
        """
        return subtract(self, other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Moments):
            return NotImplemented
        return all(_same(getattr(self, field.name), getattr(other, field.name)) for field in fields(self))

    __hash__ = None  # type: ignore[assignment]  # compared by value, and as large as its arrays

    def __repr__(self) -> str:
        return f"Moments({self.n_samples} rows, {self.n_features} features, {self.n_targets} targets)"

    @property
    def mean_pair(self) -> DoubleDouble:
        """Mean to some 32 digits, (q,)."""
        return DoubleDouble(self.mean, self.mean_low)

    @property
    def scatter_pair(self) -> DoubleDouble:
        """Scatter to some 32 digits, (q, q)."""
        return DoubleDouble(self.scatter, self.scatter_low)

    @property
    def weight_pair(self) -> DoubleDouble:
        """Sum of weights to some 32 digits, of shape ()."""
        return DoubleDouble(np.array(self.weight_sum), np.array(self.weight_sum_low))

    @property
    def names(self) -> tuple[str, ...]:
        """Features, then targets."""
        return self.features + self.targets

    @property
    def n_features(self) -> int:
        """How many features."""
        return len(self.features)

    @property
    def n_targets(self) -> int:
        """How many targets."""
        return len(self.targets)

    @property
    def scatter_xx(self) -> FloatArray:
        """Of the features with themselves, (p, p)."""
        return self.scatter[: self.n_features, : self.n_features]

    @property
    def scatter_xy(self) -> FloatArray:
        """Of the features with the targets, (p, k)."""
        return self.scatter[: self.n_features, self.n_features :]

    @property
    def scatter_yy(self) -> FloatArray:
        """Of the targets with themselves, (k, k)."""
        return self.scatter[self.n_features :, self.n_features :]


@one_blas_thread()
def _of_rows(
    rows: Rows,
    features: tuple[str, ...],
    targets: tuple[str, ...],
    *,
    extended: bool,
    road: Road | None,
    threads: int | None,
) -> Moments:
    """Return the statistic of checked rows; see ``Moments.of_rows``."""
    if rows.n_rows == 0 or (rows.weights is not None and not rows.weights.any()):
        return Moments.empty(features, targets)
    log_weight_sum = rows.log_weight_sum
    heaviest = 1.0 if rows.weights is None else float(rows.weights.max())
    rows, exponent = in_ordinary_weights(rows)
    names = features + targets
    if extended or rows.low:
        parts = extended_parts(rows, names, road=road, threads=threads)
    else:
        parts = iter([centred_rows(rows, names, road=road, threads=threads)])
    missing = np.zeros(len(names), dtype=np.int64)
    total = reduce(merge, (Moments(features, targets, missing=missing, **part.by_name()) for part in parts))
    total = raised(total, rows.base)
    if rows.weights is None:
        return total
    return replace(in_own_weights(total, exponent, heaviest), log_weight_sum=log_weight_sum)


def _same(a: Any, b: Any) -> bool:
    return np.array_equal(a, b, equal_nan=True) if isinstance(a, (np.ndarray, float)) else bool(a == b)
