"""The part of a table that every source with counted rows shares: chunks in, clean batches out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.errors import DataError
from reta.forked import refuse_in_fork
from reta.tables.policy import RowCleaner
from reta.tables.rebatch import rebatch
from reta.tables.table import BATCH_ROWS, RowBatch
from reta.tables.unchanged import Snapshot
from reta.wording import WEIGHTS_ARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from reta.tables.policy import Chunk
    from reta.tables.table import Column, ReadOptions
    from reta.types import Note

__all__ = ["Request", "StreamedTable"]


@dataclass(frozen=True, slots=True)
class Request:
    """What one pass wants of a source.

    Attributes
    ----------
    columns
        The columns to read.
    needed
        Those of them that will be cleaned; the others are only handed on, and may be absent from some part.
    text
        Those of ``needed`` that are wanted as text.
    batch_rows
        About how many rows a chunk should have.
    weights
        That of ``needed`` whose cells may not be negative.
    paired
        Whether the rows are handed on as they are, too, so that each column should keep its own type.
    """

    columns: tuple[str, ...]
    needed: tuple[str, ...]
    text: frozenset[str]
    batch_rows: int
    weights: str | None = None
    paired: bool = False


class StreamedTable(ABC):
    """A ``Table`` of which only ``chunks`` is left to write.

    Attributes
    ----------
    missing_words
        Text that stands for a missing label. Sources with types of their own have nulls for that, and keep a label
        ``NA`` as it is.

    Parameters
    ----------
    description, columns, n_rows
        As ``Table`` has them.
    options
        How to read it.
    notes
        What was assumed about the source before any row was read.
    """

    rereadable = True
    missing_words: tuple[str, ...] = ("",)

    def __init__(
        self,
        description: str,
        columns: tuple[Column, ...],
        options: ReadOptions,
        *,
        n_rows: int | None = None,
        notes: Sequence[Note] = (),
    ) -> None:
        self.description = description
        self.columns = columns
        self.options = options
        self.n_rows = n_rows
        self.notes = list(notes)
        self._assumed = tuple(notes)
        self._snapshot = Snapshot()

    def told_of_files(self, notes: Sequence[Note], snapshot: Snapshot) -> None:
        """Take what there is to say about the names of the files, and what the files were when they were opened."""
        self._assumed = (*notes, *self._assumed)
        self.notes[:] = self._assumed
        self._snapshot = snapshot

    @abstractmethod
    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield the rows as the source has them, in pieces; may add to ``notes`` what was found on the way."""

    def batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[pl.DataFrame]:
        """Yield clean frames of the named columns: see ``Table.batches``."""
        request = Request(tuple(columns), tuple(columns), frozenset(text), batch_rows, weights)
        for (clean,) in rebatch(((clean,) for clean, _ in self._kept(request, may_miss)), batch_rows):
            yield clean

    def paired_batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[RowBatch]:
        """Yield the same frames beside the rows they came from: see ``Table.paired_batches``."""
        every = tuple(column.name for column in self.columns)
        request = Request(every, tuple(columns), frozenset(text), batch_rows, weights, paired=True)
        for clean, original in rebatch(self._kept(request, may_miss), batch_rows):
            yield RowBatch(original, clean)

    def _cleaner(self, request: Request, may_miss: Sequence[str]) -> RowCleaner:
        known = {column.name: column for column in self.columns}
        wanted = [known[name] for name in request.needed]
        return RowCleaner(wanted, request.text, frozenset(may_miss), self.options, self.description, self.missing_words)

    def _kept(self, request: Request, may_miss: Sequence[str]) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Yield the clean and the original form of the rows that the policy keeps; leave the notes of this pass."""
        refuse_in_fork()
        self.notes[:] = self._assumed
        cleaner = self._cleaner(request, may_miss)
        empty = True
        with self._snapshot.held():
            for chunk in self.chunks(request):
                empty = empty and not chunk.frame.height
                clean, keep = cleaner.clean(chunk)
                if not cleaner.refusing:
                    _refuse_negative(request.weights, clean, keep, chunk)
                    yield (clean, chunk.frame) if keep is None else (clean.filter(keep), chunk.frame.filter(keep))
        if empty:
            raise DataError(f"{self.description} has columns but no rows")
        self.notes.extend(cleaner.finish())


def _refuse_negative(weights: str | None, clean: pl.DataFrame, keep: pl.Series | None, chunk: Chunk) -> None:
    """Raise DataError at the first negative weight in a row that is kept."""
    if weights is None:
        return
    negative = (clean[weights] < 0.0).fill_null(value=False)
    negative = negative if keep is None else negative & keep
    if negative.any():
        offset = int(negative.arg_max() or 0)
        raise DataError(f"`{weights}` holds {clean[weights][offset]} in {chunk.place(offset)}: {WEIGHTS_ARE}")
