"""Rows of a text file with numbers where its columns hold numbers, for formats that know numbers from text."""

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
    """A table whose untouched rows hold numbers, not their spelling.

    Of a text file those columns are numbers that are asked for as such, and all others that hold nothing else in its
    sample; true and false likewise. A later cell that is none is an error, as in the columns asked for.

    Parameters
    ----------
    table
        The source.
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
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[pl.DataFrame]:
        """As the source's own."""
        return self._table.batches(columns, text=text, may_miss=may_miss, weights=weights, batch_rows=batch_rows)

    def paired_batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[RowBatch]:
        """As the source's own, the spelled numbers of ``original`` replaced."""
        spelled: tuple[str, ...] = getattr(self._table, "spelled_numbers", ())
        besides = tuple(name for name in spelled if name not in columns)
        kinds = {column.name: column.kind for column in self.columns}
        numbers = [name for name in (*columns, *besides) if name not in text]
        flags = [pl.col(name).cast(pl.Boolean) for name in besides if kinds[name] == "boolean"]
        batches = self._table.paired_batches(
            (*columns, *besides), text=text, may_miss=(*may_miss, *besides), weights=weights, batch_rows=batch_rows
        )
        for batch in batches:
            replaced = [name for name in numbers if batch.original.schema[name] == pl.String]
            original = batch.original.with_columns(batch.clean.select(replaced)).with_columns(flags)
            yield RowBatch(original, batch.clean.select(columns))
