"""The rows that move the fit most, kept while all rows pass by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.inference.influence import Influence
    from reta.model.rows_pass import FittedRows
    from reta.types import FloatArray

__all__ = ["InfluentialRows"]

COLUMNS = ("row", "observed", "fitted", "student_residual", "leverage", "cooks_distance")
COOKS = COLUMNS.index("cooks_distance")


class InfluentialRows:
    """Keeps, for every target, the rows of largest Cook's distance; of equal ones the first.

    Parameters
    ----------
    targets
        Names, k of them.
    most
        How many to keep of each.
    """

    def __init__(self, targets: Sequence[str], most: int = 5) -> None:
        self._targets = tuple(targets)
        self._most = most
        self._kept = [np.empty((0, len(COLUMNS))) for _ in targets]

    def update(self, rows: FittedRows, influence: Influence, numbers: FloatArray) -> None:
        """Add rows with their influence and their numbers in the source, shape (n,)."""
        for k, kept in enumerate(self._kept):
            measures = [
                numbers,
                rows.fitted[:, k] + rows.residuals[:, k],
                rows.fitted[:, k],
                influence.student_residual[:, k],
                rows.leverage,
                influence.cooks_distance[:, k],
            ]
            every = np.vstack([kept, np.column_stack(measures)])
            every = every[np.isfinite(every[:, COOKS])]
            self._kept[k] = every[np.argsort(-every[:, COOKS], kind="stable")[: self._most]]

    def frame(self) -> pl.DataFrame:
        """Return a row per target and row, the most influential first; row 1 is the first that was read."""
        parts = [
            pl.DataFrame(kept, schema=dict.fromkeys(COLUMNS, pl.Float64)).select(
                pl.lit(target).alias("target"), pl.col("row").cast(pl.Int64), *COLUMNS[1:]
            )
            for target, kept in zip(self._targets, self._kept, strict=True)
        ]
        return pl.concat(parts).with_columns(pl.selectors.float().fill_nan(None))
