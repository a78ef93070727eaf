"""PostgreSQL queries, streamed as Arrow through ADBC."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import polars as pl

from reta.errors import DataError, FileError, UsageError
from reta.extras import load_extra
from reta.tables.kinds import kind_of, refuse_duplicates
from reta.tables.policy import Chunk
from reta.tables.stream import StreamedTable
from reta.tables.table import Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reta.tables.stream import Request
    from reta.tables.table import ReadOptions

__all__ = ["PostgresTable", "without_password"]

_TYPE_KEY = b"POSTGRESQL:type"


class PostgresTable(StreamedTable):
    """The rows of a query on a PostgreSQL server.

    Parameters
    ----------
    uri
        As libpq has it: ``postgresql://user:password@host:port/database?option=value``. The password is shown nowhere.
    options
        ``query`` says which rows.

    Notes
    -----
    The server sends the rows by binary COPY, some megabytes at a time, and memory does not grow with their number.
    Preparing the query tells the columns without running it. Every reading runs it again, in a transaction that may
    only read and is never committed.
    """

    def __init__(self, uri: str, options: ReadOptions) -> None:
        self._uri = re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", uri)
        self._source = without_password(self._uri)
        if options.query is None:
            raise UsageError(f"{self._source} is a database: give --query 'SELECT ...'")
        self._query = options.query.strip().rstrip(";")
        with self._cursor() as cursor:
            fields = list(cursor.adbc_execute_schema(self._query))
        if not fields:
            raise UsageError(f"the query on {self._source} gives no rows: it must be a SELECT")
        refuse_duplicates([field.name for field in fields], f"the query on {self._source}")
        self._money = frozenset(field.name for field in fields if _server_type(field) == b"money")
        super().__init__(self._source, tuple(_column(field) for field in fields), options)

    def chunks(self, request: Request) -> Iterator[Chunk]:
        """Yield what the server sends."""
        self._refuse_money(request)
        n_rows = 0
        with self._cursor() as cursor:
            cursor.execute(_projected(self._query, request.columns))
            for batch in cursor.fetch_record_batch():
                frame = pl.DataFrame(list(map(_series, batch.schema.names, batch.columns)))
                yield Chunk(frame, self._source, n_rows + 1)
                n_rows += frame.height

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        dbapi = load_extra("adbc_driver_postgresql.dbapi", "reading PostgreSQL", extra="database")
        ArrowException = load_extra("pyarrow.lib", "reading PostgreSQL", extra="database").ArrowException
        try:
            with closing(dbapi.connect(self._uri)) as connection, closing(connection.cursor()) as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
                yield cursor
        except dbapi.OperationalError as error:
            raise FileError(f"{self._source} cannot be reached: {_plainly(error, self._uri)}") from None
        except (dbapi.Error, ArrowException, OSError) as error:
            raise UsageError(f"the query fails on {self._source}: {_plainly(error, self._uri)}") from None

    def _refuse_money(self, request: Request) -> None:
        """Raise for a column of type money, which arrives as a whole number of cents."""
        for name in request.needed:
            if name in self._money:
                raise DataError(f"`{name}` is of PostgreSQL's type money: convert it in the query, {name}::numeric")


def without_password(uri: str) -> str:
    """Return the address without user, password and options: ``postgresql://host:port/database``."""
    scheme, _, rest = uri.partition("://")
    address = rest.partition("?")[0]
    return f"{scheme}://{address.rpartition('@')[2]}"


def _server_type(field: Any) -> bytes | None:
    return (field.metadata or {}).get(_TYPE_KEY)


def _column(field: Any) -> Column:
    if _server_type(field) == b"numeric":
        return Column(field.name, "number")
    import pyarrow as pa

    return Column(field.name, kind_of(_series(field.name, pa.array([], field.type)).dtype))


def _projected(query: str, columns: Sequence[str]) -> str:
    """Return the query for some of its columns, so that the server sends no others; its order of rows stays."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in columns]
    return f"SELECT {', '.join(quoted)} FROM ({query}\n) AS rows_asked_for"  # noqa: S608 - the user's own query


def _series(name: str, column: Any) -> pl.Series:
    """Return an Arrow array as a series: server types unknown to Arrow as the text that was sent, to Polars as text."""
    try:
        return pl.Series(name, getattr(column, "storage", column))
    except pl.exceptions.PolarsError:
        cells = [None if cell is None else str(cell) for cell in column.to_pylist()]
        return pl.Series(name, cells, dtype=pl.String)


def _plainly(error: BaseException, uri: str) -> str:
    """Return an error's text on one line, without the query and without any piece of the password."""
    text = re.sub(r"^\w+: (\[libpq\] )?", "", str(error).partition("Query was:")[0])
    line = " ".join(text.partition("\nLINE ")[0].split()).rstrip(".")
    for secret in _secrets(uri):
        line = line.replace(secret, "***")
        for quoted in re.findall(r'"([^"]+)"', line):
            if quoted in f"{secret}@":
                line = line.replace(f'"{quoted}"', '"***"')
    return line


def _secrets(uri: str) -> list[str]:
    """Return the password as it stands in the address and as it is meant; what stands between colon and at sign."""
    userinfo = uri.partition("://")[2].rpartition("@")[0]
    option = re.search(r"[?&]password=([^&]*)", uri)
    written = [userinfo.partition(":")[2], option[1] if option else ""]
    return [form for secret in written if secret for form in (secret, unquote(secret))]
