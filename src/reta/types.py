"""Option literals, array aliases and the note: what every layer shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]
    BoolArray: TypeAlias = NDArray[np.bool_]
    IntArray: TypeAlias = NDArray[np.int64]
    RealArray: TypeAlias = NDArray[Any]  # float64 or float32

__all__ = [
    "BadRows",
    "ColumnKind",
    "CovarianceKind",
    "DescentRoad",
    "IntervalKind",
    "Language",
    "LossName",
    "MissingPolicy",
    "Note",
    "NoteKind",
    "Precision",
    "RankPolicy",
    "Reading",
    "Reduction",
    "ScheduleName",
    "UnknownLevels",
]

ColumnKind: TypeAlias = Literal["number", "boolean", "text", "categorical", "date"]
MissingPolicy: TypeAlias = Literal["error", "drop", "mean"]
BadRows: TypeAlias = Literal["error", "drop"]
UnknownLevels: TypeAlias = Literal["error", "baseline"]
CovarianceKind: TypeAlias = Literal["classical", "HC0", "HC1", "HC2", "HC3", "cluster", "newey_west"]
IntervalKind: TypeAlias = Literal["prediction", "confidence"]
Language: TypeAlias = Literal["en", "pt-BR"]
LossName: TypeAlias = Literal["mse", "huber", "absolute", "quantile"]
DescentRoad: TypeAlias = Literal["numpy", "compiled", "blas"]
Precision: TypeAlias = Literal["float64", "extended"]
Reduction: TypeAlias = Literal["mean", "sum"]
ScheduleName: TypeAlias = Literal["constant", "cosine", "exponential", "inverse", "step"]
RankPolicy: TypeAlias = Literal["drop", "minimum_norm", "error"]
NoteKind: TypeAlias = Literal["assumed", "encoded", "dropped", "warning"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something a user should be told: an assumption, an encoding, a loss, a warning."""

    kind: NoteKind
    text: str


class Reading(TypedDict, total=False):
    """Keywords that say how to read a source; ``reta.tables.ReadOptions`` explains each."""

    delimiter: str | None
    decimal: str | None
    thousands: str | None
    encoding: str | None
    header: bool | None
    skip_rows: int
    symbols: bool
    missing_values: tuple[str, ...]
    bad_rows: BadRows
    sheet: str | None
    query: str | None
    verify: bool
