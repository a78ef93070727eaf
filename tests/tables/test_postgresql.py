"""PostgreSQL for real: a private server on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from reta.errors import DataError, FileError, UsageError
from reta.tables import ReadOptions, open_table
from reta.tables.postgresql import _plainly, without_password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "se%40cret"
TABLE = """
CREATE TABLE crops AS SELECT
    i AS id, i / 4.0::float8 AS temp, (i / 8.0)::numeric(12, 3) AS rainfall, i % 3 = 0 AS irrigated,
    CASE WHEN i % 100 <> 0 THEN (i % 7)::smallint END AS plants, 'level ' || i % 4 AS region,
    date '2026-01-01' + i AS day, i::money AS price, 'NaN'::numeric AS gap, '{1,2}'::int[] AS tags,
    9007199254740993 AS wide, gen_random_uuid() AS key, interval '1 day' AS span
FROM generate_series(1, 1000) AS i
"""
N_ROWS = 1000


def _binaries() -> Path | None:
    """Folder of the server's programs: on the path, or where Debian keeps them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda folder: int(folder.parent.name))


def _unprivileged() -> dict[str, str]:
    """The user to run a server as: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    return {"user": "postgres" if "postgres" in names else "nobody"}


@pytest.fixture(scope="session")
def server(require: Callable[[object, str], None]) -> Iterator[str]:
    """Address of a database with the table ``crops``."""
    binaries = _binaries()
    require(binaries, "no PostgreSQL server programs: install the package postgresql")
    require(find_spec("adbc_driver_postgresql"), "no PostgreSQL driver: pip install 'reta[database]'")
    as_user = _unprivileged()
    with tempfile.TemporaryDirectory(prefix="reta-pg-") as name:
        folder = Path(name)
        if as_user:
            shutil.chown(folder, as_user["user"])
        (folder / "password").write_text("se@cret")
        (folder / "password").chmod(0o644)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}

        def program(*arguments: str) -> None:
            subprocess.run(
                [f"{binaries}/{arguments[0]}", *arguments[1:]],
                check=True,
                capture_output=True,
                timeout=60,
                cwd=folder,
                env=environment,
                **as_user,
            )

        program(
            "initdb", "-D", f"{folder}/data", "-U", "ana", "-A", "scram-sha-256", "--pwfile", f"{folder}/password", "-N"
        )
        program(
            "pg_ctl",
            "-D",
            f"{folder}/data",
            "-o",
            f"-k {folder} -c listen_addresses= -F",
            "-l",
            f"{folder}/log",
            "-w",
            "start",
        )
        try:
            address = f"postgresql://ana:{SECRET}@/postgres?host={folder}"
            subprocess.run(["psql", address, "-qc", TABLE], check=True, capture_output=True, timeout=60)
            yield address
        finally:
            program("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")


def test_a_query_streams_in_batches_of_clean_columns(server: str) -> None:
    options = ReadOptions(query="SELECT * FROM crops ORDER BY id;", missing="drop")
    table = open_table(server, options)
    assert {column.name: column.kind for column in table.columns} == {
        "id": "number",
        "temp": "number",
        "rainfall": "number",
        "irrigated": "boolean",
        "plants": "number",
        "region": "text",
        "day": "date",
        "price": "number",
        "gap": "number",
        "tags": "text",
        "wide": "number",
        "key": "text",
        "span": "text",
    }
    wanted = ["rainfall", "temp", "plants", "irrigated", "region", "id"]
    batches = list(table.batches(wanted, text=["region"], batch_rows=300))
    assert [batch.height for batch in batches] == [300, 300, 300, 90]
    ids = [index for index in range(1, N_ROWS + 1) if index % 100]
    assert pl.concat(batches).rows() == [
        (round(index / 8, 3), index / 4, index % 7, float(index % 3 == 0), f"level {index % 4}", index) for index in ids
    ]
    assert table.rereadable
    assert [batch.height for batch in table.batches(["id"])] == [N_ROWS]


def test_66_a_query_that_would_change_something_is_refused(server: str) -> None:
    """A sequence stays advanced even where a transaction is never committed: only one that may not write forbids it."""
    subprocess.run(["psql", server, "-qc", "CREATE SEQUENCE counter"], check=True, capture_output=True, timeout=60)
    table = open_table(server, ReadOptions(query="SELECT nextval('counter')::float8 AS a"))
    with pytest.raises(UsageError, match=r"the query fails on .*cannot execute nextval\(\) in a read-only transaction"):
        list(table.batches(["a"]))


def test_rows_come_back_beside_their_own(server: str) -> None:
    columns = "id, temp, rainfall, irrigated, region, day, key"
    table = open_table(server, ReadOptions(query=f"SELECT {columns} FROM crops ORDER BY id"))
    (pair,) = table.paired_batches(["temp"])
    assert pair.original.columns == columns.split(", ")
    assert pair.original["rainfall"][7] == "1.000"
    assert pair.clean["temp"][7] == pair.original["temp"][7] == 2.0


def test_cells_are_judged_by_row(server: str) -> None:
    table = open_table(server, ReadOptions(query="SELECT * FROM crops ORDER BY id"))
    with pytest.raises(DataError, match=r"`plants` 10 \(first: row 100\)"):
        list(table.batches(["plants"]))
    with pytest.raises(DataError, match=r"`gap` 1,000 \(first: row 1\)"):
        list(table.batches(["gap"]))
    with pytest.raises(
        DataError, match=r"`price` is of PostgreSQL's type money: convert it in the query, price::numeric"
    ):
        list(table.batches(["price"]))
    with pytest.raises(DataError, match=r"`tags` holds lists"):
        list(table.batches(["tags"]))
    list(table.batches(["wide"]))
    assert "`wide` holds 9007199254740993" in table.notes[0].text


def test_infinity_is_refused(server: str) -> None:
    for infinity in ("'Infinity'::float8", "'Infinity'::numeric"):
        table = open_table(server, ReadOptions(query=f"SELECT 1.5 AS a UNION ALL SELECT {infinity}"))
        with pytest.raises(
            DataError, match=r"(?i)`a` holds '?inf(inity)?'? in postgresql:.*, row 2: not a finite number"
        ):
            list(table.batches(["a"]))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (None, r"is a database: give --query 'SELECT \.\.\.'"),
        ("SELECT * FROM crop", 'the query fails on postgresql:.*: .*relation "crop" does not exist$'),
        ("SELEC", 'the query fails on .*syntax error at or near "SELEC"$'),
        ("", "the query fails on "),
        ("DELETE FROM crops", "gives no rows: it must be a SELECT"),
        ("SELECT 1 AS a; DROP TABLE crops", "cannot insert multiple commands"),
    ],
)
def test_queries_that_cannot_run_are_usage_errors(server: str, query: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        open_table(server, ReadOptions(query=query))


def test_a_query_that_fails_on_the_way_is_told(server: str) -> None:
    table = open_table(server, ReadOptions(query="SELECT 1.0 / (500 - id) AS a FROM crops ORDER BY id"))
    with pytest.raises(UsageError, match=r"the query fails on postgresql:.*division by zero$"):
        list(table.batches(["a"]))


def test_no_rows_and_repeated_names(server: str) -> None:
    with pytest.raises(DataError, match=r"has columns but no rows"):
        list(open_table(server, ReadOptions(query="SELECT * FROM crops WHERE id < 0")).batches(["temp"]))
    with pytest.raises(DataError, match=r"two columns named `id`, at positions 1 and 2"):
        open_table(server, ReadOptions(query="SELECT id, temp AS id FROM crops"))


def test_reading_may_stop_early(server: str) -> None:
    batches = open_table(server, ReadOptions(query="SELECT id FROM crops")).batches(["id"], batch_rows=10)
    assert next(batches).height == 10
    batches.close()  # type: ignore[attr-defined]


def test_the_password_is_shown_nowhere(server: str) -> None:
    options = ReadOptions(query="SELECT 1 AS a")
    wrong = server.replace(SECRET, "wr%23ong!")
    addresses = [
        wrong,
        server.replace("/postgres?", "/nothing?"),
        "postgresql://ana:p@ss#w%@/postgres",
        "postgresql://ana:top-secret@127.0.0.1:1/postgres",
        "postgresql://ana:top-secret@127.0.0.1:port/postgres",
        "postgresql://ana@127.0.0.1:1/postgres?password=top-secret",
    ]
    for address in addresses:
        with pytest.raises(FileError, match=r"cannot be reached: [^\n]*$") as met:
            open_table(address, options)
        shown = repr(met.value) + str(met.value)
        assert not any(piece in shown for piece in ("wr%23ong", "wr#ong", "ss#w", "top-secret", "se@cret", SECRET))
    table = open_table(server, options)
    assert "ana" not in table.description
    assert "cret" not in table.description


def test_addresses_are_described_without_user_and_options() -> None:
    assert without_password("postgresql://ana:p@ss@host:5432/farm?password=x") == "postgresql://host:5432/farm"
    assert without_password("postgresql:///farm") == "postgresql:///farm"


def test_pieces_of_the_password_are_blotted_out() -> None:
    error = OSError('IO: [libpq] no "ss#w" in "p%40ss#w" or p@ss#w\nfor "farm".\nQuery was: SELECT')
    assert _plainly(error, "postgresql://ana:p%40ss#w@/farm") == 'no "***" in "***" or *** for "farm"'
