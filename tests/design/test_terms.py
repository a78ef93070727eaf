"""Terms: numbers stay, levels become 0/1 columns as R's treatment coding has them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reta.design import Categorical, Numeric
from reta.design.terms import level_order
from reta.errors import DataError

REGION = Categorical("region", ("north", "south", "west"))


def test_a_number_is_used_as_it_is() -> None:
    (column,) = Numeric("temp").encode(pl.DataFrame({"temp": [1.5, -2.0]}))
    assert column.tolist() == [1.5, -2.0]


def test_a_gap_is_filled_with_the_fill() -> None:
    (column,) = Numeric("temp", fill=4.0).encode(pl.DataFrame({"temp": [1.5, None]}))
    assert column.tolist() == [1.5, 4.0]


def test_levels_become_one_column_each_without_the_baseline() -> None:
    columns = REGION.encode(pl.DataFrame({"region": ["south", "north", "west", "south"]}))
    assert REGION.names == ("region[south]", "region[west]")
    assert np.array(columns).T.tolist() == [[1, 0], [0, 0], [0, 1], [1, 0]]


def test_an_unknown_level_is_named_with_the_way_out() -> None:
    cells = pl.Series(["south", "east", "east"])
    with pytest.raises(DataError, match=r"`region` holds 'east'.*\(north, south, west\).*--unknown baseline"):
        REGION.check(cells, "error")
    assert REGION.check(cells, "baseline") == 2
    assert np.array(REGION.encode(cells.to_frame("region"))).T.tolist() == [[1, 0], [0, 0], [0, 0]]


def test_levels_sort_as_numbers_only_where_all_are_numbers() -> None:
    assert level_order(["10", "9", "-1"]) == ("-1", "9", "10")
    assert level_order(["10", "9", "b"]) == ("10", "9", "b")
