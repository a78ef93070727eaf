"""What a user is told of a solution."""

from __future__ import annotations

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import solution_notes, solve_least_squares


def told(X, Y, features=None, targets=None, extended=None, **options) -> list[tuple[str, str]]:
    moments = Moments.from_arrays(X, Y, features=features, targets=targets, extended=extended)
    return [(note.kind, note.text) for note in solution_notes(solve_least_squares(moments, **options))]


def test_ordinary_data_need_no_word(random):
    assert told(random.normal(size=(30, 3)), random.normal(size=(30, 2))) == []


def test_a_constant_column(random):
    X = np.column_stack([random.normal(size=30), np.full(30, 850.0)])
    assert told(X, random.normal(size=30), features=("temp", "altitude")) == [
        ("dropped", "`altitude` is 850 in every row, so it was dropped: its effect is not estimable")
    ]


def test_a_dependent_column(random):
    a, b, y = random.normal(size=(3, 30))
    ((kind, text),) = told(np.column_stack([a, b, a + b]), y, features=("north", "south", "total"))
    assert kind == "dropped"
    assert text.startswith("`total` = `north` + `south`, so `total` was dropped: its own effect cannot be told.")


def test_columns_that_share_one_effect_are_not_called_dropped(random):
    a, b, y = random.normal(size=(3, 30))
    X = np.column_stack([a, b, a + b, np.full(30, 850.0)])
    shared, constant = told(X, y, features=("north", "south", "total", "altitude"), rank="minimum_norm")
    assert shared[0] == "warning"
    assert shared[1].startswith("`total` = `north` + `south`, so these columns share one effect")
    assert constant == ("dropped", "`altitude` is 850 in every row, so it was dropped: its effect is not estimable")
    ((_, text),) = told(X[:2, :3], y[:2], rank="minimum_norm")
    assert "This one has the smallest coefficients, in units of the columns' spread; there are no" in text


@pytest.mark.parametrize(
    ("n", "p", "start"),
    [
        (1, 2, "1 row cannot settle 2 coefficients and an intercept: infinitely many solutions fit."),
        (3, 9, "3 rows cannot settle 9 coefficients and an intercept: infinitely many solutions fit."),
    ],
)
def test_too_few_rows(random, n, p, start):
    ((kind, text),) = told(random.normal(size=(n, p)), random.normal(size=n))
    assert kind == "warning"
    assert text.startswith(start)
    assert f"At least {p + 2} rows are needed" in text
    assert "no standard errors and no R²" in text


def test_just_enough_rows(random):
    ((_, text),) = told(random.normal(size=(3, 2)), random.normal(size=3))
    assert "the fit runs through every row" in text


def test_too_few_rows_through_the_origin(random):
    ((_, text),) = told(random.normal(size=(2, 3)), random.normal(size=2), fit_intercept=False)
    assert text.startswith("2 rows cannot settle 3 coefficients: infinitely many solutions fit.")


def test_a_constant_target(random):
    X = random.normal(size=(30, 1))
    Y = np.column_stack([np.full(30, 5.1), random.normal(size=30)])
    assert told(X, Y, targets=("apples", "oranges")) == [
        ("warning", "`apples` is 5.1 in every row: there is nothing to explain, R² is undefined")
    ]


def test_a_target_computed_from_the_columns(random):
    X = random.normal(size=(30, 2))
    ((kind, text),) = told(X, X[:, 0] * 2.0 - X[:, 1] + 1.0)
    assert kind == "warning"
    assert text.startswith("`y` is reproduced to rounding")


def test_nearly_equal_columns_leave_few_digits(random):
    a, b, y = random.normal(size=(3, 60))
    ((kind, text),) = told(np.column_stack([a, a + 1e-6 * b]), y, extended=False)
    assert kind == "warning"
    assert "of the least certain coefficient can be trusted: columns nearly repeat one another" in text


def test_a_column_that_varies_by_rounding_is_not_said_to_have_one_value(random):
    near = np.where(np.arange(30) % 2, 0.3, np.nextafter(0.3, 1.0))
    X = np.column_stack([random.normal(size=30), near])
    feature, target = told(X, near, features=("temp", "altitude"), targets=("apples",))
    assert feature[1].startswith("`altitude` is 0.3 in every row but for rounding, so it was dropped")
    assert target[1].startswith("`apples` is 0.3 in every row but for rounding: there is nothing to explain")


def test_one_value_is_told_to_the_last_digit(random):
    value = np.nextafter(7.0, 8.0)
    X = np.column_stack([random.normal(size=30), np.full(30, value)])
    ((_, text),) = told(X, random.normal(size=30))
    assert text.startswith("`x1` is 7.000000000000001 in every row, so it was dropped")
