from __future__ import annotations

import os
import re
import sqlite3
from typing import TYPE_CHECKING

import polars as pl
import pytest

from reta.errors import FileError, UsageError
from reta.tables.paths import existing_file, find_files, format_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("crops.csv", "part-2.parquet", "part-10.parquet", "part-1.parquet"):
        (tmp_path / name).write_text("temp\n1\n")
    (tmp_path / "inner").mkdir()
    return tmp_path


def test_a_missing_file_is_answered_with_the_nearest_name(folder: Path) -> None:
    with pytest.raises(FileError, match=rf"crop.csv does not exist: did you mean '{folder}/crops.csv'\?"):
        find_files([folder / "crop.csv"])
    with pytest.raises(FileError, match=r"wheat.xlsx does not exist$"):
        find_files([folder / "wheat.xlsx"])
    with pytest.raises(FileError, match=rf"does not exist: there is no folder '{folder}/iner'"):
        find_files([folder / "iner" / "crops.csv"])


def test_a_directory_is_answered_with_a_pattern_for_its_files(folder: Path) -> None:
    with pytest.raises(FileError, match=rf"{folder} is a directory: use {re.escape(str(folder))}/\*\.parquet"):
        find_files([folder])
    with pytest.raises(FileError, match=r"inner is a directory: use .*/inner/\*\.parquet"):
        find_files([str(folder / "inner")])


def test_an_empty_file_is_said(folder: Path) -> None:
    (folder / "empty.csv").touch()
    with pytest.raises(FileError, match=r"empty.csv is empty \(0 bytes\)"):
        find_files([folder / "empty.csv"])
    with pytest.raises(FileError, match=r"empty.csv is empty \(0 bytes\)"):
        find_files([f"{folder}/*.csv"])


def test_what_the_system_refuses_to_open_is_a_file_error(folder: Path) -> None:
    (folder / "loop.csv").symlink_to(folder / "loop.csv")
    with pytest.raises(FileError, match=r"loop.csv cannot be read: "):
        existing_file(folder / "loop.csv")
    with pytest.raises(FileError, match=r"crops.csv/a.csv cannot be read: not a directory"):
        existing_file(folder / "crops.csv" / "a.csv")


def test_a_file_without_permission_is_a_file_error(folder: Path) -> None:
    (folder / "crops.csv").chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)  # root may read everything
    try:
        with pytest.raises(FileError, match=r"crops.csv cannot be read: permission denied"):
            find_files([folder / "crops.csv"])
    finally:
        os.seteuid(user)


def test_patterns_give_files_in_sorted_order_and_no_folders(folder: Path) -> None:
    found = find_files([f"{folder}/*part*"], asked="*part*")
    assert [path.name for path in found.paths] == ["part-1.parquet", "part-10.parquet", "part-2.parquet"]
    assert found.description == "3 files (*part*)"
    assert [path.name for path in find_files([f"{folder}/*.csv"]).paths] == ["crops.csv"]
    with pytest.raises(FileError, match=r"no file matches '.*/wheat-\*\.csv'"):
        find_files([f"{folder}/wheat-*.csv"])
    with pytest.raises(FileError, match=r"no file matches"):
        find_files([f"{folder}/inn*"])


def test_lists_keep_their_order(folder: Path) -> None:
    found = find_files([folder / "part-2.parquet", str(folder / "part-1.parquet")])
    assert [path.name for path in found.paths] == ["part-2.parquet", "part-1.parquet"]
    assert found.description == f"2 files ({folder}/part-2.parquet to {folder}/part-1.parquet)"


def test_parts_of_different_formats_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"part-1.parquet is parquet and .*crops.csv is text"):
        find_files([folder / "part-1.parquet", folder / "crops.csv"])


def test_recursive_patterns(folder: Path) -> None:
    (folder / "inner" / "deep.csv").write_text("a\n1\n")
    assert [path.name for path in find_files([f"{folder}/**/*.csv"]).paths] == ["crops.csv", "deep.csv"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", "text"),
        ("a.CSV", "text"),
        ("a.tsv", "text"),
        ("a.txt", "text"),
        ("a.csv.gz", "text"),
        ("a.csv.zst", "text"),
        ("a.parquet", "parquet"),
        ("a.pq", "parquet"),
        ("a.arrow", "arrow"),
        ("a.feather", "arrow"),
        ("a.ipc", "arrow"),
        ("a.ndjson", "ndjson"),
        ("a.jsonl", "ndjson"),
        ("a.jsonl.gz", "ndjson"),
        ("a.xlsx", "spreadsheet"),
        ("a.xlsm", "spreadsheet"),
        ("a.ods", "spreadsheet"),
        ("a.db", "sqlite"),
        ("a.sqlite", "sqlite"),
        ("2026.04.csv", "text"),
        ("a.parquet.csv", "text"),
        ("noted", "text"),
        ("a.dat", "text"),
    ],
)
def test_the_suffix_tells_the_format(tmp_path: Path, name: str, expected: str) -> None:
    (tmp_path / name).write_text("a,b\n1,2\n")
    assert format_of(tmp_path / name) == expected


def write_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE crops (a REAL)")
    connection.close()


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (lambda path: pl.DataFrame({"a": [1]}).write_parquet(path), "parquet"),
        (lambda path: pl.DataFrame({"a": [1]}).write_ipc(path), "arrow"),
        (lambda path: pl.DataFrame({"a": [1]}).write_ndjson(path), "ndjson"),
        (lambda path: pl.DataFrame({"a": [1]}).write_csv(path), "text"),
        (write_sqlite, "sqlite"),
    ],
)
def test_the_first_bytes_tell_the_format_where_the_suffix_does_not(
    tmp_path: Path, write: Callable[[Path], object], expected: str
) -> None:
    path = tmp_path / "crops.dat"
    write(path)
    assert format_of(path) == expected


def test_a_pipe_is_a_stream_and_is_not_opened_to_look(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert find_files([tmp_path / "pipe"]).streams
