"""What was recorded of a descent, epoch by epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    from reta.types import FloatArray

__all__ = ["COLUMNS", "History", "epochs_to_record"]

COLUMNS = ("epoch", "lr", "loss", "gap", "gradient_norm", "validation_loss")
ALL_UP_TO = 10_000
SOME = 1_000


@dataclass(slots=True, eq=False)
class History:
    """Rows of numbers, as ``COLUMNS`` names them; NaN where there is none."""

    rows: list[tuple[float, ...]] = field(default_factory=list)

    @classmethod
    def of_columns(cls, **columns: FloatArray | float) -> History:
        """Return the record of many epochs at once, by the names of ``COLUMNS``; what is not named is NaN."""
        parts = np.broadcast_arrays(*(columns.get(name, np.nan) for name in COLUMNS))
        return cls(list(zip(*(part.tolist() for part in parts), strict=True)))

    def add(
        self,
        epoch: int,
        lr: float,
        loss: float,
        *,
        gap: float = np.nan,
        gradient_norm: float = np.nan,
        validation_loss: float = np.nan,
    ) -> None:
        """Take note of the end of an epoch; epoch 0 is the start."""
        self.rows.append((float(epoch), lr, loss, gap, gradient_norm, validation_loss))

    @property
    def last_loss(self) -> float:
        """Loss of the last epoch on record."""
        return self.rows[-1][COLUMNS.index("loss")]

    def column(self, name: str) -> FloatArray:
        """Return the numbers of one column."""
        return np.array([row[COLUMNS.index(name)] for row in self.rows])

    def frame(self) -> pl.DataFrame:
        """Return a Polars frame; ``epoch`` whole numbers, null for NaN."""
        import polars as pl

        columns = {name: [_known(row[at]) for row in self.rows] for at, name in enumerate(COLUMNS)}
        columns["epoch"] = [int(row[0]) for row in self.rows]
        return pl.DataFrame(columns, schema=dict.fromkeys(COLUMNS, pl.Float64) | {"epoch": pl.Int64})


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def epochs_to_record(epochs: int) -> FloatArray:
    """Return every epoch from 0 on, or a thousand at even ratios where there are too many to list."""
    if epochs <= ALL_UP_TO:
        return np.arange(epochs + 1, dtype=np.float64)
    return np.unique(np.concatenate([[0.0], np.round(np.geomspace(1.0, epochs, SOME))]))
