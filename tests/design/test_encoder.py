"""Encoding while levels are still being found, and the design rebuilt from what was found."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from reta.design import MAX_LEVELS, Categorical, Design, Encoder, Numeric
from reta.errors import DataError


def test_a_level_met_late_adds_a_column() -> None:
    encoder = Encoder([Numeric("temp"), Categorical("region", ())], {})
    first = encoder.encode(pl.DataFrame({"temp": [1.0, 2.0], "region": ["b", "a"]}))
    assert encoder.names == ("temp", "region[b]", "region[a]")
    assert np.array(first).T.tolist() == [[1, 1, 0], [2, 0, 1]]
    second = encoder.encode(pl.DataFrame({"temp": [3.0], "region": ["c"]}))
    assert encoder.names == ("temp", "region[b]", "region[a]", "region[c]")
    assert np.array(second).T.tolist() == [[3, 0, 0, 1]]


def test_gaps_are_filled() -> None:
    encoder = Encoder([Numeric("temp")], {"temp": 7.0})
    assert encoder.encode(pl.DataFrame({"temp": [None, 1.0]}))[0].tolist() == [7.0, 1.0]


def test_too_many_levels_look_like_an_identifier() -> None:
    encoder = Encoder([Categorical("code", ())], {})
    frame = pl.DataFrame({"code": [str(i) for i in range(MAX_LEVELS + 1)]})
    with pytest.raises(DataError, match=r"`code` has more than 1000 levels \('0', '1', '2', …\): it looks like"):
        encoder.encode(frame)


def test_the_design_takes_the_first_sorted_level_as_baseline() -> None:
    names = ("temp", "region[b]", "region[a]", "region[c]")
    design = Design.of_columns(names, {"region": ("b", "a", "c")}, {"temp": 5.0})
    assert design.terms == (Numeric("temp", 5.0), Categorical("region", ("a", "b", "c")))
    assert design.names == ("temp", "region[b]", "region[c]")
    frame = pl.DataFrame({"region": ["a", "c"], "temp": [1.0, None]})
    assert design.matrix(frame).tolist() == [[1, 0, 0], [5, 0, 1]]


def test_a_column_that_is_called_like_a_level_stays_a_number() -> None:
    design = Design.of_columns(("x[1]", "region[a]"), {"region": ("a",)}, {"x[1]": 0.0})
    assert [type(term) for term in design.terms] == [Numeric, Categorical]
    assert [note.kind for note in design.describe()] == ["warning"]
