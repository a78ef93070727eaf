"""Databases by their address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reta.errors import UsageError

if TYPE_CHECKING:
    from reta.tables.postgresql import PostgresTable
    from reta.tables.sqlite import SqliteTable
    from reta.tables.table import ReadOptions

__all__ = ["open_database"]

_POSTGRESQL = ("postgresql", "postgres")


def open_database(uri: str, options: ReadOptions) -> PostgresTable | SqliteTable:
    """Return the table of a database address.

    Parameters
    ----------
    uri
        ``postgresql://…``, or ``sqlite:///relative.db`` and ``sqlite:////absolute.db`` as SQLAlchemy writes them.
    options
        ``query`` says which rows.

    Raises
    ------
    UsageError
        When the kind of database is not known.
    """
    scheme, _, rest = uri.partition(":")
    if scheme.partition("+")[0] in _POSTGRESQL:
        from reta.tables.postgresql import PostgresTable

        return PostgresTable(uri, options)
    if scheme == "sqlite":
        from reta.tables.paths import existing_file
        from reta.tables.patterns import require_text_name
        from reta.tables.sqlite import SqliteTable

        path = Path(rest.removeprefix("///"))
        return SqliteTable(require_text_name(existing_file(path)), str(path), options)
    raise UsageError(
        f"{scheme}:// is no address that reta reads: give a file, postgresql://... or sqlite:///...,"
        " or read it with Polars and give the frame"
    )
