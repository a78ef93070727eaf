"""Accumulation over a stream of batches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.errors import DataError
from reta.moment.accumulate import refuse_underflow
from reta.moment.moments import Moments
from reta.moment.rows import columns_side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from reta.double_double import DoubleDouble

__all__ = ["MomentsBuilder"]


class MomentsBuilder:
    """Takes batches of columns, gives the moments of all rows so far.

    Parameters
    ----------
    features, targets
        Names of the columns, in the order in which batches have them.
    weights_name
        What to call the weights in a message.

    Attributes
    ----------
    extended
        Whether to sum the batches to come in extended precision; as long as nobody says otherwise, yes.

    Notes
    -----
    Batches are accumulated by NumPy, in the caller's thread, and merged in the order they come: equal batches give
    equal bits. A batch of 65,536 rows and 10 columns takes some 5 ms, and 1.5 ms in float64.

    Examples
    --------
    >>> builder = MomentsBuilder(["x"], ["y"])
    >>> builder.update([[1.0, 2.0], [2.0, 4.0]])
    >>> builder.update([[6.0], [9.0]])
    >>> builder.moments().mean
    array([3., 5.])
    """

    def __init__(self, features: Sequence[str], targets: Sequence[str], *, weights_name: str = "sample_weight") -> None:
        self._moments = Moments.empty(features, targets)
        self._weights_name = weights_name
        self._rows = 0
        self.extended = True

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features, as batches have them now."""
        return self._moments.features

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the targets."""
        return self._moments.targets

    def update(
        self,
        columns: ArrayLike | Sequence[ArrayLike | DoubleDouble],
        sample_weight: ArrayLike | None = None,
        *,
        missing: ArrayLike | None = None,
    ) -> None:
        """Add rows.

        Parameters
        ----------
        columns
            A sequence of q arrays (n,), features then targets, any real dtype or pairs; or one array (n, q).
        sample_weight
            (n,), finite and not negative.
        missing
            (q,) cells of these rows that were missing.

        Raises
        ------
        DataError
            Weights that are negative or not finite, or values that are no real numbers.
        NumericalError
            Finite values whose squares overflow float64.
        UsageError
            Shapes that do not fit.
        """
        rows = columns_side_by_side(columns, len(self._moments.names), sample_weight, self._rows, self._weights_name)
        batch = self._moments.of_rows(rows, extended=self.extended, road="numpy", threads=1)
        if missing is not None:
            batch = replace(batch, missing=np.asarray(missing, dtype=np.int64))
        self._moments = self._moments + batch
        self._rows += rows.n_rows

    def pad(self, features: Sequence[str]) -> None:
        """From now on take these features, the old ones and new, in this order; the new ones were zero so far."""
        self._moments = self._moments.padded(features)

    def moments(self) -> Moments:
        """Return the moments of all rows so far; ``DataError`` where every weight was zero."""
        result = self._moments
        if result.n_samples == 0 and self._rows:
            raise DataError(f"`{self._weights_name}` is zero in every row: no row is left")
        refuse_underflow(result.names, result.scatter, result.minimum, result.maximum)
        return result
