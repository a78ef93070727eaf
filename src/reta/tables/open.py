"""From whatever a user has, to a table."""

from __future__ import annotations

import re
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, cast

from reta.errors import FileError, UsageError
from reta.forked import refuse_in_fork
from reta.tables.composed import with_composed_names
from reta.tables.table import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import BufferedReader

    from reta.tables.delimited import DelimitedTable
    from reta.tables.ndjson import NdjsonTable
    from reta.tables.paths import Files, Format
    from reta.tables.stream import StreamedTable
    from reta.tables.table import Table

__all__ = ["open_table"]

_ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://|^sqlite:", re.IGNORECASE)
_ACCEPTED = (
    "a path, a pattern, a list of paths, '-', a database address, a frame (Polars, pandas, pyarrow), an array,"
    " a tensor, (X, y), nested lists or a dict of columns"
)
_DEFAULTS = ReadOptions()
_OPTIONS_OF: dict[str, frozenset[Format | str]] = {
    "delimiter": frozenset({"text"}),
    "encoding": frozenset({"text"}),
    "header": frozenset({"text", "spreadsheet"}),
    "skip_rows": frozenset({"text", "spreadsheet"}),
    "sheet": frozenset({"spreadsheet"}),
    "query": frozenset({"sqlite", "database"}),
    "verify": frozenset({"parquet"}),
}


def open_table(data: object, options: ReadOptions = _DEFAULTS, *, targets: Sequence[str] | None = None) -> Table:
    """Return the table that the data are.

    Parameters
    ----------
    data
        A path, a pattern, a list of them, ``"-"`` for standard input, a database address; a Polars, pandas or pyarrow
        frame, a Polars query; an array or tensor, ``(X, y)``, nested lists, a dict of columns, a list of records. A
        table is handed back as it is.
    options
        How to read it.
    targets
        Names for the columns of ``y`` where it has none.

    Raises
    ------
    UsageError
        When the data are none of these, or an option does not apply to them.
    FileError
        When a file is missing or cannot be read.
    DataError
        When what is there is no table.
    """
    if hasattr(data, "paired_batches"):
        return cast("Table", data)
    return with_composed_names(_opened(data, options, targets))


def _opened(data: object, options: ReadOptions, targets: Sequence[str] | None) -> Table:
    if isinstance(data, str | Path):
        refuse_in_fork()
        return _open_named(data, options)
    if isinstance(data, list | tuple) and data and all(isinstance(item, str | Path) for item in data):
        from reta.tables.paths import find_files

        refuse_in_fork()
        return _open_files(find_files(data), options)
    _refuse_unused(options, "memory", "data in memory")
    from reta.tables.memory import memory_table

    table = memory_table(data, options, targets)
    if table is None:
        raise UsageError(f"{type(data).__name__} is nothing that reta can read: give {_ACCEPTED}")
    return table


def _open_named(name: str | Path, options: ReadOptions) -> Table:
    if name == "-":
        return _open_stdin(options)
    address = str(name)
    if address.startswith("file://"):
        name = Path(address.removeprefix("file://"))
    elif isinstance(name, str) and _ADDRESS.match(name):
        from reta.tables.database import open_database

        _refuse_unused(options, "database", "a database")
        return open_database(name, options)
    from reta.tables.paths import find_files

    return _open_files(find_files([name], asked=str(name)), options)


def _open_stdin(options: ReadOptions) -> Table:
    import io

    if sys.stdin is None:
        raise FileError("standard input is closed: give the file's name, or send the rows through a pipe")
    source = sys.stdin.buffer
    stdin = source if isinstance(source, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", source))
    return _open_streams([stdin], "stdin", options)


def _open_streams(
    sources: Sequence[Path | BufferedReader], description: str, options: ReadOptions
) -> DelimitedTable | NdjsonTable:
    """Return the table of pipes, and perhaps of files beside them: text, or JSON objects."""
    from reta.tables.delimited import DelimitedTable
    from reta.tables.ndjson import NdjsonTable
    from reta.tables.paths import holds_objects
    from reta.tables.text.chunks import glance

    starts = [glance(source) for source in sources if not isinstance(source, Path)]
    if any(start.startswith(b"PAR1") for start in starts):
        raise UsageError(
            f"{_spoken(description)} holds Parquet, which cannot be read from a pipe: give the file's name"
        )
    objects = {holds_objects(start) for start in starts}
    if len(objects) > 1:
        raise UsageError(f"{description}: some hold JSON objects and others text, and parts of a table must be alike")
    kind: Format = "ndjson" if objects == {True} else "text"
    _refuse_unused(options, kind, _spoken(description))
    return (NdjsonTable if kind == "ndjson" else DelimitedTable)(sources, description, options)


def _spoken(description: str) -> str:
    return "standard input" if description == "stdin" else description


def _open_files(files: Files, options: ReadOptions) -> Table:
    from reta.tables.paths import is_stream
    from reta.tables.unchanged import Snapshot

    snapshot = Snapshot.of([path for path in files.paths if not is_stream(path)])
    table = _table_of(files, options)
    table.told_of_files(files.notes, snapshot)
    return table


def _table_with_streams(files: Files, options: ReadOptions) -> DelimitedTable | NdjsonTable:
    from reta.tables.paths import is_stream

    sources = [path.open("rb") if is_stream(path) else path for path in files.paths]
    table = _open_streams(sources, files.description, options)
    for source in sources:
        if not isinstance(source, Path):
            weakref.finalize(table, source.close)
    return table


def _table_of(files: Files, options: ReadOptions) -> DelimitedTable | StreamedTable:
    from reta.tables.patterns import require_text_name

    if files.streams:
        return _table_with_streams(files, options)
    _refuse_unused(options, files.format, files.description)
    if files.format not in ("text", "ndjson"):
        for path in files.paths:
            require_text_name(path)
    match files.format:
        case "text":
            from reta.tables.delimited import DelimitedTable

            return DelimitedTable(files.paths, files.description, options)
        case "parquet" | "arrow":
            from reta.tables.columnar import ColumnarTable

            return ColumnarTable(files.paths, files.format, files.description, options)
        case "ndjson":
            from reta.tables.ndjson import NdjsonTable

            return NdjsonTable(files.paths, files.description, options)
        case "spreadsheet":
            from reta.tables.spreadsheet import SpreadsheetTable

            return SpreadsheetTable(_only(files), files.description, options)
        case "sqlite":
            from reta.tables.sqlite import SqliteTable

            return SqliteTable(_only(files), files.description, options)


def _only(files: Files) -> Path:
    """Return the one file, of a format that cannot be the part of a table."""
    if len(files.paths) > 1:
        raise UsageError(f"{files.description}: only one {files.format} file can be read at a time")
    return files.paths[0]


def _refuse_unused(options: ReadOptions, kind: Format | str, description: str) -> None:
    """Raise for an option that would do nothing."""
    for name, kinds in _OPTIONS_OF.items():
        if getattr(options, name) != getattr(_DEFAULTS, name) and kind not in kinds:
            spelled = "no-header" if options.header is False and name == "header" else name.replace("_", "-")
            raise UsageError(f"--{spelled} does not apply to {description}")
