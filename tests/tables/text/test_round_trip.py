"""Random tables, written in random dialects, come back exactly."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reta.tables.delimited import DelimitedTable
from reta.tables.table import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

LABELS = st.text(alphabet='abé"\n;, ', min_size=1, max_size=5).map(lambda text: f"r{text}r")
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15) | st.integers(
    -999, 999
).map(float)


class Written(NamedTuple):
    delimiter: str
    decimal: str
    line_end: str
    quoting: int
    encoding: str
    block_bytes: int | None


DIALECTS = st.builds(
    Written,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    st.sampled_from([None, 1, 50]),
)


def write(rows: list[tuple[float, str, float]], dialect: Written) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=dialect.delimiter, lineterminator=dialect.line_end, quoting=dialect.quoting)
    writer.writerow(["umidade média", "region", "y"])
    for first, label, last in rows:
        numbers = [repr(number).replace(".", dialect.decimal) for number in (first, last)]
        writer.writerow([numbers[0], label, numbers[1]])
    return stream.getvalue().encode(dialect.encoding)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NUMBERS, LABELS, NUMBERS), min_size=1, max_size=8), DIALECTS, st.integers(1, 5))
def test_what_was_written_is_read(
    tmp_path: Path, rows: list[tuple[float, str, float]], dialect: Written, batch_rows: int
) -> None:
    path = tmp_path / "crops.csv"
    path.write_bytes(write(rows, dialect))
    given_ = ReadOptions(delimiter=dialect.delimiter, decimal=dialect.decimal)
    table = DelimitedTable([path], "crops.csv", given_, block_bytes=dialect.block_bytes)
    assert [column.name for column in table.columns] == ["umidade média", "region", "y"]
    frames = list(table.batches(["umidade média", "region", "y"], text=["region"], batch_rows=batch_rows))
    assert all(frame.height == batch_rows for frame in frames[:-1])
    read = [row for frame in frames for row in frame.rows()]
    assert [row[1] for row in read] == [label for _, label, _ in rows]
    for got, (first, _, last) in zip(read, rows, strict=True):
        assert (got[0], got[2]) == (first, last)
        assert math.copysign(1.0, got[0]) == math.copysign(1.0, first)
    pairs = list(table.paired_batches(["y"]))
    assert [row for pair in pairs for row in pair.clean["y"]] == [last for _, _, last in rows]
    assert [row for pair in pairs for row in pair.original["region"]] == [label for _, label, _ in rows]
