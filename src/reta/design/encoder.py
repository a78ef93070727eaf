"""Encoding during the pass over the data, while levels are still being found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.design.terms import Numeric, indicators, level_name
from reta.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from reta.types import FloatArray

__all__ = ["MAX_LEVELS", "Encoder"]

MAX_LEVELS = 1_000


class Encoder:
    """Feature columns of a batch as numbers, with one 0/1 column for every level met so far.

    A level met late adds a column; in every earlier row that column was 0, so that the moments of the earlier rows are
    known without reading them again (``Moments.padded``). Which level is the baseline is decided once all are known.

    Parameters
    ----------
    features
        Source columns in order.
    categorical
        Those that hold levels.
    fills
        What missing cells of numeric features become.
    """

    def __init__(self, features: Sequence[str], categorical: Sequence[str], fills: Mapping[str, float]) -> None:
        self.features = tuple(features)
        self.fills = dict(fills)
        self.levels: dict[str, list[str]] = {name: [] for name in features if name in categorical}

    @property
    def names(self) -> tuple[str, ...]:
        """Encoded columns so far, every level's own included."""
        return tuple(name for feature in self.features for name in self._names_of(feature))

    def encode(self, frame: pl.DataFrame) -> list[FloatArray]:
        """Return the encoded columns of a batch, each of shape (n,), in the order of ``names`` afterwards."""
        return [column for feature in self.features for column in self._columns_of(feature, frame[feature])]

    def _names_of(self, feature: str) -> list[str]:
        if feature not in self.levels:
            return [feature]
        return [level_name(feature, level) for level in self.levels[feature]]

    def _columns_of(self, feature: str, cells: pl.Series) -> list[FloatArray]:
        if feature not in self.levels:
            return Numeric(feature, self.fills.get(feature)).encode(cells)
        self._learn(feature, cells)
        return indicators(cells, self.levels[feature])

    def _learn(self, feature: str, cells: pl.Series) -> None:
        known = self.levels[feature]
        seen = set(known)
        known.extend(level for level in cells.unique(maintain_order=True).to_list() if level not in seen)
        if len(known) > MAX_LEVELS:
            raise DataError(
                f"`{feature}` has more than {MAX_LEVELS} levels ('{known[0]}', '{known[1]}', '{known[2]}', …): "
                "it looks like an identifier; leave it out with --features, or group its levels first"
            )
