"""NDJSON files: one JSON object a line, the keys are the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from reta.errors import DataError, UsageError
from reta.tables.json_blocks import cut_lines, read_block
from reta.tables.json_rows import JsonRows, read_rows
from reta.tables.kinds import columns_of
from reta.tables.parts import compare_parts, source_labels
from reta.tables.policy import Chunk
from reta.tables.stream import StreamedTable
from reta.tables.table import BATCH_ROWS, Column, RowBatch
from reta.tables.text.chunks import CHUNK_BYTES
from reta.tables.text.dialect import Dialect
from reta.tables.text.encoding import detect_encoding, encoding_label, is_utf8, to_utf8
from reta.tables.text.parallel import in_order
from reta.tables.text.source import Source
from reta.tables.text_numbers import with_stray_text
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reta.tables.json_blocks import JsonBlock
    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions

__all__ = ["NdjsonTable"]

_SAMPLE_ROWS = 1000
_SAMPLE_BYTES = 64 << 10


class NdjsonTable(StreamedTable):
    """Lines of JSON objects; a key that a line lacks is a missing value.

    Parameters
    ----------
    sources
        Files and streams that are the parts of one table; plain, gzip or zstd.
    description, options
        As ``Table`` and ``ReadOptions`` have them.

    Notes
    -----
    The columns and their kinds are those of the first thousand lines of every part. Polars parses the blocks that hold
    what is expected; any other block is read line by line. A key that comes later joins ``columns`` in the course of
    reading: whoever takes all columns then has to read again.
    """

    def __init__(self, sources: Sequence[Path | BinaryIO], description: str, options: ReadOptions) -> None:
        labels = source_labels(sources, description)
        self._parts = [_Part(source, label) for source, label in zip(sources, labels, strict=True)]
        self.rereadable = all(part.source.rereadable for part in self._parts)
        samples = [part.sample for part in self._parts]
        self._schema = pl.Schema({name: _common_type(name, samples) for sample in samples for name in sample.columns})
        self._mixed: set[str] = set()
        self._late: dict[str, str] = {}
        self._looked_at_all = all(part.is_sampled_whole for part in self._parts)
        notes = [note for part in self._parts for note in part.notes]
        notes += compare_parts(labels, [self._schema_of(sample) for sample in samples], ())
        first = pl.concat([_frame(sample, self._schema, self._schema) for sample in samples], how="vertical_relaxed")
        super().__init__(description, _columns(first, self._schema, options), options, notes=notes)

    def paired_batches(
        self,
        columns: Sequence[str],
        *,
        text: Sequence[str] = (),
        may_miss: Sequence[str] = (),
        weights: str | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[RowBatch]:
        """Yield the same frames beside the rows they came from, late keys too: see ``Table.paired_batches``."""
        self.find_more_columns()
        return super().paired_batches(columns, text=text, may_miss=may_miss, weights=weights, batch_rows=batch_rows)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield the rows file by file."""
        kinds = {column.name: column.kind for column in self.columns}
        schema = self._settled() if request.paired else self._schema
        strict = [name for name in request.needed if name in request.text or kinds[name] == "text"]
        late = dict(self._late)
        for block, read in in_order(self._read, self._blocks()):
            if isinstance(read, pl.DataFrame):
                yield Chunk(_cast(read, schema, request), block.label, block.first_line, unit="line")
                continue
            self._notice(read, block.label)
            _refuse_nested(read, strict, block.label)
            wanted = pl.Schema({name: schema[name] for name in request.columns if name in schema})
            frame = _frame(read, wanted, self._schema)
            yield Chunk(_cast(frame, schema, request), block.label, lines=read.lines, unit="line")
        self._tell_of_late(late, request)

    def find_more_columns(self) -> bool:
        """Look at all lines for keys that the first ones lack; return whether there are any.

        Nothing is done where the source can be read once only.
        """
        if self._looked_at_all or not self.rereadable:
            return False
        known = len(self.columns)
        for block, read in in_order(self._read, self._blocks()):
            if isinstance(read, JsonRows):
                self._notice(read, block.label)
        self._looked_at_all = True
        return len(self.columns) > known

    def _blocks(self) -> Iterator[JsonBlock]:
        for part in self._parts:
            yield from part.blocks()

    def _read(self, block: JsonBlock) -> tuple[JsonBlock, pl.DataFrame | JsonRows]:
        return block, read_block(block, self._schema)

    def _schema_of(self, sample: JsonRows) -> pl.Schema:
        return pl.Schema({name: self._schema[name] for name in self._schema if name in sample.columns})

    def _notice(self, rows: JsonRows, label: str) -> None:
        """Take in what lines hold beyond what was expected: fractions among whole numbers, and new keys."""
        types = dict(self._schema)
        for name in rows.columns:
            found = rows.type_of(name)
            if name not in types:
                types[name] = found
                self._late[name] = f"{label}, line {rows.first[name]}"
                frame = pl.DataFrame([rows.series(name, found)])
                self.columns = (*self.columns, *_columns(frame, pl.Schema({name: found}), self.options))
            elif found == pl.Float64 and types[name] == pl.Int64:
                types[name] = found
            elif rows.holds(name) and types[name] != found and not (types[name].is_numeric() and found.is_numeric()):
                self._mixed.add(name)
        self._schema = pl.Schema(types)

    def _settled(self) -> pl.Schema:
        """Return the types that hold all rows, so that rows can be handed on as they are."""
        self.find_more_columns()
        types = dict(self._schema) | dict.fromkeys(self._mixed, pl.String())
        if not self._looked_at_all:
            types = {name: pl.Float64() if dtype == pl.Int64 else dtype for name, dtype in types.items()}
        return pl.Schema(types)

    def _tell_of_late(self, known: dict[str, str], request: Request) -> None:
        for name, place in self._late.items():
            if name not in known and name not in request.columns:
                text = f"the key `{name}` first comes in {place}, after the lines looked at for columns"
                self.notes.append(Note("assumed", f"{text}: it is left out unless it is named"))
        self._looked_at_all = True


class _Part:
    """One file or stream, and what its first lines hold."""

    def __init__(self, source: Path | BinaryIO, label: str) -> None:
        self.label = label
        self.source = Source(source, label, _SAMPLE_BYTES)
        taken = self.source.taken
        taken.lengthen(_SAMPLE_ROWS)
        self._dialect = Dialect(encoding=_encoding(taken.sample, taken.complete, label))
        text = b"".join(to_utf8([taken.sample], self._dialect, label, final=taken.complete))
        lines = text.split(b"\n")
        whole = lines if taken.complete else lines[:-1]
        self.is_sampled_whole = taken.complete and len(whole) <= _SAMPLE_ROWS
        self.sample = read_rows(whole[:_SAMPLE_ROWS], 1, label)
        if not self.sample.lines:
            raise DataError(f"{label} has no rows")

    @property
    def notes(self) -> list[Note]:
        """What was assumed about it."""
        if is_utf8(self._dialect.encoding):
            return []
        return [Note("assumed", f"{self.label}: read as {encoding_label(self._dialect.encoding)}")]

    def blocks(self) -> Iterator[JsonBlock]:
        """Yield its lines."""
        return cut_lines(to_utf8(self.source.chunks(CHUNK_BYTES), self._dialect, self.label), self.label)


def _encoding(sample: bytes, complete: bool, label: str) -> str:
    encoding = detect_encoding(sample, complete, label)
    if not is_utf8(encoding) and not encoding.startswith("utf"):
        raise DataError(f"{label} is not UTF-8, as JSON has to be: convert it first, for example with iconv -t utf-8")
    return encoding


def _common_type(name: str, samples: Sequence[JsonRows]) -> pl.DataType:
    """Return the type of a column that several samples may have."""
    found = {sample.type_of(name) for sample in samples if sample.holds(name)}
    if len(found) == 1:
        return found.pop()
    return pl.Float64() if found <= {pl.Int64(), pl.Float64()} else pl.String()


def _frame(rows: JsonRows, wanted: pl.Schema, expected: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(
        [rows.series(name, dtype, is_truth=expected.get(name) == pl.Boolean) for name, dtype in wanted.items()]
    )


def _columns(frame: pl.DataFrame, types: pl.Schema, options: ReadOptions) -> tuple[Column, ...]:
    """Return the columns of some first rows; numbers are numbers even where text had to keep their digits."""
    numbers = {name for name, dtype in types.items() if dtype.is_numeric()}
    kinds = with_stray_text(columns_of(frame.schema), frame, options)
    return tuple(Column(column.name, "number") if column.name in numbers else column for column in kinds)


def _refuse_nested(rows: JsonRows, columns: Sequence[str], label: str) -> None:
    """Raise where a list or an object would become a label."""
    for name in columns:
        if (found := rows.nested_line(name)) is not None:
            line, value = found
            what = "a list" if value.startswith("[") else "an object"
            raise DataError(f"`{name}` holds {what}, {value[:40]}, in {label}, line {line}: not a number or a label")


def _cast(frame: pl.DataFrame, schema: pl.Schema, request: Request) -> pl.DataFrame:
    """Return the columns asked for, null where no line has them; of one type for all, where rows are handed on."""
    chosen = frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, schema.get(name, pl.Null())).alias(name)
        for name in request.columns
    )
    if not request.paired:
        return chosen
    try:
        return chosen.cast({name: schema[name] for name in request.columns if name in schema})
    except pl.exceptions.PolarsError as error:
        raise UsageError(
            "rows of more than one type in a column cannot be handed on from a stream: save it to a file first"
        ) from error
