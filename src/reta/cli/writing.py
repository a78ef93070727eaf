"""Rows to a stream: batch after batch, so that memory does not grow with the rows."""

from __future__ import annotations

import io
import json
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol, TypeAlias

from reta.cli.ahead import ahead
from reta.cli.face import plain_data
from reta.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    import polars as pl

    from reta.tables.table import Table

    Writer: TypeAlias = Callable[[Iterator[pl.DataFrame], BinaryIO], int]

    class Spelling(Protocol):
        """What makes text of a frame."""

        def __call__(self, frame: pl.DataFrame, *, header: bool) -> bytes | memoryview: ...


__all__ = ["FORMATS", "Format", "dialect_of", "format_of", "opened", "require_pipe", "write_document", "writer_of"]

Format: TypeAlias = Literal["csv", "ndjson", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "ndjson", "parquet")
SUFFIXES: Mapping[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
}


def format_of(path: Path | None, asked: Format | None) -> Format:
    """Return the format to write: the one asked for, or the one that the file's name says."""
    if asked is not None or path is None:
        return asked or "csv"
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError(f"-o {path}: '{path.suffix}' is no format to write: end the name in {known}, or give --to")
    return SUFFIXES[path.suffix.lower()]


def writer_of(kind: Format, *, delimiter: str = ",", decimal: str = ".", lines: tuple[str, ...] = ()) -> Writer:
    """Return the function that writes this format.

    Delimiter and decimal mark are for CSV; ``lines`` names the columns that stand together in the first column of each
    frame, as lines that are written as they are.
    """
    if kind == "csv":
        written = partial(_write_lines, columns=lines) if lines else _write_csv
        return partial(written, delimiter=delimiter, decimal=decimal)
    return _write_ndjson if kind == "ndjson" else _write_parquet


def write_document(
    frames: Iterator[pl.DataFrame], file: BinaryIO, tail: Callable[[int], dict[str, Any]], *, name: str
) -> int:
    """Write one JSON document: under ``name`` one object a row, and then what ``tail`` says of so many rows."""
    rows = 0
    file.write(f'{{"{name}": ['.encode())
    for frame in frames:
        for line in frame.write_ndjson().splitlines():
            file.write(b"\n" if rows == 0 else b",\n")
            file.write(line.encode())
            rows += 1
    rest = json.dumps(plain_data(tail(rows)), ensure_ascii=False, allow_nan=False)
    file.write(f"\n], {rest[1:]}\n".encode())
    return rows


def dialect_of(table: Table) -> dict[str, str]:
    """Return the marks of a text file, so that the rows go out as they came in."""
    dialect = getattr(table, "dialect", None)
    return {} if dialect is None else {"delimiter": dialect.delimiter, "decimal": dialect.decimal}


def require_pipe(kind: Format, output: Path | None) -> None:
    """Raise UsageError where bytes that nobody can read would go to a terminal."""
    if kind == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is not for reading on a terminal: name a file with -o, or pipe it on")


@contextmanager
def opened(output: Path | None) -> Iterator[BinaryIO]:
    """Open what is written to: standard output, or a file that appears whole or not at all."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()  # before anything is said of the rows
        return
    from reta.files import atomic_write

    with atomic_write(output) as file:
        yield file


def _write_csv(frames: Iterator[pl.DataFrame], file: BinaryIO, *, delimiter: str, decimal: str) -> int:
    from reta.tables.text.written import written_by_polars

    def text_of(frame: pl.DataFrame, *, header: bool) -> bytes:
        with _explained():
            return written_by_polars(frame, delimiter, decimal=decimal, header=header).encode()

    return _write_texts(frames, file, text_of)


def _write_texts(frames: Iterator[pl.DataFrame], file: BinaryIO, text_of: Spelling) -> int:
    """Write what ``text_of`` makes of each frame: of some at once, in their order."""
    from reta.tables.text.parallel import in_order

    def work(numbered: tuple[int, pl.DataFrame]) -> tuple[bytes | memoryview, int]:
        number, frame = numbered
        return text_of(frame, header=number == 0), frame.height

    rows = 0
    for text, height in in_order(work, enumerate(frames)):
        file.write(text)
        rows += height
    return rows


def _write_lines(
    frames: Iterator[pl.DataFrame], file: BinaryIO, *, delimiter: str, decimal: str, columns: tuple[str, ...]
) -> int:
    import polars as pl

    from reta.tables.text.written import written_by_polars

    def text_of(frame: pl.DataFrame, *, header: bool) -> memoryview:
        text = io.BytesIO()
        if header:
            names = pl.DataFrame(schema=dict.fromkeys((*columns, *frame.columns[1:]), pl.String))
            text.write(written_by_polars(names, delimiter, header=True).encode())
        frame.write_csv(
            text, include_header=False, separator=delimiter, decimal_comma=decimal == ",", quote_style="never"
        )
        return text.getbuffer()

    return _write_texts(frames, file, text_of)


def _write_ndjson(frames: Iterator[pl.DataFrame], file: BinaryIO) -> int:
    def text_of(frame: pl.DataFrame, *, header: bool) -> bytes:  # noqa: ARG001 - this format has none
        with _explained():
            return frame.write_ndjson().encode()

    return _write_texts(frames, file, text_of)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what Polars raises over cells that cannot be spelled, such as dates of no calendar, into one line."""
    from polars.exceptions import PanicException, PolarsError

    from reta.tables.polars_stream import first_line

    try:
        yield
    except (PolarsError, PanicException) as error:
        raise DataError(
            f"a column of the rows cannot be written ({first_line(error)}): the source is damaged, or has a type that"
            " has no spelling; leave that column out"
        ) from error


def _write_parquet(frames: Iterator[pl.DataFrame], file: BinaryIO) -> int:
    from polars.exceptions import ComputeError
    from polars.io.plugins import register_io_source

    first = next(frames)
    rows = first.height

    def source(*_: object) -> Iterator[pl.DataFrame]:
        nonlocal rows
        yield first
        for frame in made:
            rows += frame.height
            yield frame

    sink = _Sink(file)
    try:
        with ahead(frames) as made:
            register_io_source(source, schema=first.schema).sink_parquet(sink)  # type: ignore[call-overload]  # it may do less
    except ComputeError:
        if sink.failure is not None:
            raise sink.failure from None
        raise
    return rows


class _Sink:
    """What Polars writes to, by way of Python, which knows an error of the disk from others."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write, and remember why that fails."""
        with self._remembering():
            return self._file.write(data)

    def flush(self) -> None:
        """Write what is held back, likewise."""
        with self._remembering():
            self._file.flush()

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failure = error
            raise
