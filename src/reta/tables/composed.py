"""Column names in Unicode's composed form, so that a letter with an accent is one letter whoever wrote it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, cast

from reta.tables.table import BATCH_ROWS, Column, RowBatch
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import polars as pl

    from reta.tables.table import Table

__all__ = ["composed_name", "composed_names", "with_composed_names"]

_SAID = Note("assumed", "accents in column names are written as one letter with its accent (Unicode NFC)")


def composed_name(name: str) -> str:
    """Return a name in composed form."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def composed_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return names in composed form; one by itself may come without a list around it."""
    return tuple(map(composed_name, (names,) if isinstance(names, str) else names))


def with_composed_names(table: Table) -> Table:
    """Return the table, its columns called by composed names."""
    if all(column.name == composed_name(column.name) for column in table.columns):
        return table
    return cast("Table", _Composed(table))


class _Composed:
    """A table whose columns go by other names outside than inside."""

    def __init__(self, table: Table) -> None:
        from reta.tables.kinds import refuse_duplicates

        refuse_duplicates([composed_name(column.name) for column in table.columns], table.description)
        self._table = table
        table.notes.append(_SAID)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, by their composed names."""
        return tuple(Column(composed_name(column.name), column.kind) for column in self._table.columns)

    @property
    def _inside(self) -> dict[str, str]:
        return {composed_name(column.name): column.name for column in self._table.columns}

    def batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[pl.DataFrame]:
        """As ``Table.batches``."""
        options = self._options(text, may_miss, weights)
        for frame in self._table.batches(*self._named(columns), **options, batch_rows=batch_rows):
            yield frame.rename(composed_name)

    def paired_batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[RowBatch]:
        """As ``Table.paired_batches``."""
        options = self._options(text, may_miss, weights)
        for batch in self._table.paired_batches(*self._named(columns), **options, batch_rows=batch_rows):
            yield RowBatch(batch.original.rename(composed_name), batch.clean.rename(composed_name))

    def _named(self, columns: Sequence[str]) -> tuple[list[str]]:
        inside = self._inside
        return ([inside[name] for name in columns],)

    def _options(self, text: Sequence[str], may_miss: Sequence[str], weights: str | None) -> dict[str, Any]:
        named = None if weights is None else self._inside[weights]
        return {"text": self._named(text)[0], "may_miss": self._named(may_miss)[0], "weights": named}
