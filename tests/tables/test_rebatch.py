from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reta.errors import DataError
from reta.tables.rebatch import rebatch


@given(st.lists(st.integers(0, 12), max_size=12), st.integers(1, 9))
def test_batches_are_of_the_size_asked_for_and_keep_the_order(heights: list[int], batch_rows: int) -> None:
    starts = [sum(heights[:index]) for index in range(len(heights))]
    groups = [
        (pl.DataFrame({"a": range(start, start + height)}), pl.DataFrame({"b": range(-start, height - start)}))
        for start, height in zip(starts, heights, strict=True)
    ]
    out = list(rebatch(groups, batch_rows))
    sizes = [first.height for first, _ in out]
    assert all(size == batch_rows for size in sizes[:-1])
    assert sum(sizes) == sum(heights)
    assert all(0 < size <= batch_rows for size in sizes)
    assert [value for first, _ in out for value in first["a"]] == list(range(sum(heights)))
    assert all(first.height == second.height for first, second in out)


def test_a_frame_of_the_right_size_passes_through() -> None:
    frame = pl.DataFrame({"a": [1, 2, 3]})
    ((out,),) = rebatch([(frame,)], 3)
    assert out is frame or out["a"].to_physical().equals(frame["a"])


def test_types_that_differ_meet_in_a_common_one() -> None:
    frames = [(pl.DataFrame({"a": [1]}),), (pl.DataFrame({"a": [1.5]}),), (pl.DataFrame({"a": [None]}),)]
    ((out,),) = rebatch(frames, 10)
    assert out["a"].to_list() == [1.0, 1.5, None]


def test_types_without_a_common_one_are_an_error_of_the_data() -> None:
    frames = [(pl.DataFrame({"tags": [["a"]]}),), (pl.DataFrame({"tags": [1.5]}),)]
    with pytest.raises(DataError, match=r"a column's type changes from part to part"):
        list(rebatch(frames, 10))
