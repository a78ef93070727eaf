"""The same rows through every source give the same frames."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from reta.tables import ReadOptions, open_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reta.tables import Table

N_ROWS = 257
BATCH_ROWS = 100


def rows() -> pl.DataFrame:
    rng = np.random.default_rng(7)
    rainfall = rng.normal(50, 10, N_ROWS).round(6)
    return pl.DataFrame(
        {
            "temp": rng.normal(70, 5, N_ROWS),
            "rainfall": [None if index % 50 == 16 else value for index, value in enumerate(rainfall.tolist())],
            "plants": rng.integers(0, 1000, N_ROWS),
            "irrigated": rng.random(N_ROWS) < 0.5,
            "region": rng.choice(["north", "south", "east"], N_ROWS),
        }
    )


def as_file(write: Callable[[pl.DataFrame, Path], object], suffix: str) -> Callable[[pl.DataFrame, Path], Table]:
    def make(frame: pl.DataFrame, folder: Path) -> Table:
        path = folder / f"rows{suffix}"
        write(frame, path)
        return open_table(path, ReadOptions(missing="drop"))

    return make


def as_parts(frame: pl.DataFrame, folder: Path) -> Table:
    for part, start in enumerate(range(0, N_ROWS, 60)):
        piece = frame.slice(start, 60)
        (piece.select(reversed(piece.columns)) if part else piece).write_parquet(folder / f"part-{part}.parquet")
    return open_table(f"{folder}/part-*.parquet", ReadOptions(missing="drop"))


def as_sqlite(frame: pl.DataFrame, folder: Path) -> Table:
    with sqlite3.connect(folder / "rows.db") as connection:
        connection.execute("CREATE TABLE crops (temp REAL, rainfall REAL, plants INTEGER, irrigated BOOL, region TEXT)")
        connection.executemany("INSERT INTO crops VALUES (?, ?, ?, ?, ?)", frame.rows())
    connection.close()
    return open_table(folder / "rows.db", ReadOptions(missing="drop"))


def in_memory(make: Callable[[pl.DataFrame], object]) -> Callable[[pl.DataFrame, Path], Table]:
    return lambda frame, _: open_table(make(frame), ReadOptions(missing="drop"))


SOURCES = {
    "csv": as_file(pl.DataFrame.write_csv, ".csv"),
    "parquet": as_file(pl.DataFrame.write_parquet, ".parquet"),
    "arrow": as_file(pl.DataFrame.write_ipc, ".arrow"),
    "ndjson": as_file(pl.DataFrame.write_ndjson, ".ndjson"),
    "xlsx": as_file(pl.DataFrame.write_excel, ".xlsx"),
    "sqlite": as_sqlite,
    "parts": as_parts,
    "polars": in_memory(lambda frame: frame),
    "lazy": in_memory(pl.DataFrame.lazy),
    "pandas": in_memory(pl.DataFrame.to_pandas),
    "pandas_objects": in_memory(lambda frame: pd.DataFrame(frame.to_dict(as_series=False), dtype=object)),
    "pandas_nullable": in_memory(lambda frame: frame.to_pandas().convert_dtypes()),
    "pandas_arrow": in_memory(lambda frame: frame.to_pandas(use_pyarrow_extension_array=True)),
    "pyarrow": in_memory(pl.DataFrame.to_arrow),
    "dict": in_memory(lambda frame: frame.to_dict(as_series=False)),
    "records": in_memory(pl.DataFrame.to_dicts),
}
EXACT = {"xlsx": 1e-14}  # the spreadsheet format itself keeps 16 or 17 digits
WANTED = ["rainfall", "temp", "irrigated", "plants", "region"]


def expected() -> pl.DataFrame:
    return rows().select(WANTED).drop_nulls().with_columns(pl.col("irrigated", "plants").cast(pl.Float64))


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_gives_the_same_clean_batches(source: str, tmp_path: Path) -> None:
    table = SOURCES[source](rows(), tmp_path)
    batches = list(table.batches(WANTED, text=["region"], batch_rows=BATCH_ROWS))
    assert [batch.height for batch in batches] == [100, 100, 52]
    assert_frame_equal(pl.concat(batches), expected(), check_exact=source not in EXACT, rel_tol=EXACT.get(source, 0))
    assert any("5 rows left out for missing values: `rainfall` 5" in note.text for note in table.notes)


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_pairs_clean_rows_with_their_own(source: str, tmp_path: Path) -> None:
    table = SOURCES[source](rows(), tmp_path)
    pairs = list(table.paired_batches(["temp", "rainfall"], batch_rows=BATCH_ROWS))
    assert [pair.clean.height for pair in pairs] == [100, 100, 52]
    assert all(pair.original.columns == rows().columns for pair in pairs)
    temperatures = pl.concat([pair.original["temp"].cast(pl.Float64) for pair in pairs])
    assert (temperatures == pl.concat([pair.clean["temp"] for pair in pairs])).all()
    assert {"north", "south", "east"} == set(pl.concat([pair.original["region"] for pair in pairs]).cast(pl.String))


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_knows_its_columns(source: str, tmp_path: Path) -> None:
    table = SOURCES[source](rows(), tmp_path)
    kinds = {column.name: column.kind for column in table.columns}
    assert kinds | {"irrigated": "boolean"} == {
        "temp": "number",
        "rainfall": "number",
        "plants": "number",
        "irrigated": "boolean",
        "region": "text",
    }
    assert kinds["irrigated"] == ("number" if source == "sqlite" else "boolean")
    assert table.n_rows in (None, N_ROWS)
    assert table.rereadable
    first, again = (list(table.batches(["temp"])) for _ in range(2))
    assert_frame_equal(first[0], again[0])


@pytest.mark.parametrize("source", SOURCES)
def test_every_reading_leaves_the_same_notes(source: str, tmp_path: Path) -> None:
    table = SOURCES[source](rows(), tmp_path)
    left = []
    for _ in range(2):
        list(table.batches(["temp", "rainfall"]))
        left.append(list(table.notes))
    assert left[0] == left[1]


@pytest.mark.parametrize("source", SOURCES)
def test_columns_that_may_miss_keep_their_rows(source: str, tmp_path: Path) -> None:
    table = SOURCES[source](rows(), tmp_path)
    (batch,) = table.batches(["temp", "rainfall"], may_miss=["rainfall"])
    assert batch.height == N_ROWS
    assert batch["rainfall"].null_count() == 5
    assert batch["rainfall"].dtype == pl.Float64


def test_dates_are_dates_everywhere(tmp_path: Path) -> None:
    frame = pl.DataFrame({"day": [dt.date(2026, 1, 1), dt.date(2026, 1, 2)], "temp": [1.5, 2.5]})
    frame.write_parquet(tmp_path / "days.parquet")
    frame.write_excel(tmp_path / "days.xlsx")
    for data in (frame, frame.to_pandas(), tmp_path / "days.parquet", tmp_path / "days.xlsx"):
        assert open_table(data).columns[0].kind == "date"
