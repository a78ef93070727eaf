from __future__ import annotations

import io
import os
import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from reta.errors import DataError, FileError, UsageError
from reta.tables import ReadOptions, open_table
from reta.tables.arrays import ArrayTable
from reta.tables.frames import ForeignTable, FrameTable

if TYPE_CHECKING:
    from pathlib import Path

    from reta.tables import Table


def names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def rows(table: Table) -> list[tuple[Any, ...]]:
    return pl.concat(table.batches(names(table))).rows()


def test_a_table_is_handed_back_as_it_is() -> None:
    table = open_table(pl.DataFrame({"a": [1.0]}))
    assert open_table(table) is table


@pytest.mark.parametrize(
    "data",
    [
        {"a": [1, 2], "b": [3.5, 4.5]},
        {"a": np.array([1, 2]), "b": (3.5, 4.5)},
        [{"a": 1, "b": 3.5}, {"a": 2, "b": 4.5}],
        np.array([(1, 3.5), (2, 4.5)], dtype=[("a", "i4"), ("b", "f8")]),
    ],
)
def test_columns_with_names_make_a_frame(data: object) -> None:
    table = open_table(data)
    assert names(table) == ["a", "b"]
    assert rows(table) == [(1.0, 3.5), (2.0, 4.5)]


def test_bare_values_make_one_row() -> None:
    assert rows(open_table({"temp": 75, "rainfall": 63.5})) == [(75.0, 63.5)]


def test_records_may_lack_keys() -> None:
    table = open_table([{"a": 1}, {"a": 2, "b": 5}], ReadOptions(missing="drop"))
    assert rows(table) == [(2.0, 5.0)]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match=r"column `b` has 1 rows and `a` has 2: they must have as many"):
        open_table({"a": [1, 2], "b": [1]})


X = np.arange(6.0).reshape(3, 2)
Y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


@pytest.mark.parametrize("features", [X, X.tolist(), tuple(map(tuple, X.tolist()))])
@pytest.mark.parametrize("targets", [Y, Y.tolist()])
def test_pairs_of_arrays(features: Any, targets: Any) -> None:
    table = open_table((features, targets))
    assert isinstance(table, ArrayTable)
    assert names(table) == ["x0", "x1", "y0", "y1"]
    assert rows(table)[1] == (2.0, 3.0, 3.0, 4.0)


def test_names_for_y() -> None:
    assert open_table((X, Y), targets=["apples", "oranges"]).columns[2].name == "apples"
    frame = pl.DataFrame({"apples": [1.0, 2.0, 3.0]})
    for y in (frame, frame["apples"], frame.to_pandas(), frame.to_pandas()["apples"], frame.to_arrow()):
        for features in (
            X,
            pl.DataFrame(X, ["a", "b"]),
            pd.DataFrame(X, columns=["a", "b"]),
            {"a": X[:, 0], "b": X[:, 1]},
        ):
            table = open_table((features, y))
            assert isinstance(table, ArrayTable | FrameTable | ForeignTable)
            assert table.targets == ("apples",)
            assert rows(table)[2] == (4.0, 5.0, 3.0)
            assert names(open_table((features, y), targets=["z"]))[-1] == "z"


@pytest.mark.parametrize("y", [[1.0, 2.0, 3.0], pd.Series([1.0, 2.0, 3.0]), pl.Series([1.0, 2.0, 3.0]), np.arange(3)])
@pytest.mark.parametrize("features", [X, pl.DataFrame(X, ["a", "b"]), pd.DataFrame(X, columns=["a", "b"])])
def test_a_y_without_name_is_called_y(features: Any, y: Any) -> None:
    assert names(open_table((features, y)))[-1] == "y"


def test_tensors() -> None:
    import torch

    table = open_table((torch.tensor(X), torch.tensor(Y)))
    assert table.description == "PyTorch tensors"
    assert rows(table)[0] == (0.0, 1.0, 1.0, 2.0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((pl.DataFrame(X, ["a", "b"]), [1.0, 2.0]), "X has 3 rows and y has 2: they must be as many"),
        ((pd.DataFrame(X, columns=["a", "b"]), [1.0, 2.0]), "X has 3 rows and y has 2: they must be as many"),
        ((X, [1.0, 2.0]), r"X has shape \(3, 2\) and y has shape \(2,\)"),
        ((X, 5), r"y is a int: give an array, a list, a series or a frame"),
        (5, "int is nothing that reta can read: give a path, a pattern, a list of paths"),
        (None, "NoneType is nothing that reta can read"),
        ([], r"X is one-dimensional \(0 values\)"),
        ({}, "the dict has no columns"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(data: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        open_table(data)


def test_x_and_y_may_not_share_a_name() -> None:
    frame = pl.DataFrame({"y": [1.0, 2.0]})
    with pytest.raises(DataError, match=r"X and y together has two columns named `y`, at positions 1 and 2"):
        open_table((frame, [1.0, 2.0]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ReadOptions(query="SELECT 1"), "--query does not apply to .*crops.parquet"),
        (ReadOptions(sheet="Data"), "--sheet does not apply to"),
        (ReadOptions(delimiter=";"), "--delimiter does not apply to"),
        (ReadOptions(encoding="latin-1"), "--encoding does not apply to"),
        (ReadOptions(header=False), "--no-header does not apply to"),
    ],
)
def test_options_that_would_do_nothing_are_refused(tmp_path: Path, options: ReadOptions, message: str) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "crops.parquet")
    with pytest.raises(UsageError, match=message):
        open_table(tmp_path / "crops.parquet", options)
    with pytest.raises(UsageError, match=r"does not apply to data in memory"):
        open_table({"a": [1]}, options)


def test_addresses_of_files_are_paths(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "crops.parquet")
    assert rows(open_table(f"file://{tmp_path}/crops.parquet")) == [(1.0,)]


@pytest.mark.parametrize("address", ["mysql://host/db", "s3://bucket/crops.parquet", "https://host/crops.csv"])
def test_addresses_that_are_not_read_are_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"is no address that reta reads"):
        open_table(address)


def test_parquet_on_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"PAR1" + bytes(100))))
    with pytest.raises(UsageError, match=r"standard input holds Parquet, which cannot be read from a pipe"):
        open_table("-")


def test_text_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n")))
    table = open_table("-")
    assert rows(table) == [(1.0, 2.0)]
    assert not table.rereadable


def test_a_named_pipe_is_read_as_a_stream(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=("a,b\n1,2\n",))
    writer.start()
    table = open_table(tmp_path / "pipe")
    assert rows(table) == [(1.0, 2.0)]
    writer.join()


def test_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "crops.csv").write_text("a,b\n1,2\n")
    assert rows(open_table(tmp_path / "crops.csv")) == [(1.0, 2.0)]
    with pytest.raises(FileError, match=r"did you mean"):
        open_table(tmp_path / "crop.csv")


def test_only_one_workbook_can_be_read(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(UsageError, match=r"2 files \(.*\): only one spreadsheet file can be read at a time"):
        open_table(f"{tmp_path}/*.xlsx")
