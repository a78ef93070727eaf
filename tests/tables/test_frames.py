from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from reta.errors import DataError, UsageError
from reta.tables import ReadOptions, Table, open_table


def kinds(table: Table) -> dict[str, str]:
    return {column.name: column.kind for column in table.columns}


def clean(data: object, columns: list[str], **options: Any) -> pl.DataFrame:
    text = options.pop("text", ())
    return pl.concat(open_table(data, ReadOptions(**options)).batches(columns, text=text))


def test_frames_are_called_by_their_library() -> None:
    frame = pl.DataFrame({"a": [1]})
    assert open_table(frame).description == "Polars DataFrame"
    assert open_table(frame["a"]).description == "Polars Series"
    assert open_table(frame.lazy()).description == "Polars LazyFrame"
    assert open_table(frame.to_pandas()).description == "pandas DataFrame"
    assert open_table(frame.to_arrow()).description == "pyarrow Table"


def test_rows_are_counted_from_one() -> None:
    frame = pl.DataFrame({"a": [1.0] * 16 + [None]})
    with pytest.raises(DataError, match=r"missing values in Polars DataFrame: `a` 1 \(first: row 17\)"):
        clean(frame, ["a"])
    with pytest.raises(DataError, match=r"missing values in pandas DataFrame: `a` 1 \(first: row 17\)"):
        clean(frame.to_pandas().set_index(np.arange(100, 117)), ["a"])
    with pytest.raises(DataError, match=r"missing values in Polars LazyFrame: `a` 1 \(first: row 17\)"):
        clean(frame.lazy(), ["a"])


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_whatever_pandas_takes_for_missing_is_missing(missing: object) -> None:
    frame = pd.DataFrame({"a": pd.Series([1, missing, 2.5], dtype=object)})
    assert clean(frame, ["a"], missing="drop")["a"].to_list() == [1.0, 2.5]


def test_every_type_of_pandas_has_its_kind() -> None:
    frame = pd.DataFrame(
        {
            "float": [1.5, np.nan],
            "small": np.array([1, 2], np.int8),
            "Int": pd.array([2**53 + 1, None], dtype="Int64"),
            "Bool": pd.array([True, None], dtype="boolean"),
            "bool": [True, False],
            "str": ["x", None],
            "levels": pd.Categorical(["south", None], categories=["south", "north"]),
            "numbers": pd.Categorical([3, 1], categories=[3, 1]),
            "decimal": pd.Series([Decimal("1.5"), None], dtype=object),
            "day": pd.to_datetime(["2026-01-01", None]),
            "zoned": pd.to_datetime(["2026-01-01", None], utc=True),
            "date": pd.Series([dt.date(2026, 1, 1), None], dtype=object),
            "period": pd.period_range("2026-01", periods=2, freq="M"),
            "complex": [1j, 2.0],
        }
    )
    assert kinds(open_table(frame)) == {
        "float": "number",
        "small": "number",
        "Int": "number",
        "Bool": "boolean",
        "bool": "boolean",
        "str": "text",
        "levels": "categorical",
        "numbers": "categorical",
        "decimal": "number",
        "day": "date",
        "zoned": "date",
        "date": "date",
        "period": "text",
        "complex": "text",
    }
    everything = list(frame.columns)
    (pair,) = open_table(frame).paired_batches(["small"])
    assert pair.original.columns == everything
    assert pair.original["Int"].to_list() == [2**53 + 1, None]
    (batch,) = open_table(frame).batches(everything, text=["levels"], may_miss=everything)
    assert batch.select("Int", "Bool", "levels", "numbers", "decimal").rows() == [
        (2.0**53, 1.0, "south", "3", 1.5),
        (None, None, None, "1", None),
    ]


def test_the_declared_order_of_levels_survives() -> None:
    frame = pd.DataFrame({"region": pd.Categorical(["north", "south"], categories=["south", "north"])})
    (pair,) = open_table(frame).paired_batches(["region"], text=["region"])
    assert pair.original["region"].dtype == pl.Enum(["south", "north"])


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table, lambda rows: pd.DataFrame(rows, dtype=object)])
def test_text_among_numbers_is_named_with_its_row(make: Any) -> None:
    frame = make({"rainfall": ["1.5", "2", "n/a"]})
    with pytest.raises(DataError, match=r"`rainfall` holds 'n/a' in .*, row 3: not a number"):
        clean(frame, ["rainfall"])
    assert clean(frame, ["rainfall"], bad_rows="drop")["rainfall"].to_list() == [1.5, 2.0]
    assert clean(frame, ["rainfall"], missing_values=("n/a",), missing="drop").height == 2
    assert clean(frame, ["rainfall"], text=["rainfall"])["rainfall"].to_list() == ["1.5", "2", "n/a"]


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table])
def test_54_thousands_marks_group_by_threes(make: Any) -> None:
    frame = make({"a": ["1,234", "2,5", "n/a"]})
    with pytest.raises(DataError, match=r"`a` holds '2,5' in .*, row 2: not a number"):
        clean(frame, ["a"], thousands=",")
    whole = make({"a": ["1,234", "2,500", "n/a"]})
    assert clean(whole, ["a"], thousands=",", bad_rows="drop")["a"].to_list() == [1234.0, 2500.0]


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table])
def test_68_symbols_are_named_and_left_out_when_asked(make: Any) -> None:
    frame = make({"a": ["45%", "50 %", "5.5%"]})
    with pytest.raises(DataError, match=r"`a` holds '45%' in .*, row 1: a number with a symbol. Leave .*--symbols"):
        clean(frame, ["a"])
    assert clean(frame, ["a"], symbols=True)["a"].to_list() == [45.0, 50.0, 5.5]


def test_68_marks_that_nobody_said_are_asked_for_once_symbols_are_left_out() -> None:
    frame = pl.DataFrame({"a": ["R$ 2.300,27", "R$ 1.100,00"]})
    with pytest.raises(DataError, match=r"row 1: no number without its symbol either. Say .*--decimal and --thousands"):
        clean(frame, ["a"], symbols=True, decimal=",")
    assert clean(frame, ["a"], symbols=True, decimal=",", thousands=".")["a"].to_list() == [2300.27, 1100.0]


def test_a_query_whose_threads_panic_does_not_just_end() -> None:
    """Polars ends such a stream as if all rows had come."""
    query = pl.LazyFrame({"a": [1.0] * 10}).with_columns(b=pl.lit(1.0))

    class Panicking:
        def __init__(self, batches: Any) -> None:
            self._batches = batches

        def __iter__(self) -> Any:
            return self

        def __next__(self) -> pl.DataFrame:
            frame: pl.DataFrame = next(self._batches)
            return frame.head(3) if frame.height > 3 else frame

    table = open_table(query)
    whole = pl.LazyFrame.collect_batches
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pl.LazyFrame, "collect_batches", lambda self, **options: Panicking(whole(self, **options)))
        with pytest.raises(
            DataError, match=r"the Polars LazyFrame cannot be run: the engine stopped before the last row"
        ):
            list(table.batches(["a"]))
    assert [batch.height for batch in open_table(query).batches(["a"], batch_rows=4)] == [4, 4, 2]


def test_text_that_is_all_numbers_stays_text() -> None:
    assert kinds(open_table(pl.DataFrame({"code": ["01", "02"]}))) == {"code": "text"}


def test_repeated_names_are_an_error_with_both_positions() -> None:
    with pytest.raises(DataError, match=r"two columns named `a`, at positions 1 and 3"):
        open_table(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]))
    with pytest.raises(DataError, match=r"two columns named `0`, at positions 1 and 2"):
        open_table(pd.DataFrame([[1, 2]], columns=[0, "0"]))
    with pytest.raises(DataError, match=r"two columns named `a`, at positions 1 and 2"):
        open_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]))


def test_names_that_are_no_text_become_text() -> None:
    assert kinds(open_table(pd.DataFrame(np.ones((2, 2))))) == {"0": "number", "1": "number"}
    assert clean(pd.DataFrame(np.ones((2, 2))), ["1"]).height == 2


@pytest.mark.parametrize(
    "make", [lambda frame: frame, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow, pl.DataFrame.lazy]
)
def test_columns_without_rows_are_an_error(make: Any) -> None:
    frame = make(pl.DataFrame({"a": pl.Series([], dtype=pl.Float64)}))
    with pytest.raises(DataError, match=r"has columns but no rows"):
        clean(frame, ["a"])


def test_a_query_that_fails_is_told_in_one_line() -> None:
    frame = pl.LazyFrame({"a": ["x"]})
    with pytest.raises(DataError, match=r"the Polars LazyFrame cannot be run: [^\n]*$"):
        open_table(frame.select("b"))
    with pytest.raises(DataError, match=r"the Polars LazyFrame cannot be run: [^\n]*$"):
        clean(frame.select(pl.col("a").cast(pl.Int64)), ["a"])


def test_slices_of_object_columns_may_differ_in_type() -> None:
    frame = pd.DataFrame({"a": [1.0] * 6, "b": pd.Series([1, 2, True, "x", dt.date(2026, 1, 1), [1]], dtype=object)})
    pairs = list(open_table(frame).paired_batches(["a"], batch_rows=4))
    assert [pair.original.height for pair in pairs] == [4, 2]


def test_no_value_is_lost_for_want_of_a_type() -> None:
    frame = pd.DataFrame(
        {"wide": pd.Series([1, 2**200], dtype=object), "mixed": pd.Series([{"a": 1}, 3], dtype=object)}
    )
    (pair,) = open_table(frame).paired_batches(["wide"], text=["wide"])
    assert pair.clean["wide"].to_list() == ["1", str(2**200)]
    assert pair.original["mixed"].to_list() == ["{'a': 1}", "3"]


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(UsageError, match=r"object is nothing that reta can read: give a path, "):
        open_table(object())


def test_pandas_works_without_pyarrow_and_polars_without_narwhals() -> None:
    script = """
import sys
sys.modules["pyarrow"] = None
import polars as pl
from reta.tables import open_table
frame = pl.DataFrame({"a": [1.5, 2.0], "s": ["x", "y"]})
(batch,) = open_table(frame).batches(["a", "s"], text=["s"])
assert "narwhals" not in sys.modules and "pandas" not in sys.modules and "scipy" not in sys.modules
import pandas as pd
data = {"a": [1.5, 2.0], "n": pd.array([1, None], dtype="Int64"), "b": pd.array([True, None], dtype="boolean"),
        "s": ["x", "y"], "c": pd.Categorical(["u", "v"]), "d": pd.to_datetime(["2026-01-01", "2026-01-02"], utc=True)}
table = open_table(pd.DataFrame(data))
(batch,) = table.batches(["a", "n", "b", "s", "c"], text=["s", "c"], may_miss=["n", "b"])
assert batch.rows() == [(1.5, 1.0, 1.0, "x", "u"), (2.0, None, None, "y", "v")], batch
assert table.columns[5].kind == "date"
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)
