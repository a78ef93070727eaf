from __future__ import annotations

import polars as pl
import pytest

from reta.tables.table import Column, ReadOptions
from reta.tables.text_numbers import numbers_from_text, stored_as_text, with_stray_text


def test_cells_are_read_as_numbers_missing_or_bad() -> None:
    text = pl.Series("a", [" 1.5 ", "+3", "1e3", "NA", "NaN", "", None, "n/a", "0x1F", "1_000", "1,5"])
    values, bad = numbers_from_text(text, ReadOptions())
    assert values.to_list() == [1.5, 3.0, 1000.0, *[None] * 8]
    assert bad.to_list() == [False] * 7 + [True] * 4


@pytest.mark.parametrize(
    ("cell", "options", "value"),
    [
        ("1,5", ReadOptions(decimal=","), 1.5),
        ("1.5", ReadOptions(decimal=","), None),
        ("1.234,5", ReadOptions(decimal=",", thousands="."), 1234.5),
        ("1,234.5", ReadOptions(thousands=","), 1234.5),
        ("1 234", ReadOptions(thousands=" "), 1234.0),
        ("1.5", ReadOptions(decimal="."), 1.5),
        ("1,5", ReadOptions(thousands=","), None),
        ("1,2345", ReadOptions(thousands=","), None),
        ("12,34,567", ReadOptions(thousands=","), None),
        ("1.5", ReadOptions(decimal=",", thousands="."), None),
        ("-1.234.567,25", ReadOptions(decimal=",", thousands="."), -1234567.25),
    ],
)
def test_marks_asked_for_are_read_and_others_are_bad(cell: str, options: ReadOptions, value: float | None) -> None:
    values, bad = numbers_from_text(pl.Series("a", [cell]), options)
    assert values.to_list() == [value]
    assert bad.to_list() == [value is None]


@pytest.mark.parametrize(
    ("cells", "kind", "kind_without_types"),
    [
        (["1", "2", "n/a"], "number", "number"),
        (["1", "2", "NA"], "number", "number"),
        (["1", "2", "3"], "text", "number"),
        (["01234", "", "99999"], "text", "number"),
        (["north", "south", "1"], "text", "text"),
        (["1", "a"], "text", "text"),
        ([None, ""], "text", "text"),
    ],
)
def test_text_is_taken_for_numbers_only_where_most_of_it_is(
    cells: list[str | None], kind: str, kind_without_types: str
) -> None:
    sample = pl.DataFrame({"a": pl.Series(cells, dtype=pl.String)})
    columns = (Column("a", "text"),)
    assert with_stray_text(columns, sample, ReadOptions())[0].kind == kind
    found = with_stray_text(columns, sample, ReadOptions(), all_text=True)
    assert found[0].kind == kind_without_types
    assert bool(stored_as_text(found, sample)) == (kind_without_types == "number")


def test_a_word_named_as_missing_marks_a_number_column() -> None:
    sample = pl.DataFrame({"a": ["1", "2", "none"]})
    options = ReadOptions(missing_values=("none",))
    assert with_stray_text((Column("a", "text"),), sample, options)[0].kind == "number"
