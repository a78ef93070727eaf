"""Rows of a text file with the columns that a model uses as numbers, for formats that know numbers from text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from reta.tables.table import BATCH_ROWS, RowBatch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reta.tables.table import Column, Table
    from reta.types import Note

__all__ = ["TypedTable"]


class TypedTable:
    """A table whose untouched rows hold numbers, not their spelling, in the numeric columns asked for.

    Parameters
    ----------
    table
        The source; cells of columns that are not asked for stay as they are written.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self.description: str = table.description
        self.columns: tuple[Column, ...] = table.columns
        self.n_rows: int | None = table.n_rows
        self.rereadable: bool = table.rereadable
        self.notes: list[Note] = table.notes

    def batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[pl.DataFrame]:
        """As the source's own."""
        return self._table.batches(columns, text=text, may_miss=may_miss, batch_rows=batch_rows)

    def paired_batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[RowBatch]:
        """As the source's own, the spelled numbers of ``original`` replaced by those of ``clean``."""
        for batch in self._table.paired_batches(columns, text=text, may_miss=may_miss, batch_rows=batch_rows):
            spelled = [name for name in columns if name not in text and batch.original.schema[name] == pl.String]
            yield RowBatch(batch.original.with_columns(batch.clean.select(spelled)), batch.clean)
