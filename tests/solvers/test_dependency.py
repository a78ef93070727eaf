"""The wording of a relation, and new rows that break it."""

from __future__ import annotations

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import Dependency, broken_dependencies, solve_least_squares


@pytest.mark.parametrize(
    ("combination", "constant", "exact", "text"),
    [
        ((("a", 1.0), ("b", 1.0)), 0.0, True, "`z` = `a` + `b`"),
        ((("a", 2.0),), -5.0, True, "`z` = 2·`a` - 5"),
        ((("a", -1.0),), 0.0, True, "`z` = -`a`"),
        ((("a", -1.5), ("b", 1.0)), 3.0, True, "`z` = 3 - 1.5·`a` + `b`"),
        ((("a", -1.0),), -2.0, True, "`z` = -2 - `a`"),
        ((("a", 1 / 3),), 2 / 3, False, "`z` ≈ 0.333333·`a` + 0.666667"),
        ((), 7.0, True, "`z` = 7"),
        ((), -7.25, True, "`z` = -7.25"),
    ],
)
def test_the_text_reads_like_a_formula(combination, constant, exact, text):
    assert Dependency("z", combination, constant, exact).text == text


def test_a_long_combination_is_cut_short():
    dependency = Dependency("z", tuple((f"x{i}", 1.0) for i in range(30)), 0.0)
    assert dependency.text.endswith("+ `x7` + … (22 more columns)")


@pytest.fixture
def solution(random):
    a, b = random.normal(0.0, 1.0, 50), random.normal(1e6, 1.0, 50)
    X = np.column_stack([a, b, 2.0 * a - b + 3.0, np.full(50, 4.25)])
    return solve_least_squares(Moments.from_arrays(X, random.normal(size=50)))


def test_rows_that_keep_the_relations_pass(solution, random):
    a, b = random.normal(0.0, 1e3, 200), random.normal(1e6, 1e3, 200)
    rows = np.column_stack([a, b, 2.0 * a - b + 3.0, np.full(200, 4.25)])
    broken = broken_dependencies(rows, solution.dependencies, solution.features, solution.center)
    assert broken.shape == (200, 2)
    assert not broken.any()


@pytest.mark.parametrize(("column", "change"), [(0, 1e-3), (1, -0.01), (2, 1e-3), (2, 1e6)])
def test_rows_that_break_a_relation_are_told(solution, column, change):
    row = np.array([[1.0, 1e6, 5.0 - 1e6, 4.25]])
    row[0, column] += change
    broken = broken_dependencies(row, solution.dependencies, solution.features, solution.center)
    assert broken.tolist() == [[True, False]]


def test_a_constant_column_with_another_value_is_told(solution):
    row = np.array([[1.0, 1e6, 5.0 - 1e6, 4.26]])
    broken = broken_dependencies(row, solution.dependencies, solution.features, solution.center)
    assert broken.tolist() == [[False, True]]


def test_near_copies_pass_like_the_training_rows(random):
    a, noise = random.normal(size=(2, 3000))
    X = np.column_stack([a, a + 1e-8 * noise])
    solution = solve_least_squares(Moments.from_arrays(X[:100], noise[:100], extended=False))
    assert solution.dropped == ("x1",)
    assert not broken_dependencies(X, solution.dependencies, solution.features, solution.center).any()


@pytest.mark.parametrize("extended", [False, True])
def test_a_near_copy_is_no_copy_and_holds_far_away(random, extended):
    a = random.normal(size=100)
    X = np.column_stack([a, a * (1.0 + 1e-8)])
    solution = solve_least_squares(Moments.from_arrays(X, random.normal(size=100), extended=extended))
    (dependency,) = solution.dependencies
    assert dependency.combination == (("x0", 1.00000001),)
    assert dependency.exact == extended  # sums in float64 would not show the rest
    assert not broken_dependencies(1e3 * X, solution.dependencies, solution.features, solution.center).any()


def test_without_dependencies_nothing_can_break():
    assert broken_dependencies(np.ones((3, 2)), (), ("a", "b"), np.zeros(2)).shape == (3, 0)
