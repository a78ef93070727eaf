from __future__ import annotations

import datetime as dt
import math
from typing import Any

import polars as pl
import pytest

from reta.errors import DataError
from reta.tables.kinds import columns_of
from reta.tables.policy import Chunk, RowCleaner
from reta.tables.table import ReadOptions
from reta.types import Note


def cleaner(
    frame: pl.DataFrame, *, text: tuple[str, ...] = (), may_miss: tuple[str, ...] = (), **options: Any
) -> RowCleaner:
    columns = columns_of(frame.schema)
    return RowCleaner(columns, frozenset(text), frozenset(may_miss), ReadOptions(**options), "crops.parquet")


def clean(frame: pl.DataFrame, **options: Any) -> tuple[pl.DataFrame, list[Note]]:
    pass_ = cleaner(frame, **options)
    out, keep = pass_.clean(Chunk(frame, "crops.parquet"))
    return (out if keep is None else out.filter(keep)), pass_.finish()


def test_numbers_of_every_type_become_float64() -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False]}).with_columns(
        pl.col("a").cast(pl.Int8),
        pl.col("b").cast(pl.Float32),
        d=pl.col("b").cast(pl.Decimal(10, 2)),
        e=pl.lit(7, pl.UInt64),
    )
    out, notes = clean(frame)
    assert out.dtypes == [pl.Float64] * 5
    assert out.row(0) == (1.0, 0.5, 1.0, 0.5, 7.0)
    assert notes == [Note("encoded", "`c` is true or false: used as 1 and 0")]


def test_missing_values_are_counted_over_all_chunks_and_the_first_is_named() -> None:
    frame = pl.DataFrame({"temp": [1.0, math.nan, 3.0, None], "rainfall": [None, 1.0, 2.0, 3.0]})
    pass_ = cleaner(frame)
    pass_.clean(Chunk(frame.head(1).with_columns(rainfall=pl.lit(1.0)), "a.parquet"))
    assert not pass_.refusing
    pass_.clean(Chunk(frame, "b.parquet", 101))
    assert pass_.refusing
    with pytest.raises(
        DataError,
        match=r"missing values in crops.parquet: `temp` 2 \(first: b.parquet, row 102\),"
        r" `rainfall` 1 \(first: b.parquet, row 101\)\. Leave such rows out with --missing drop",
    ):
        pass_.finish()


@pytest.mark.parametrize("missing", ["drop", "mean"])
def test_rows_with_missing_values_are_left_out_and_counted_once(missing: str) -> None:
    frame = pl.DataFrame({"temp": [1.0, math.nan, 3.0, None], "rainfall": [4.0, 5.0, None, None]})
    out, notes = clean(frame, missing=missing)
    assert out.rows() == [(1.0, 4.0)]
    assert notes == [
        Note("dropped", "3 rows left out for missing values: `temp` 2 (first: row 2), `rainfall` 2 (first: row 3)")
    ]


@pytest.mark.parametrize("missing", ["error", "drop", "mean"])
def test_columns_that_may_miss_come_with_nulls_whatever_the_policy(missing: str) -> None:
    frame = pl.DataFrame({"temp": [1.0, math.nan, None]})
    out, notes = clean(frame, may_miss=("temp",), missing=missing)
    assert out["temp"].to_list() == [1.0, None, None]
    assert notes == []


@pytest.mark.parametrize("infinity", [math.inf, -math.inf])
def test_infinity_is_refused_with_its_row(infinity: float) -> None:
    frame = pl.DataFrame({"rainfall": [1.0, infinity, math.inf]})
    with pytest.raises(DataError, match=rf"`rainfall` holds {infinity} in crops.parquet, row 2: not a finite number"):
        clean(frame)


def test_rows_with_infinity_can_be_dropped_even_where_a_column_may_miss() -> None:
    frame = pl.DataFrame({"rainfall": [1.0, math.inf, None]})
    out, notes = clean(frame, bad_rows="drop", may_miss=("rainfall",))
    assert out["rainfall"].to_list() == [1.0, None]
    assert notes[0].text == (
        "1 row left out for bad cells; the first: `rainfall` holds inf in crops.parquet, row 2: not a finite number"
    )


def test_a_row_that_is_bad_does_not_count_as_missing_too() -> None:
    frame = pl.DataFrame({"temp": [math.inf, 1.0, 2.0], "rainfall": [None, None, 3.0]})
    out, notes = clean(frame, bad_rows="drop", missing="drop")
    assert out.rows() == [(2.0, 3.0)]
    assert notes[1].text == "1 row left out for missing values: `rainfall` 1 (first: row 2)"


def test_once_missing_values_are_refused_the_rest_is_only_counted() -> None:
    frame = pl.DataFrame({"temp": [None, 1.0]})
    pass_ = cleaner(frame)
    pass_.clean(Chunk(frame, "crops.parquet"))
    pass_.clean(Chunk(pl.DataFrame({"temp": [math.inf, None]}), "crops.parquet", 3))
    with pytest.raises(DataError, match=r"`temp` 2 \(first: row 1\)"):
        pass_.finish()


def test_finite_numbers_whose_sum_overflows_are_kept() -> None:
    frame = pl.DataFrame({"a": [1e308, 1e308, -5.0]})
    out, _ = clean(frame)
    assert out["a"].to_list() == [1e308, 1e308, -5.0]


def test_text_in_a_number_column_is_named_with_two_ways_out() -> None:
    columns = columns_of(pl.Schema({"rainfall": pl.Float64()}))
    frame = pl.DataFrame({"rainfall": ["1.5", "NA", "n/a"]})
    pass_ = RowCleaner(columns, frozenset(), frozenset(), ReadOptions(missing="drop"), "crops.xlsx")
    with pytest.raises(
        DataError,
        match=r"`rainfall` holds 'n/a' in crops.xlsx, row 3: not a number\."
        r" Name it with --missing-values n/a, take the column as levels "
        r"with --categorical rainfall, or drop such rows with --bad-rows drop",
    ):
        pass_.clean(Chunk(frame, "crops.xlsx"))


def test_text_too_large_for_float64_is_told_from_text_that_is_no_number() -> None:
    columns = columns_of(pl.Schema({"a": pl.Float64()}))
    pass_ = RowCleaner(columns, frozenset(), frozenset(), ReadOptions(), "s")
    with pytest.raises(DataError, match=r"`a` holds '1e400' in s, row 1: too large for float64\. Correct it"):
        pass_.clean(Chunk(pl.DataFrame({"a": ["1e400"]}), "s"))
    with pytest.raises(DataError, match=r"`a` holds 'Infinity' in s, row 1: not a finite number"):
        pass_.clean(Chunk(pl.DataFrame({"a": ["Infinity"]}), "s"))


def test_numbers_named_as_missing_are_missing() -> None:
    frame = pl.DataFrame({"a": [1.0, -999.0, 3.0], "b": [-999, 2, 3]})
    out, _ = clean(frame, missing="drop", missing_values=("-999", "none"))
    assert out.rows() == [(3.0, 3.0)]


@pytest.mark.parametrize("wide", [2**53 + 1, -(2**53) - 1])
def test_integers_that_float64_rounds_are_said_with_their_row(wide: int) -> None:
    out, notes = clean(pl.DataFrame({"id": [1, wide]}))
    assert out["id"].to_list() == [1.0, float(wide)]
    assert notes == [
        Note("warning", f"`id` holds {wide} in crops.parquet, row 2: integers over 2^53 lose digits in float64")
    ]
    assert clean(pl.DataFrame({"id": [2**53, -(2**53)]}))[1] == []


def test_text_keeps_every_kind_as_it_is_written() -> None:
    frame = pl.DataFrame(
        {"a": [1, 2], "b": [1.5, math.nan], "c": [True, None], "d": [" north ", ""], "e": [dt.date(2026, 1, 2), None]}
    )
    out, notes = clean(frame, text=tuple("abcde"), may_miss=tuple("bcde"))
    assert out.rows() == [("1", "1.5", "true", "north", "2026-01-02"), ("2", None, None, None, None)]
    assert notes == [Note("assumed", "spaces round the cells of `d` are left out")]


def test_a_label_na_is_a_label_unless_it_is_named() -> None:
    frame = pl.DataFrame({"country": ["NA", "BR"]})
    assert clean(frame)[0]["country"].to_list() == ["NA", "BR"]
    assert clean(frame, missing="drop", missing_values=("NA",))[0]["country"].to_list() == ["BR"]


def test_categories_come_as_text() -> None:
    out, _ = clean(pl.DataFrame({"region": pl.Series(["south", "north"], dtype=pl.Enum(["south", "north"]))}))
    assert out["region"].to_list() == ["south", "north"]
    assert out["region"].dtype == pl.String


def test_what_is_neither_number_nor_text_is_refused() -> None:
    with pytest.raises(DataError, match=r"`tags` holds lists in crops.parquet: not numbers, dates or text"):
        clean(pl.DataFrame({"tags": [[1], [2]]}))
    pass_ = cleaner(pl.DataFrame({"day": [1.0]}))
    with pytest.raises(DataError, match=r"`day` holds dates in part-2.parquet: not numbers"):
        pass_.clean(Chunk(pl.DataFrame({"day": [dt.date(2026, 1, 2)]}), "part-2.parquet"))
