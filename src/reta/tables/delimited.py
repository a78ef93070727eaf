"""Delimited text files as a table: CSV and its kin, in any dialect and encoding, of any size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from reta.errors import DataError
from reta.tables.parts import source_labels
from reta.tables.rebatch import rebatch
from reta.tables.table import BATCH_ROWS, RowBatch
from reta.tables.text.agreement import (
    agreed_dialects,
    common_columns,
    differences,
    joint_notes,
    numbers_throughout,
)
from reta.tables.text.careful_road import read_carefully
from reta.tables.text.cells import numbers_among
from reta.tables.text.dialect import MISSING_CELLS, check_options
from reta.tables.text.ledger import Ledger
from reta.tables.text.parallel import in_order
from reta.tables.text.part import Part
from reta.tables.text.plan import Plan, Wanted
from reta.tables.text.probe import kind_of_shapes
from reta.tables.text.quick_road import QuickRoad
from reta.tables.unchanged import Snapshot
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from reta.tables.table import Column, ReadOptions
    from reta.tables.text.blocks import Block
    from reta.tables.text.dialect import Dialect
    from reta.tables.text.plan import Role
    from reta.tables.text.quotes import Fault
    from reta.tables.text.report import BlockReport
    from reta.types import ColumnKind

__all__ = ["DelimitedTable"]

_SAMPLE_BYTES = 32 << 10
_SMALLEST_SAMPLE = 8 << 10  # of each of many files


class DelimitedTable:
    """Delimited text as a ``Table``.

    Parameters
    ----------
    sources
        Files and streams that are the parts of one table, their columns matched by name; plain, gzip or zstd. A table
        with a stream among them is read once.
    description
        What messages call the table.
    options
        ``delimiter``, ``decimal``, ``thousands``, ``encoding`` and ``header`` are looked for where they are ``None``.
    block_bytes
        How much text to work on at a time; by default about 8 MB, more for wide tables.

    Raises
    ------
    DataError
        A file is empty or no text, two columns have one name, or two readings fit.
    FileError
        A file cannot be read.
    UsageError
        The options contradict themselves.

    Notes
    -----
    Files are cut into blocks of whole rows, which are read side by side and handed over in order. Each block takes the
    quick road, which parses straight to numbers, and if anything in it needs a second look, the careful road, which
    looks at every cell as text. The quick road never explains; the careful road never guesses. Memory does not grow
    with the files, and no result depends on the number of threads.

    Cells are judged in the columns asked for only; the number of cells of a row and quotes everywhere.

    A column is a number column if at least half of the cells looked at, missing ones aside, are numbers, or nearly so
    (``10%``, ``1,234``): its other cells are then errors with line and value, not reasons to read it as text.
    """

    n_rows: int | None = None

    def __init__(
        self,
        sources: Sequence[Path | BinaryIO],
        description: str,
        options: ReadOptions,
        *,
        block_bytes: int | None = None,
    ) -> None:
        check_options(options)
        self.description = description
        self._options = options
        self._block_bytes = block_bytes
        self._parts = _open_parts(sources, description, options)
        self._dialects = agreed_dialects(self._parts)
        self.rereadable = all(part.rereadable for part in self._parts)
        self.columns: tuple[Column, ...] = common_columns(self._parts)
        self._assumed = (*joint_notes(self._parts), *differences(self._parts, self.columns, ()))
        self.notes: list[Note] = list(self._assumed)
        self._snapshot = Snapshot()

    def told_of_files(self, notes: Sequence[Note], snapshot: Snapshot) -> None:
        """Take what there is to say about the names of the files, and what the files were when they were opened."""
        self._assumed = (*notes, *self._assumed)
        self.notes[:] = self._assumed
        self._snapshot = snapshot

    @property
    def dialect(self) -> Dialect:
        """How the first file is written: its delimiter, its decimal mark."""
        return self._dialects[0]

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
        plans = self._plans(columns, text, may_miss, weights, paired=False)
        for (clean,) in rebatch(((report.clean,) for report in self._reports(plans)), batch_rows):
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
        yield from self._paired(self._plans(columns, text, may_miss, weights, paired=True), batch_rows)

    @property
    def hands_on_lines(self) -> bool:
        """Whether ``lines_batches`` serves: every part has the columns of the table in its order, and its delimiter."""
        names = tuple(column.name for column in self.columns)
        alike = all(part.probe.header.names == names for part in self._parts)
        return len(names) > 1 and alike and len({dialect.delimiter for dialect in self._dialects}) == 1

    @property
    def spelled_numbers(self) -> tuple[str, ...]:
        """Columns of whose sample every cell that is there is a number, or true or false, as the file writes them."""
        return numbers_throughout(self._parts, self._dialects)

    def lines_batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[RowBatch]:
        """As ``paired_batches``, the untouched rows as one column of lines, each as it stands in the file."""
        plans = self._plans(columns, text, may_miss, None, paired=True)
        yield from self._paired([replace(plan, as_lines=True) for plan in plans], batch_rows)

    def _paired(self, plans: list[Plan], batch_rows: int) -> Iterator[RowBatch]:
        pairs = ((report.clean, report.original) for report in self._reports(plans) if report.original is not None)
        for clean, original in rebatch(pairs, batch_rows):
            yield RowBatch(original, clean)

    def _plans(
        self,
        columns: Sequence[str],
        text: Sequence[str],
        may_miss: Sequence[str],
        weights: str | None,
        *,
        paired: bool,
    ) -> list[Plan]:
        """Plan the reading of each file."""
        differences(self._parts, self.columns, columns)
        kinds = {column.name: column.kind for column in self.columns}
        roles = {name: _role(kinds[name], as_text=name in text) for name in columns}
        plans = []
        for part, dialect in zip(self._parts, self._dialects, strict=True):
            positions = {name: position for position, name in enumerate(part.probe.header.names)}
            wanted = tuple(
                Wanted(name, positions[name], roles[name], name in may_miss, kinds[name]) for name in columns
            )
            originals = tuple((column.name, positions.get(column.name)) for column in self.columns)
            plan = self._plan(part, dialect, wanted, originals if paired else None)
            plans.append(replace(plan, weights=weights))
        return plans

    def _plan(
        self,
        part: Part,
        dialect: Dialect,
        wanted: tuple[Wanted, ...],
        originals: tuple[tuple[str, int | None], ...] | None,
    ) -> Plan:
        named = frozenset(self._options.missing_values)
        header = part.probe.header
        return Plan(
            label=part.label,
            lines_before=part.probe.lines_before_data,
            dialect=dialect,
            width=len(header.names),
            last_role=_role(kind_of_shapes(part.probe.shapes[-1]), as_text=False),
            wanted=wanted,
            missing_values=MISSING_CELLS | named,
            null_words=part.probe.null_words | named - {""},
            sentinels=numbers_among(self._options.missing_values, dialect),
            symbols=self._options.symbols,
            empty=tuple(sorted(header.empty)),
            titles=header.titles + self._options.skip_rows if header.titles else 0,
            policy=self._options.missing,
            drop_bad_rows=self._options.bad_rows == "drop",
            originals=originals,
        )

    def _reports(self, plans: list[Plan]) -> Iterator[BlockReport]:
        """Read every block; keep the ledger; leave the notes of this pass."""
        self.notes[:] = self._assumed
        ledger = Ledger(self.description, len(self._parts))
        with self._snapshot.held():
            for report, fault in in_order(_read, self._blocks(plans)):
                ledger.add(report)
                if fault is not None:
                    ledger.stop(fault)
                if not ledger.refusing:
                    yield report
        self.notes.extend(_encoded(plans[0]))
        self.notes.extend(ledger.notes())

    def _blocks(self, plans: list[Plan]) -> Iterator[tuple[QuickRoad, Block]]:
        for part, plan in zip(self._parts, plans, strict=True):
            road = QuickRoad(plan)
            for block in part.blocks(plan.dialect, self._block_bytes):
                yield road, block


def _open_parts(sources: Sequence[Path | BinaryIO], description: str, options: ReadOptions) -> tuple[Part, ...]:
    sample = max(_SMALLEST_SAMPLE, _SAMPLE_BYTES // len(sources))
    labels = source_labels(sources, description)
    parts = tuple(Part(source, label, options, sample) for source, label in zip(sources, labels, strict=True))
    if not any(part.probe.n_rows for part in parts):
        numeric = "; its numbers may be data: if so, say --no-header" if parts[0].probe.header.is_numeric else ""
        raise DataError(f"{description}{': every file' if len(parts) > 1 else ''} has a header but no rows{numeric}")
    return parts


def _role(kind: ColumnKind, *, as_text: bool) -> Role:
    if as_text or kind not in ("number", "boolean"):
        return "text"
    return "number" if kind == "number" else "boolean"


def _read(item: tuple[QuickRoad, Block]) -> tuple[BlockReport, Fault | None]:
    road, block = item
    return road.read(block) or read_carefully(block, road.plan), block.fault


def _encoded(plan: Plan) -> list[Note]:
    booleans = [column.name for column in plan.wanted if column.role == "boolean"]
    return [Note("encoded", f"`{name}` is true or false: used as 1 and 0") for name in booleans]
