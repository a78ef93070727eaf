from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reta.tables.text.cell_shapes import shape_of
from reta.tables.text.cells import clean_cells
from reta.tables.text.dialect import MISSING_CELLS, Dialect
from reta.tables.text.plan import Plan, Role, Wanted
from reta.tables.text.problems import bad_cell

BRAZIL = Dialect(delimiter=";", decimal=",", thousands=".")


def plan_of(dialect: Dialect) -> Plan:
    return Plan("crops.csv", 1, dialect, 1, "number", (), MISSING_CELLS)


def cleaned(cells: list[str], role: Role = "number", dialect: Dialect | None = None) -> tuple[list[object], list[int]]:
    wanted = Wanted("x", 0, role)
    plan = Plan("crops.csv", 1, dialect or Dialect(), 1, role, (wanted,), MISSING_CELLS)
    result = clean_cells(pl.Series(cells, dtype=pl.String), wanted, plan)
    bad = [] if result.bad is None else result.bad.nonzero()[0].tolist()
    return result.values.to_list(), bad


@pytest.mark.parametrize(
    ("cell", "dialect", "value"),
    [
        ("1.5", Dialect(), 1.5),
        (" +1e3 ", Dialect(), 1000.0),
        ("1,5", BRAZIL, 1.5),
        ("1.234", BRAZIL, 1234.0),
        ("-1.234.567,25", BRAZIL, -1234567.25),
        ("1.234,", BRAZIL, 1234.0),
        ("1,5e3", BRAZIL, 1500.0),
        ("1 234,5", Dialect(decimal=",", thousands=" "), 1234.5),
        ("1.5", Dialect(decimal_decided=False), 1.5),
        ("12.3456", Dialect(decimal_decided=False), 12.3456),
    ],
)
def test_numbers_are_read_as_the_dialect_writes_them(cell: str, dialect: Dialect, value: float) -> None:
    assert cleaned([cell], dialect=dialect) == ([value], [])


@pytest.mark.parametrize(
    ("cell", "dialect"),
    [
        *[
            (cell, Dialect())
            for cell in ["1,5", "1_000", "0x1F", "inf", "-Infinity", "1e400", "NAN", "1 2", "--1", "١"]
        ],
        *[(cell, BRAZIL) for cell in ["1.5", "12.34,5", "1.2345", "1,2,3", "1,234.5", ".5"]],
        ("1.234", Dialect(decimal_decided=False)),
        ("1.5", Dialect(decimal=",")),
    ],
)
def test_what_is_no_number_is_bad_and_explained(cell: str, dialect: Dialect) -> None:
    assert cleaned(["1", cell], dialect=dialect) == ([1.0, None], [1])
    message = bad_cell(cell, 1, Wanted("x", 0, "number"), plan_of(dialect)).message("crops.csv", 0)
    assert message.startswith(f"`x` holds {cell!r} in crops.csv, line 1: ")


def test_missing_cells_are_no_bad_cells() -> None:
    assert cleaned(["", " ", "NA", "NaN", "nan", "1"]) == ([None] * 5 + [1.0], [])
    assert cleaned(["", "NA", " x "], role="text") == ([None, None, "x"], [])


def test_booleans_are_one_and_zero() -> None:
    assert cleaned(["true", "FALSE", " True", "", "1"], role="boolean") == ([1.0, 0.0, 1.0, None, None], [4])


def test_a_long_cell_is_shortened_in_the_message() -> None:
    message = bad_cell("x" * 1000, 3, Wanted("x", 0, "number"), plan_of(Dialect())).message("crops.csv", 0)
    assert len(message) < 200
    assert "--missing-values" not in message


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_exactly(number: float) -> None:
    assert cleaned([repr(number)]) == ([number], [])
    assert cleaned([repr(number).replace(".", ",")], dialect=Dialect(decimal=",")) == ([number], [])


@pytest.mark.parametrize(
    ("cell", "shape"),
    [
        ("12", "integer"),
        ("1e5", "integer"),
        ("1.234", "one_point_group"),
        ("0.234", "point"),
        ("1234.567", "point"),
        ("1.23", "point"),
        ("1.234e5", "point"),
        ("1,234", "one_comma_group"),
        ("1,5", "comma"),
        ("1.234.567", "point_groups"),
        ("1.234,5", "point_groups"),
        ("1,234.5", "comma_groups"),
        ("1 234 567", "spaced_groups"),
        ("0x1f", "hexadecimal"),
        ("-inf", "infinite"),
        ("R$ 1.234,56", "symbol"),
        ("12 %", "symbol"),
        ("True", "boolean"),
        ("2024-01-31 10:20", "date"),
        ("1.2.2024", "date"),
        ("1.2.3.4", "text"),
        ("", "text"),
    ],
)
def test_shapes(cell: str, shape: str) -> None:
    assert shape_of(cell) == shape
