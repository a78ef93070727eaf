"""NDJSON files: one JSON object a line, the keys are the columns."""

from __future__ import annotations

import glob
import gzip
import io
import json
import zlib
from itertools import islice
from typing import TYPE_CHECKING

import polars as pl

from reta.errors import DataError, FileError
from reta.tables.kinds import columns_of, refuse_duplicates
from reta.tables.parts import part_labels
from reta.tables.polars_stream import POLARS_FAILURES, collected, first_line
from reta.tables.policy import Chunk
from reta.tables.stream import StreamedTable
from reta.tables.table import StartOver
from reta.tables.text_numbers import with_stray_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions

__all__ = ["NdjsonTable"]

_SAMPLE_ROWS = 1000
_SHOWN_CHARACTERS = 40
_GZIP_MAGIC = b"\x1f\x8b"


class NdjsonTable(StreamedTable):
    """Lines of JSON objects; a key that a line lacks is a missing value.

    Notes
    -----
    The columns and their kinds are those of the first thousand lines of the first file. The quick road tells Polars to
    expect them and asks to start over at the first cell that does not fit; the careful road lets Polars look at every
    line for the types first, then reads a column that holds other things than numbers as text, so that each cell can
    be judged by itself.
    """

    def __init__(self, paths: Sequence[Path], description: str, options: ReadOptions) -> None:
        self._paths = tuple(paths)
        self._labels = part_labels(self._paths)
        self._careful = False
        sample = self._sample()
        self._expected = sample.schema
        columns = with_stray_text(columns_of(sample.schema), sample, options)
        super().__init__(description, columns, options)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield the rows file by file."""
        for part in range(len(self._paths)):
            yield from self._part(part, request)

    def _part(self, part: int, request: Request) -> Iterator[Chunk]:
        n_rows = 0
        schema = self._part_schema(part, request)
        query = pl.scan_ndjson(_literal(self._paths[part]), schema=schema)
        for frame in collected(query, request.batch_rows, self._explain(part, request)):
            yield Chunk(frame, self._labels[part], n_rows + 1)
            n_rows += frame.height

    def _part_schema(self, part: int, request: Request) -> pl.Schema:
        exact = self._schema(part) if self._careful or request.paired else self._expected
        return pl.Schema({name: exact.get(name, self._expected[name]) for name in request.columns})

    def _sample(self) -> pl.DataFrame:
        """Return the first rows of the first file, by the types that hold them all."""
        lines = list(islice((line for line in _lines(self._paths[0]) if line.strip()), _SAMPLE_ROWS))
        if not lines:
            raise DataError(f"{self._labels[0]} has no rows")
        refuse_duplicates(_keys(lines[0]), self._labels[0])
        try:
            return pl.read_ndjson(io.BytesIO(b"".join(lines)), infer_schema_length=None)
        except POLARS_FAILURES as error:
            raise self._refusal(0, error) from error

    def _schema(self, part: int) -> pl.Schema:
        query = pl.scan_ndjson(_literal(self._paths[part]), infer_schema_length=None)
        try:
            return query.collect_schema()
        except POLARS_FAILURES as error:
            raise self._refusal(part, error) from error

    def _explain(self, part: int, request: Request) -> Callable[[BaseException], Exception]:
        def explain(error: BaseException) -> Exception:
            if self._careful or request.paired:
                return self._refusal(part, error)
            self._careful = True
            return StartOver(first_line(error))

        return explain

    def _refusal(self, part: int, error: BaseException) -> Exception:
        """Return what the first line that is no JSON object has to be told, or else what Polars says."""
        for number, line in enumerate(_lines(self._paths[part]), start=1):
            if line.strip() and (fault := _fault(line)):
                return DataError(f"{self._labels[part]}, line {number}: {fault}")
        return FileError(f"{self._labels[part]} cannot be read as NDJSON: {first_line(error)}")


def _literal(path: Path) -> str:
    """Return the path so that Polars takes none of it for a pattern."""
    return glob.escape(str(path))


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    try:
        with gzip.open(path) if compressed else path.open("rb") as file:
            yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path} is incomplete or damaged gzip: {error}") from error


def _fault(line: bytes) -> str | None:
    """Return what is wrong with a line, if anything is."""
    try:
        met = json.loads(line, parse_constant=_refuse_constant)
    except ValueError as error:
        shown = line.decode(errors="replace").strip()[:_SHOWN_CHARACTERS]
        return f"{shown!r} is not a JSON object ({error}). Write one object a line"
    if isinstance(met, list):
        return "a JSON list. Write one object a line, for example with: jq -c '.[]'"
    if not isinstance(met, dict):
        return f"{met!r} is not a JSON object. Write one object a line"
    for name, value in met.items():
        if isinstance(value, float) and value in (float("inf"), float("-inf")):
            return f"`{name}` is too large for float64. Correct it"
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"JSON has no {name}: write null")


def _keys(line: bytes) -> list[str]:
    """Return the keys of a line, repeated ones included; none where the line is no JSON object."""
    try:
        pairs = json.loads(line, object_pairs_hook=list)
    except ValueError:
        return []
    return [key for key, _ in pairs] if line.lstrip().startswith(b"{") else []
