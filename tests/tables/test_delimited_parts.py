from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from reta.errors import DataError
from reta.tables.delimited import DelimitedTable
from reta.tables.table import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Open = Callable[..., DelimitedTable]


def rows(table: DelimitedTable, columns: list[str] | None = None) -> list[tuple[Any, ...]]:
    wanted = [column.name for column in table.columns] if columns is None else columns
    return [row for frame in table.batches(wanted) for row in frame.rows()]


def notes(table: DelimitedTable) -> list[tuple[str, str]]:
    return [(note.kind, note.text) for note in table.notes]


@pytest.fixture
def parts(tmp_path: Path) -> Open:
    def open_them(*contents: str | bytes, **options: Any) -> DelimitedTable:
        paths = [tmp_path / f"part-{number}.csv" for number in range(1, len(contents) + 1)]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return DelimitedTable(paths, "part-*.csv", ReadOptions(**options))

    return open_them


def test_columns_are_matched_by_name(parts: Open) -> None:
    table = parts("a,b\n1,2\n", "b,a\n4,3\n", "a,c,b\n5,x,6\n")
    assert rows(table) == [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    ((kind, text),) = notes(table)
    assert kind == "warning"
    assert text.startswith("part-2.csv differs from part-1.csv: columns in another order")
    (batch,) = table.paired_batches(["b"])
    assert batch.original.rows() == [("1", "2"), ("3", "4"), ("5", "6")]


def test_a_part_without_a_needed_column_is_named(parts: Open) -> None:
    table = parts("a,b\n1,2\n", "a\n3\n")
    assert rows(table, ["a"]) == [(1.0,), (3.0,)]
    with pytest.raises(DataError, match=r"part-2.csv has no column `b`"):
        rows(table, ["a", "b"])
    (batch,) = table.paired_batches(["a"])
    assert batch.original.rows() == [("1", "2"), ("3", None)]


def test_lines_are_those_of_the_part(parts: Open) -> None:
    table = parts("a,b\n1,2\n1,2\n", "a,b\n\n1,2\n3,oops\n")
    with pytest.raises(DataError, match=r"`b` holds 'oops' in part-2.csv, line 4:"):
        rows(table)
    table = parts("a,b\n1,2\n", "a,b\n3,oops\n5,6\n", bad_rows="drop")
    assert rows(table) == [(1.0, 2.0), (5.0, 6.0)]
    assert notes(table) == [("dropped", "1 row left out, unreadable (first: part-2.csv, line 2)")]


def test_an_open_mark_is_decided_by_the_other_parts(parts: Open) -> None:
    table = parts("a;b\n3;1.234\n", "a;b\n1;1.000,5\n")
    assert rows(table) == [(3.0, 1234.0), (1.0, 1000.5)]


def test_a_part_in_another_encoding_is_said(parts: Open) -> None:
    table = parts("a,região\n1,x\n", "a,região\n2,é\n".encode("latin-1"))
    assert rows(table) == [(1.0, "x"), (2.0, "é")]
    assert notes(table) == [("assumed", "part-2.csv: read as Latin-1")]


def test_kinds_are_told_from_all_parts(parts: Open) -> None:
    (column,) = parts("a\n\n", "a\n1\n", "a\nx\ny\n").columns
    assert column.kind == "text"


def test_an_empty_part_is_named_and_a_header_alone_is_fine(parts: Open) -> None:
    with pytest.raises(DataError, match=r"part-2.csv is empty \(0 bytes\)"):
        parts("a\n1\n", "")
    assert rows(parts("a\n", "a\n1\n")) == [(1.0,)]
    with pytest.raises(DataError, match="has a header but no rows"):
        parts("a\n", "a\n")
