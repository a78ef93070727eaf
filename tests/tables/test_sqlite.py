from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import polars as pl
import pytest

from reta.errors import DataError, FileError, UsageError
from reta.tables import ReadOptions, open_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "farm.db"


def write(path: Path, *statements: str, rows: Iterable[tuple[object, ...]] = ()) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    for row in rows:
        connection.execute(f"INSERT INTO crops VALUES ({', '.join('?' * len(row))})", row)
    connection.commit()
    connection.close()
    return path


def test_the_only_table_is_used_and_said(path: Path) -> None:
    write(path, 'CREATE TABLE crops (temp REAL, "rain ""fall" INT)', rows=[(1.5, 2), (2.5, 3)])
    table = open_table(path)
    assert table.notes[0].text == "the only table, `crops`"
    assert pl.concat(table.batches(['rain "fall', "temp"])).rows() == [(2.0, 1.5), (3.0, 2.5)]


def test_names_with_quotes_are_quoted(path: Path) -> None:
    write(path, 'CREATE TABLE "my ""crops""" (a REAL)', 'INSERT INTO "my ""crops""" VALUES (1.5)')
    (batch,) = open_table(path).batches(["a"])
    assert batch["a"].to_list() == [1.5]


def test_a_query_chooses_rows_and_every_address_reaches_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, "CREATE TABLE crops (a REAL, b REAL)", "CREATE TABLE more (c REAL)", rows=[(1, 2), (3, 4)])
    monkeypatch.chdir(path.parent)
    options = ReadOptions(query="SELECT a + b AS s FROM crops WHERE a > 1")
    for address in (path, str(path), f"sqlite:///{path}", "sqlite:///farm.db", "farm.db"):
        (batch,) = open_table(address, options).batches(["s"])
        assert batch["s"].to_list() == [7.0]


def test_several_tables_need_a_query(path: Path) -> None:
    write(path, "CREATE TABLE crops (a REAL)", "CREATE TABLE fields (b REAL)")
    with pytest.raises(UsageError, match=r"2 tables \(`crops`, `fields`\): give --query 'SELECT \.\.\.'"):
        open_table(path)
    with pytest.raises(
        UsageError, match=r"the query fails on .*farm.db: no such table: crop; it has the tables `crops`"
    ):
        open_table(path, ReadOptions(query="SELECT * FROM crop"))
    with pytest.raises(UsageError, match=r"the query fails .*syntax error"):
        open_table(path, ReadOptions(query="SELEC"))


@pytest.mark.parametrize("query", ["DELETE FROM crops", "CREATE TABLE x (a)", "SELECT 1; DELETE FROM crops"])
def test_nothing_is_ever_written(path: Path, query: str) -> None:
    write(path, "CREATE TABLE crops (a REAL)", rows=[(1,)])
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"the query (fails on|on)"):
        open_table(path, ReadOptions(query=query))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "query",
    [
        "VACUUM INTO 'copy.db'",
        "ATTACH 'other.db' AS other",
        "PRAGMA journal_mode = wal",
        "  vacuum main into 'copy.db'",
    ],
)
def test_66_a_query_creates_no_files(path: Path, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    write(path, "CREATE TABLE crops (a REAL)", rows=[(1,)])
    monkeypatch.chdir(path.parent)
    with pytest.raises(UsageError, match=r"the query on farm.db would do more than read: it must be a SELECT"):
        open_table("farm.db", ReadOptions(query=query))
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "query",
    [
        "WITH doubled AS (SELECT 2 * a AS a FROM crops) SELECT a FROM doubled",
        "SELECT value AS a FROM json_each('[2]')",
        "SELECT max(a) * 2 AS a FROM crops GROUP BY a",
    ],
)
def test_whatever_only_reads_is_run(path: Path, query: str) -> None:
    write(path, "CREATE TABLE crops (a REAL)", rows=[(1,)])
    (batch,) = open_table(path, ReadOptions(query=query)).batches(["a"])
    assert batch["a"].to_list() == [2.0]


def test_56_wide_integers_beside_fractions_and_in_text_are_said(path: Path) -> None:
    write(path, "CREATE TABLE crops (a, b TEXT)", rows=[(1.5, "1.5"), (2**53 + 1, str(2**53 + 1))])
    table = open_table(path)
    list(table.batches(["a", "b"]))
    said = [note.text for note in table.notes if note.kind == "warning"]
    assert [text[:26] for text in said] == ["`a` holds 9007199254740993", "`b` holds 9007199254740993"]


def test_46_dates_are_dates_as_in_text_files(path: Path) -> None:
    write(path, "CREATE TABLE crops (a DATE, b)", rows=[("2026-01-01", 1.5), ("2026-01-02", 2), ("", "2026-01-03")])
    table = open_table(path)
    assert [column.kind for column in table.columns] == ["date", "number"]
    with pytest.raises(DataError, match=r"`b` holds '2026-01-03' in .*, row 3: a date, not a number. Make a number"):
        list(table.batches(["b"]))


def test_text_after_a_thousand_numbers_is_named_with_its_row(path: Path) -> None:
    rows = [(index / 3,) for index in range(1200)]
    write(path, "CREATE TABLE crops (a)", rows=[*rows, ("n/a",), (None,)])
    with pytest.raises(DataError, match=r"`a` holds 'n/a' in .*farm.db, row 1201: not a number"):
        list(open_table(path).batches(["a"], batch_rows=500))
    table = open_table(path, ReadOptions(missing_values=("n/a",), missing="drop"))
    assert pl.concat(table.batches(["a"], batch_rows=500)).height == 1200


def test_numbers_imported_as_text_are_numbers_and_said(path: Path) -> None:
    write(path, "CREATE TABLE crops (a TEXT, region TEXT)", rows=[("1.5", "x"), ("", "NA"), ("2", "z")])
    table = open_table(path, ReadOptions(missing="drop"))
    assert [column.kind for column in table.columns] == ["number", "text"]
    assert "`a` is stored as text and reads as numbers" in table.notes[1].text
    (batch,) = table.batches(["a", "region"], text=["region"])
    assert batch.rows() == [(1.5, "x"), (2.0, "z")]


def test_wide_integers_are_said(path: Path) -> None:
    write(path, "CREATE TABLE crops (id INTEGER)", rows=[(1,), (2**53 + 1,)])
    table = open_table(path)
    list(table.batches(["id"]))
    assert "`id` holds 9007199254740993 in" in table.notes[-1].text


def test_infinity_and_bytes_are_refused(path: Path) -> None:
    write(path, "CREATE TABLE crops (a REAL, b BLOB)", rows=[(1.0, b"x"), (1e999, b"y")])
    with pytest.raises(DataError, match=r"`a` holds inf in .*farm.db, row 2"):
        list(open_table(path).batches(["a"]))
    with pytest.raises(DataError, match=r"`b` holds bytes in"):
        list(open_table(path).batches(["b"]))


def test_no_rows_and_repeated_names(path: Path) -> None:
    write(path, "CREATE TABLE crops (a REAL, b REAL)")
    table = open_table(path)
    assert [column.name for column in table.columns] == ["a", "b"]
    with pytest.raises(DataError, match=r"farm.db has columns but no rows"):
        list(table.batches(["a"]))
    with pytest.raises(DataError, match=r"the query on .*farm.db has two columns named `a`, at positions 1 and 2"):
        open_table(path, ReadOptions(query="SELECT a, b AS a FROM crops"))


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("not a database, but long enough to be looked at " * 20)
    with pytest.raises(FileError, match=r"farm.db cannot be read as SQLite: file is not a database"):
        open_table(path)
    with pytest.raises(FileError, match=r"farms.db does not exist: did you mean '.*farm.db'\?"):
        open_table(f"sqlite:///{path.with_name('farms.db')}")


def test_names_and_cells_that_are_no_utf_8_are_one_line(path: Path) -> None:
    write(path, "CREATE TABLE crops (rainfall REAL, region TEXT)", rows=[(1.5, "northwest"), (2.5, "south")])
    content = path.read_bytes()
    path.write_bytes(content.replace(b"rainfall", b"rain\xf0all"))
    with pytest.raises(FileError, match=r"farm.db cannot be read as SQLite: a name in it is no UTF-8"):
        open_table(path)
    path.write_bytes(content.replace(b"northwest", b"north\xf0est"))
    with pytest.raises(UsageError, match=r"the query fails on .*farm.db: Could not decode to UTF-8 column 'region'"):
        open_table(path)


def test_an_error_in_the_middle_of_the_rows_is_told(path: Path) -> None:
    write(path, "CREATE TABLE crops (a INTEGER)", rows=[(index,) for index in range(1500)])
    query = "SELECT CASE WHEN a < 1400 THEN a ELSE abs(-9223372036854775807 - 1) END AS a FROM crops"
    with pytest.raises(UsageError, match=r"the query fails on .*: integer overflow"):
        list(open_table(path, ReadOptions(query=query)).batches(["a"]))


@pytest.mark.parametrize("pages", [1, 3])
def test_a_file_whose_last_pages_are_missing_is_incomplete(path: Path, pages: int) -> None:
    """SQLite reads what is there, and zeros or nothing of the rest."""
    write(path, "CREATE TABLE crops (a REAL)", rows=[(index / 3,) for index in range(3000)])
    content = path.read_bytes()
    path.write_bytes(content[: -4096 * pages])
    kept = f"{len(content) - 4096 * pages:,}"
    with pytest.raises(FileError, match=rf"is incomplete: it has {kept} bytes, and its header says {len(content):,}"):
        open_table(path)
