"""Columns of Python values of several types: in dicts, records and object columns of pandas, every cell counts."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reta
from reta.errors import DataError
from reta.tables import ReadOptions, open_table
from reta.tables.python_values import column_of

if TYPE_CHECKING:
    from collections.abc import Callable

WIDE = 2**53 + 1
SAME = 1e-12  # five rows, well conditioned: NumPy's rounding is far below


def as_dict(values: list[Any]) -> object:
    return {"a": values}


def as_records(values: list[Any]) -> object:
    return [{"a": value} for value in values]


def as_pandas(values: list[Any]) -> object:
    return pd.DataFrame({"a": pd.Series(values, dtype=object)})


def as_polars(values: list[Any]) -> object:
    return pl.DataFrame({"a": pl.Series(values, dtype=pl.Object)})


SOURCES = [as_dict, as_records, as_pandas, as_polars]
every_source = pytest.mark.parametrize("source", SOURCES)


def read(data: object, **options: Any) -> list[float | None]:
    cells: list[float | None] = pl.concat(open_table(data, ReadOptions(**options)).batches(["a"], may_miss=["a"]))[
        "a"
    ].to_list()
    return cells


MIXED_NUMBERS = [
    ([np.int64(1), 2.9], [1.0, 2.9]),
    ([None, np.int64(1), 2.9], [None, 1.0, 2.9]),
    ([np.bool_(True), 2.9], [1.0, 2.9]),
    ([True, 2.9], [1.0, 2.9]),
    ([np.float16(0.5), 0.1, 1e10], [0.5, 0.1, 1e10]),
    ([np.float32(0.5), 0.1], [0.5, 0.1]),
    ([np.int8(1), 300], [1.0, 300.0]),
    ([np.uint8(200), -1], [200.0, -1.0]),
    ([1, Decimal("2.9")], [1.0, 2.9]),
    ([2.5, Decimal("0.1")], [2.5, 0.1]),
    ([Fraction(1, 3), 2], [1 / 3, 2.0]),
    ([np.array(1), np.array(2.9)], [1.0, 2.9]),
    ([1, 2.9, None, math.nan, pd.NA, pd.NaT], [1.0, 2.9, None, None, None, None]),
]


@every_source
@pytest.mark.parametrize(("values", "expected"), MIXED_NUMBERS)
def test_45_no_cell_is_cut_to_the_type_of_the_first(
    source: Callable[[list[Any]], object], values: list[Any], expected: list[float | None]
) -> None:
    table = open_table(source(values))
    assert [column.kind for column in table.columns] == ["number"]
    assert read(source(values)) == expected


def test_45_the_fit_is_that_of_the_values() -> None:
    x = [np.int64(1), 2.5, np.float32(4.25), Decimal("5.5"), True]
    y = [5.5, 9.25, 15.0, 18.0, 5.25]
    model = reta.fit({"x": x, "y": y}, targets="y")
    slope, intercept = np.polyfit([float(cell) for cell in x], y, 1)
    assert [model.coef_[0, 0], model.intercept_[0]] == pytest.approx([slope, intercept], rel=SAME)


NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.fractions(),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
    st.integers(-128, 127).map(np.int8),
    st.integers(0, 2**64 - 1).map(np.uint64),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(np.float32),
    st.floats(allow_nan=False, allow_infinity=False, width=16).map(np.float16),
    st.booleans().map(np.bool_),
)


@given(st.lists(NUMBERS, min_size=1, max_size=8).filter(lambda values: any(value is not None for value in values)))
def test_45_every_number_is_the_nearest_float64(values: list[Any]) -> None:
    """``float`` of Python is the witness: correctly rounded for integers, fractions and decimals."""
    expected = [None if value is None else float(value) for value in values]
    for source in (as_dict, as_records, as_pandas):
        assert read(source(values)) == expected


MOMENTS = [
    dt.date(2026, 1, 2),
    dt.datetime(2026, 1, 2, 3, 4),  # noqa: DTZ001 - naive times are what tables have
    pd.Timestamp("2026-01-02"),
    np.datetime64("2026-01-02"),
    dt.timedelta(days=1),
    pd.Timedelta(days=1),
    np.timedelta64(1, "D"),
    dt.time(1, 30),
]


@every_source
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: type(moment).__name__)
@pytest.mark.parametrize("first", [True, False])
def test_46_a_moment_among_numbers_is_named_and_never_an_epoch(
    source: Callable[[list[Any]], object], moment: object, *, first: bool
) -> None:
    values = [moment, 1.5, 2] if first else [1.5, 2, moment]
    row = 1 if first else 3
    message = rf"`a` holds '.*' in .*, row {row}: a (date|time or a duration), not a number. Make a number of it first"
    with pytest.raises(DataError, match=message):
        read(source(values))
    assert read(source(values), bad_rows="drop") == [1.5, 2.0]


@every_source
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: type(moment).__name__)
def test_46_moments_alone_are_dates(source: Callable[[list[Any]], object], moment: object) -> None:
    assert [column.kind for column in open_table(source([moment, None, moment])).columns] == ["date"]


@every_source
@pytest.mark.parametrize(("value", "kind"), [(dt.date(2026, 1, 2), "date"), (True, "boolean"), ("north", "text")])
def test_nan_is_nothing_beside_other_things(source: Callable[[list[Any]], object], value: object, kind: str) -> None:
    assert [column.kind for column in open_table(source([value, math.nan, value])).columns] == [kind]


def test_46_moments_of_several_types_are_dates_too() -> None:
    values = [dt.date(2026, 1, 2), dt.datetime(2026, 1, 2, 3, 4)]  # noqa: DTZ001
    table = open_table({"a": values})
    assert [column.kind for column in table.columns] == ["date"]
    (batch,) = table.batches(["a"], text=["a"])
    assert batch["a"].to_list() == ["2026-01-02", "2026-01-02 03:04:00"]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, lambda data: data])
def test_46_dates_written_out_are_dates_as_in_text_files(make: Any) -> None:
    data = make({"day": ["2026-01-02", "2026-01-03", "2026-01-05"], "y": [1.0, 2.0, 4.0]})
    with pytest.raises(DataError, match=r"`day` in .* holds dates, which are not numbers: turn them into one"):
        reta.fit(data, targets="y")


@every_source
def test_47_decimals_that_are_no_numbers(source: Callable[[list[Any]], object]) -> None:
    assert read(source([Decimal("NaN"), Decimal(1)])) == [None, 1.0]
    assert read(source([Decimal("sNaN"), Decimal("1.5"), 2.5])) == [None, 1.5, 2.5]
    with pytest.raises(DataError, match=r"`a` holds 'Infinity' in .*, row 2: not a finite number"):
        read(source([Decimal(1), Decimal("Infinity")]))
    with pytest.raises(DataError, match=r"`a` holds '-Infinity' in .*, row 1: not a finite number"):
        read(source([Decimal("-Infinity"), 1.5]))
    with pytest.raises(DataError, match=r"`a` holds '1E\+400' in .*, row 2: too large for float64"):
        read(source([Decimal(1), Decimal("1E+400")]))


@every_source
@pytest.mark.parametrize(
    "text", ["1E-50", "0." + "123456789" * 6, "1E-38", "1E+30", "9" * 38, "9" * 60, "1E-400", "-0.1", "0E-10"]
)
def test_47_decimals_are_read_whatever_their_digits(source: Callable[[list[Any]], object], text: str) -> None:
    assert read(source([Decimal(text), Decimal(1)])) == [float(Decimal(text)), 1.0]
    assert read(source([0.5, Decimal(text)])) == [0.5, float(Decimal(text))]


def test_47_decimals_of_76_digits_come_from_arrow() -> None:
    values = pa.array([Decimal("1.25"), Decimal("0.1"), None], type=pa.decimal256(60, 30))
    assert read(pa.table({"a": values})) == [1.25, 0.1, None]
    assert read(pa.table({"a": values}).to_pandas(types_mapper=pd.ArrowDtype)) == [1.25, 0.1, None]


WIDE_COLUMNS = [
    pytest.param([1.5, WIDE], 2, id="beside fractions"),
    pytest.param([WIDE, 1.5], 1, id="before fractions"),
    pytest.param([1, np.int64(WIDE)], 2, id="NumPy"),
    pytest.param([1, -WIDE], 2, id="negative"),
    pytest.param([1, 2**200], 2, id="beyond any type"),
    pytest.param([Decimal("0.5"), Decimal(WIDE)], 2, id="decimal"),
    pytest.param([Decimal("0.5"), 1.5, Decimal(WIDE)], 3, id="decimal beside fractions"),
]


@every_source
@pytest.mark.parametrize(("values", "row"), WIDE_COLUMNS)
def test_56_integers_beyond_2_53_are_warned_of(
    source: Callable[[list[Any]], object], values: list[Any], row: int
) -> None:
    table = open_table(source(values))
    (batch,) = table.batches(["a"])
    assert batch["a"].to_list() == [float(value) for value in values]
    (note,) = table.notes
    assert note.kind == "warning"
    assert f", row {row}: integers over 2^53 lose digits in float64" in note.text


def test_56_decimals_of_arrow_are_warned_of() -> None:
    table = open_table(pa.table({"a": pa.array([Decimal(1), Decimal(WIDE)], type=pa.decimal128(20, 0))}))
    list(table.batches(["a"]))
    assert "`a` holds 9007199254740993 in pyarrow Table, row 2" in table.notes[0].text
    exact = open_table(pl.DataFrame({"a": [Decimal("9007199254740993.25")]}))
    list(exact.batches(["a"]))
    assert exact.notes == []


@every_source
def test_text_among_numbers_is_read_where_it_is_a_number_and_said(source: Callable[[list[Any]], object]) -> None:
    table = open_table(source([2.5, "1", None, 3]))
    (batch,) = table.batches(["a"], may_miss=["a"])
    assert batch["a"].to_list() == [2.5, 1.0, None, 3.0]
    assert "`a` holds text among numbers" in table.notes[0].text
    with pytest.raises(DataError, match=r"`a` holds 'n/a' in .*, row 3: not a number"):
        read(source([2.5, 1, "n/a"]))
    with pytest.raises(DataError, match=r"`a` holds 'True' in .*, row 3: not a number"):
        read(source([2.5, "1", True]))


@every_source
def test_words_that_mean_missing_leave_truth_values_what_they_are(source: Callable[[list[Any]], object]) -> None:
    options = ReadOptions(missing_values=("?",), missing="drop")
    table = open_table(source([True, "?", False, "NA", "", None, True]), options)
    assert [column.kind for column in table.columns] == ["boolean"]
    (batch,) = table.batches(["a"])
    assert batch["a"].to_list() == [1.0, 0.0, 1.0]
    assert [column.kind for column in open_table(source([True, "maybe"])).columns] == ["text"]


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table])
@pytest.mark.parametrize("word", ["inf", "-Infinity", "1e400"])
def test_text_of_numbers_with_one_that_is_not_finite_is_a_column_of_numbers(make: Any, word: str) -> None:
    with pytest.raises(DataError, match=rf"`a` holds '{word}' in .*, row 3: (not a finite|too large for)"):
        read(make({"a": ["1.5", "2", word]}))


def test_numbers_beside_text_are_spelled_as_the_options_say() -> None:
    """A point would otherwise be read as a thousands mark, and 1.5 as 15."""
    options: dict[str, Any] = {"decimal": ",", "thousands": "."}
    assert read({"a": [1.5, "2,5", 1234.75]}, **options) == [1.5, 2.5, 1234.75]


def test_types_of_its_own_stay_where_they_hold_everything() -> None:
    options = ReadOptions()
    assert column_of("a", [1, None], options).series.dtype == pl.Int64
    assert column_of("a", [1, 2**70], options).series.dtype == pl.Int128
    assert column_of("a", [Decimal("1.50"), 2], options).series.dtype == pl.Decimal(38, 2)
    assert column_of("a", [np.bool_(True), None], options).series.dtype == pl.Boolean
    assert column_of("a", [np.str_("x"), "y"], options).series.to_list() == ["x", "y"]
    assert column_of("a", [[1], [2, 3]], options).series.dtype == pl.List(pl.Int64)
    assert column_of("a", [None, pd.NA], options).series.dtype == pl.Null


def test_arrays_of_objects_hold_numbers_only() -> None:
    for value in (np.datetime64("2026-01-01"), np.timedelta64(1, "D"), np.str_("1.5"), 10**400, Decimal("sNaN")):
        X = np.array([[1.0], [value], [3.0]], dtype=object)
        with pytest.raises(DataError, match=r"X holds .* at row 2, column 1: (not a number|too large for float64)"):
            open_table((X, [1.0, 2.0, 3.0]))


def test_targets_beside_arrays_may_be_mixed_as_well() -> None:
    X = np.array([[1.0], [2.0], [4.0]])
    y = pd.Series([np.int64(2), 4.5, Decimal("8.25")], dtype=object)
    table = open_table((X, y))
    (batch,) = table.batches(["x0", "y"])
    assert batch["y"].to_list() == [2.0, 4.5, 8.25]
    wide = open_table((X, {"w": [0.5, 2**200, 1]}))
    (batch,) = wide.batches(["w"])
    assert batch["w"].to_list() == [0.5, float(2**200), 1.0]
