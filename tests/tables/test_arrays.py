from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import polars as pl
import pytest

from reta.errors import DataError, UsageError
from reta.tables.array_input import as_array
from reta.tables.arrays import ArrayTable
from reta.tables.table import Column, ReadOptions
from reta.types import Note


def table(X: Any, Y: Any = None, **options: Any) -> ArrayTable:
    names = {name: options.pop(name) for name in ("features", "targets") if name in options}
    return ArrayTable(np.asarray(X), None if Y is None else np.asarray(Y), ReadOptions(**options), **names)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.int64, np.uint8, np.bool_])
def test_arrays_are_kept_as_they_are(dtype: type) -> None:
    X, Y = np.ones((3, 2), dtype), np.zeros((3, 2), dtype)
    made = table(X, Y)
    assert made.X is X
    assert made.Y is Y


def test_names_and_shapes() -> None:
    made = table(np.ones((3, 2)), [1.0, 2.0, 3.0])
    assert made.features == ("x0", "x1")
    assert made.targets == ("y",)
    assert made.Y is not None
    assert made.Y.shape == (3, 1)
    assert made.n_rows == 3
    assert table(np.ones((3, 1)), np.ones((3, 2))).targets == ("y0", "y1")
    assert table(np.ones((3, 1)), np.ones((3, 2)), targets=["apples", "oranges"]).targets == ("apples", "oranges")
    assert table(np.ones((3, 2)), features=["temp", "rainfall"]).columns == (
        Column("temp", "number"),
        Column("rainfall", "number"),
    )
    assert table(np.ones((3, 1), bool)).columns == (Column("x0", "boolean"),)


def test_a_single_feature_may_be_one_dimensional_beside_y() -> None:
    made = table([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert made.X.shape == (3, 1)
    assert made.notes == [Note("assumed", "X is one-dimensional: taken as one feature of 3 rows")]


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        (
            [1.0, 2.0, 3.0],
            None,
            "X is one-dimensional (3 values): one row is X.reshape(1, -1), one column X.reshape(-1, 1)",
        ),
        (np.ones((3, 2)), np.ones(4), "X has shape (3, 2) and y has shape (4,): they must have as many rows"),
        (np.ones((3, 0)), np.ones(3), "X has no columns: its shape is (3, 0)"),
        (np.ones((3, 1)), np.ones((3, 0)), "y has no columns: its shape is (3, 0)"),
    ],
)
def test_shapes_that_do_not_fit_are_usage_errors(X: Any, Y: Any, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        table(X, Y)


def test_names_that_do_not_fit_are_errors() -> None:
    with pytest.raises(UsageError, match=r"y has 1 columns, but 2 names are given: a, b"):
        table(np.ones((3, 2)), np.ones(3), targets=["a", "b"])
    with pytest.raises(DataError, match=r"two columns named `x0`, at positions 1 and 3"):
        table(np.ones((3, 2)), np.ones(3), targets=["x0"])


def test_batches_are_columns_of_float64() -> None:
    X = np.arange(20, dtype=np.float32).reshape(10, 2)
    batches = list(table(X, np.arange(10)).batches(["y", "x1"], batch_rows=4))
    assert [batch.height for batch in batches] == [4, 4, 2]
    assert pl.concat(batches).rows() == [(float(row), float(X[row, 1])) for row in range(10)]
    assert set(batches[0].dtypes) == {pl.Float64}


def test_rows_with_nan_follow_the_policy() -> None:
    X = np.array([[1.0, math.nan], [2.0, 3.0]])
    (batch,) = table(X, missing="drop").batches(["x0", "x1"])
    assert batch.rows() == [(2.0, 3.0)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int16])
def test_numbers_that_mean_no_value_are_gaps(dtype: type) -> None:
    cells = np.array([[1], [-999], [4], [5]], dtype=dtype)
    arrays = table(cells, [2.0, 3.0, -999.0, 5.0], missing_values=["-999.0", "n/a"])
    assert np.isnan(arrays.X).ravel().tolist() == [False, True, False, False]
    assert arrays.Y is not None
    assert np.isnan(arrays.Y).ravel().tolist() == [False, False, True, False]
    assert cells[1, 0] == -999
    with pytest.raises(
        DataError, match=r"missing values in NumPy array: `x0` 1 \(first: row 2\), `y` 1 \(first: row 3\)"
    ):
        arrays.explain_nonfinite()


def test_arrays_without_such_numbers_are_kept() -> None:
    cells = np.array([[1], [2]])
    assert table(cells, missing_values=["-999"]).X is cells


def test_integers_beyond_2_to_53_are_told_beside_a_gap() -> None:
    [note] = table(np.array([[2**53 + 1], [-999]]), missing_values=["-999"]).notes
    assert note.text.startswith("`x0` holds 9007199254740993 in NumPy array, row 1")


def test_what_is_not_finite_is_explained_on_demand() -> None:
    X = np.ones((100, 2))
    Y = np.ones((100, 1))
    table(X, Y).explain_nonfinite()
    Y[41] = math.inf
    with pytest.raises(DataError, match=r"`y` holds inf in NumPy array, row 42: not a finite number"):
        table(X, Y, bad_rows="drop").explain_nonfinite()
    X[[16, 19], 1] = math.nan
    with pytest.raises(DataError, match=r"`x1` 2 \(first: row 17\)"):
        table(X, missing="drop").explain_nonfinite()


def test_no_rows_are_an_error() -> None:
    with pytest.raises(DataError, match=r"NumPy array has columns but no rows"):
        list(table(np.ones((0, 2))).batches(["x0"]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8, np.uint64, np.bool_])
def test_arrays_of_numbers_are_handed_back_as_they_are(dtype: type) -> None:
    array = np.ones((3, 2), dtype)
    assert as_array(array, "X") is array


def test_unusual_floats_become_usual_ones() -> None:
    assert as_array(np.ones(3, np.float16), "X").dtype == np.float32
    assert as_array(np.ones(3, np.longdouble), "X").dtype == np.float64


def test_masked_values_and_none_become_nan() -> None:
    masked = np.ma.MaskedArray([[1, 2], [3, 4]], mask=[[False, True], [False, False]])
    np.testing.assert_array_equal(as_array(masked, "X"), [[1.0, math.nan], [3.0, 4.0]])
    np.testing.assert_array_equal(as_array([[1, None], [3, 4]], "X"), [[1.0, math.nan], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.ones(3, complex), "X holds complex numbers, not numbers"),
        (np.array(["a", "b"]), "X holds text, not numbers"),
        (np.array(["2026-01-01"], "datetime64[D]"), "X holds dates, not numbers"),
        ([[1, 2], [3, "n/a"]], "X holds text, not numbers"),
        (np.array([[1, 2], [3, "n/a"]], object), "X holds 'n/a' at row 2, column 2: not a number"),
        (np.array([[1, 2], [3, 1j]], object), "X holds 1j at row 2, column 2: not a number"),
        ([[1, 2], [3]], "row 2 of X has 1 value, row 1 has 2 values: they must agree"),
        ([[1, 2], 3], "row 2 of X has a bare value, row 1 has 2 values: they must agree"),
    ],
)
def test_what_is_no_array_of_numbers_is_a_data_error(data: Any, message: str) -> None:
    with pytest.raises(DataError, match=re.escape(message)):
        as_array(data, "X")


@pytest.mark.parametrize("data", [5.0, np.ones((2, 2, 2))])
def test_dimensions_other_than_one_or_two_are_refused(data: Any) -> None:
    with pytest.raises(UsageError, match=r"X has [03] dimensions: it must have one or two"):
        as_array(data, "X")


def test_sparse_matrices_are_told_the_way() -> None:
    from scipy import sparse

    with pytest.raises(UsageError, match=r"X is a sparse matrix: give X.toarray\(\)"):
        as_array(sparse.csr_array(np.eye(3)), "X")


def test_tensors_are_detached_and_share_memory() -> None:
    import torch

    tensor = torch.ones((3, 2), requires_grad=True)
    array = as_array(tensor, "X")
    assert array.dtype == np.float32
    assert np.shares_memory(array, tensor.detach().numpy())
    assert as_array(torch.ones(3, dtype=torch.bfloat16), "X").tolist() == [1.0, 1.0, 1.0]
    assert as_array([torch.ones(2), torch.zeros(2)], "X").tolist() == [[1.0, 1.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("cells", "row", "value", "step"),
    [
        (np.array([1, 2**53 + 1, 2**54]), 2, 2**53 + 1, 4),
        (np.array([-(2**53) - 1, 5, 7]), 1, -(2**53) - 1, 2),
        (np.array([3, 2**63 + 2**62, 4], dtype=np.uint64), 2, 2**63 + 2**62, 2048),
    ],
)
@pytest.mark.parametrize("where", ["features", "target"])
def test_integers_beyond_2_to_53_are_told_with_what_is_lost(cells, row: int, value: int, step: int, where: str) -> None:
    ordinary = np.ones((3, 1))
    read = table(cells[:, None], ordinary) if where == "features" else table(ordinary, cells)
    (note,) = read.notes
    name = "x0" if where == "features" else "y"
    assert note == Note(
        "warning",
        f"`{name}` holds {value} in NumPy array, row {row}: integers over 2^53 lose digits in float64, where they come "
        f"in steps of up to {step}; subtract a constant from the column to keep them",
    )
    (batch,) = read.batches(["x0", "y"])
    assert batch[name].to_list() == [float(cell) for cell in cells.tolist()]
    assert read.notes == [note]


@pytest.mark.parametrize("cells", [np.array([2**53, -(2**53)]), np.array([2**31 - 1, 4], dtype=np.int32)])
def test_integers_that_float64_holds_need_no_word(cells) -> None:
    assert table(cells[:, None], np.ones(2)).notes == []
