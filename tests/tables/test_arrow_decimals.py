"""Decimals of every width that pyarrow has are numbers, and nothing is printed on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pytest

from reta.errors import DataError
from reta.tables import open_table

if TYPE_CHECKING:
    from collections.abc import Callable

CELLS = [Decimal("1.5"), Decimal("-2.25"), None, Decimal(7)]
WIDTHS = [name for name in ("decimal32", "decimal64", "decimal128", "decimal256") if hasattr(pa, name)]
KINDS: dict[str, Callable[[pa.Table], Any]] = {
    "table": lambda table: table,
    "batch": lambda table: table.to_batches()[0],
    "reader": lambda table: pa.RecordBatchReader.from_batches(table.schema, table.to_batches()),
    "beside": lambda table: (pa.table({"a": [1.0] * len(table)}), table["x"]),
}


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("width", WIDTHS)
def test_they_are_read_without_a_word(width: str, kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    table = pa.table({"x": pa.array(CELLS, getattr(pa, width)(7, 3))})
    source = open_table(KINDS[kind](table), targets=["x"] if kind == "beside" else None)
    frame = pl.concat(source.batches(["x"], may_miss=["x"]))
    assert frame["x"].to_list() == [1.5, -2.25, None, 7.0]
    assert capfd.readouterr() == ("", "")


def test_lists_of_them_are_refused_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    table = pa.table({"x": pa.array([CELLS], pa.list_(pa.decimal256(50, 3)))})
    with pytest.raises(DataError, match="`x` holds lists in pyarrow Table"):
        list(open_table(table).batches(["x"]))
    assert capfd.readouterr() == ("", "")
