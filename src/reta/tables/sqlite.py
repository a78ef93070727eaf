"""SQLite files, through the standard library's driver."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from reta.errors import FileError, UsageError
from reta.tables.kinds import refuse_duplicates
from reta.tables.policy import Chunk
from reta.tables.python_values import column_of
from reta.tables.stream import StreamedTable
from reta.tables.text_numbers import MISSING_WORDS, stored_as_text, with_stray_text
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reta.tables.python_values import PythonColumn
    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions

__all__ = ["SqliteTable"]

_SAMPLE_ROWS = 1000
_HEADER_BYTES = 100  # where SQLite's file format has the size of a page and their number, if two counters agree
_DENIED = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA)  # VACUUM INTO attaches its file


class SqliteTable(StreamedTable):
    """The rows of a query on a SQLite file, which is opened for reading only.

    Parameters
    ----------
    path
        The file.
    description, options
        As ``Table`` and ``ReadOptions`` have them; ``query`` may be left out where the file has one table.

    Notes
    -----
    SQLite's columns have no types to rely on: what the first thousand rows hold decides.
    """

    missing_words = MISSING_WORDS

    def __init__(self, path: Path, description: str, options: ReadOptions) -> None:
        self._path = path
        self._source = description
        _require_whole(path, description)
        self._query, notes = self._chosen_query(options)
        self._options = options
        sample = next(self._columns(_SAMPLE_ROWS))
        frame = pl.DataFrame([part.series for part in sample])
        columns = with_stray_text([part.column for part in sample], frame, options, all_text=True)
        text = [column for column, part in zip(columns, sample, strict=True) if part.kind == "text"]
        mixed = [note for part in sample for note in part.notes()]
        super().__init__(description, columns, options, notes=[*notes, *stored_as_text(text, frame), *mixed])

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield what the query gives, in pieces."""
        n_rows = 0
        for columns in self._columns(request.batch_rows, request.columns):
            frame = pl.DataFrame([column.series for column in columns])
            yield Chunk(frame, self._source, n_rows + 1)
            n_rows += frame.height

    def _columns(self, n_rows: int, wanted: Sequence[str] | None = None) -> Iterator[list[PythonColumn]]:
        """Run the query and keep the wanted columns; the first come even without rows, for their names."""
        with self._explained(), closing(self._connect()) as connection:
            cursor = connection.execute(self._query)
            if cursor.description is None:
                raise UsageError(f"the query on {self._source} gives no rows: it must be a SELECT")
            names = [column[0] for column in cursor.description]
            refuse_duplicates(names, f"the query on {self._source}")
            positions = [(name, names.index(name)) for name in wanted or names]
            rows = cursor.fetchmany(n_rows)
            yield self._column_wise(positions, rows)
            while rows := cursor.fetchmany(n_rows):
                yield self._column_wise(positions, rows)

    def _column_wise(self, positions: Sequence[tuple[str, int]], rows: Sequence[tuple[Any, ...]]) -> list[PythonColumn]:
        return [column_of(name, [row[position] for row in rows], self._options) for name, position in positions]

    def _connect(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self._path.resolve()))}?mode=ro"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        connection.set_authorizer(_reading_only)
        return connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            if "authoriz" in str(error):
                raise UsageError(f"the query on {self._source} would do more than read: it must be a SELECT") from error
            if not isinstance(error, sqlite3.OperationalError | sqlite3.ProgrammingError):
                raise FileError(f"{self._source} cannot be read as SQLite: {error}") from error
            raise UsageError(f"the query fails on {self._source}: {error}{self._hint()}") from error
        except UnicodeDecodeError as error:
            raise FileError(f"{self._source} cannot be read as SQLite: a name in it is no UTF-8") from error
        except sqlite3.Warning as error:
            raise UsageError(f"the query fails on {self._source}: {error}{self._hint()}") from error

    def _hint(self) -> str:
        try:
            return f"; it has the tables {', '.join(f'`{name}`' for name in self._tables())}"
        except (sqlite3.Error, UnicodeDecodeError):
            return ""

    def _tables(self) -> list[str]:
        with closing(self._connect()) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name")
            return [name for (name,) in found if isinstance(name, str) and not name.startswith("sqlite_")]

    def _chosen_query(self, options: ReadOptions) -> tuple[str, list[Note]]:
        """Return the query asked for, or all of the only table, which is then said."""
        if options.query is not None:
            return options.query, []
        with self._explained():
            tables = self._tables()
        if len(tables) != 1:
            listed = ", ".join(f"`{name}`" for name in tables) or "none"
            raise UsageError(
                f"{self._source} is a database with {len(tables)} tables ({listed}): give --query 'SELECT ...'"
            )
        name = tables[0].replace('"', '""')
        return f'SELECT * FROM "{name}"', [Note("assumed", f"the only table, `{tables[0]}`")]  # noqa: S608 - a name it has


def _reading_only(action: int, *_: str | None) -> int:
    """Deny what would create or change files beside the database, which itself is open for reading only."""
    return sqlite3.SQLITE_DENY if action in _DENIED else sqlite3.SQLITE_OK


def _require_whole(path: Path, description: str) -> None:
    """Raise where the file is shorter than its header says: SQLite reads what is there, and nothing of the rest."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        size = file.seek(0, 2)
    if len(header) < _HEADER_BYTES or header[24:28] != header[92:96]:
        return
    page = int.from_bytes(header[16:18]) or 1
    promised = int.from_bytes(header[28:32]) * (65_536 if page == 1 else page)
    if size < promised:
        raise FileError(
            f"{description} is incomplete: it has {size:,} bytes, and its header says {promised:,}. Copy it again"
        )
