"""Columns that others reproduce: found whatever their units, the later one dropped, the relation named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reta.moment import Moments
from reta.solvers import solve_least_squares
from reta.solvers.rank import independent_columns
from reta.solvers.short_decimals import shorten

PREDICTIONS = 1e-9  # relative; what is left after columns with conditions up to 1e3 are dropped


@pytest.fixture
def columns(random) -> dict[str, np.ndarray]:
    return dict(zip("abc", random.normal(size=(3, 60)) * [[1.0], [20.0], [0.003]], strict=True))


def relations(solver, made: dict[str, np.ndarray], y, **options) -> list[str]:
    solution = solver.fit(np.column_stack(list(made.values())), y, features=tuple(made), **options)
    return [dependency.text for dependency in solution.dependencies]


def test_a_sum_is_named(solver, random, columns):
    solver.require("rank deficient")
    columns["d"] = columns["a"] + columns["b"]
    assert relations(solver, columns, random.normal(size=60)) == ["`d` = `a` + `b`"]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda a, b, c: a, "`d` = `a`"),
        (lambda a, b, c: -b, "`d` = -`b`"),
        (lambda a, b, c: 2 * a + 5, "`d` = 2·`a` + 5"),
        (lambda a, b, c: 1.8 * a + 32, "`d` = 1.8·`a` + 32"),
        (lambda a, b, c: 100 - a - b - c, "`d` = 100 - `a` - `b` - `c`"),
        (lambda a, b, c: -0.25 * b + 1e9, "`d` = 1000000000 - 0.25·`b`"),
        (lambda a, b, c: 1e-8 * a - 1e8 * b, "`d` = -100000000·`b`"),
        (lambda a, b, c: (a + b + c) / 3, "`d` ≈ 0.333333·`a` + 0.333333·`b` + 0.333333·`c`"),
        (lambda a, b, c: np.full(60, 7.5), "`d` = 7.5"),
        (lambda a, b, c: np.zeros(60), "`d` = 0"),
    ],
)
def test_relations_read_as_they_were_made(solver, random, columns, make, text):
    solver.require("rank deficient")
    columns["d"] = make(*columns.values())
    assert relations(solver, columns, random.normal(size=60)) == [text]


def test_the_dummy_trap(solver, random):
    solver.require("rank deficient")
    region = random.integers(0, 3, 90)
    made = {f"region[{name}]": (region == at).astype(float) for at, name in enumerate(("north", "south", "west"))}
    assert relations(solver, made, random.normal(size=90)) == ["`region[west]` = 1 - `region[north]` - `region[south]`"]
    assert relations(solver, made, random.normal(size=90), fit_intercept=False) == []


def test_without_an_intercept_a_constant_is_a_column_like_others(solver, random, columns):
    solver.require("through the origin")
    made = {"five": np.full(60, 5.0), "two": np.full(60, 2.0), **columns, "none": np.zeros(60)}
    assert relations(solver, made, random.normal(size=60), fit_intercept=False) == ["`two` = 0.4·`five`", "`none` = 0"]


def test_the_later_column_goes_as_in_r(solver, random, columns):
    solver.require("rank deficient")
    a, b, c = columns.values()
    solution = solver.fit(np.column_stack([a, a, b, a + b, c]), random.normal(size=60))
    assert solution.dropped == ("x1", "x3")
    assert solution.kept.tolist() == [True, False, True, False, True]
    assert (solution.coef[0] == 0.0).tolist() == [False, True, False, True, False]
    assert solution.rank == 3
    assert solution.degrees_of_freedom == 56


def test_predictions_are_those_of_least_squares(solver, random, columns):
    solver.require("rank deficient")
    X = np.column_stack([*columns.values(), columns["a"] - columns["c"], columns["b"]])
    y = random.normal(size=60)
    solution = solver.fit(X, y)
    minimum_norm = np.linalg.lstsq(np.column_stack([np.ones(60), X]), y)[0]
    fitted = np.column_stack([np.ones(60), X]) @ minimum_norm
    np.testing.assert_allclose(X @ solution.coef[0] + solution.intercept, fitted, rtol=PREDICTIONS, atol=PREDICTIONS)


@pytest.mark.parametrize("offset", [0.0, 1e3, 1e6, 1e9])
def test_a_copy_is_found_far_from_zero_and_an_original_is_kept(solver, random, offset):
    solver.require("rank deficient")
    a, b = random.normal(size=(2, 4000)) + offset
    a.sort()
    X, y = np.column_stack([a, b, a - b]), random.normal(size=4000)
    parts = [Moments.from_arrays(X[i : i + 100], y[i : i + 100]) for i in range(0, 4000, 100)]
    solution = solver.solve(sum(parts[1:], start=parts[0]))
    assert [dependency.text for dependency in solution.dependencies] == ["`x2` = `x0` - `x1`"]


@pytest.mark.parametrize(
    ("extended", "told_apart", "a_copy", "text"),
    [(False, 1e-6, 1e-7, "`x1` ≈ `x0`"), (True, 2e-14, 1e-16, "`x1` = `x0`")],
)
def test_a_column_beyond_the_resolution_of_the_moments_counts_as_a_copy(
    solver, random, extended, told_apart, a_copy, text
):
    solver.require("rank deficient")
    a, noise, y = random.normal(size=(3, 60))
    options = {"features": ("x0", "x1"), "extended": extended}
    assert solver.fit(np.column_stack([a, a + told_apart * noise]), y, **options).dropped == ()
    (dependency,) = solver.fit(np.column_stack([a, a + a_copy * noise]), y, **options).dependencies
    assert dependency.text == text


@pytest.mark.parametrize(("extended", "offset", "told_apart"), [(False, 0.0, 4e-7), (True, 1e6, 2e-9)])
def test_what_rounding_cannot_explain_is_no_copy(solver, random, extended, offset, told_apart):
    """Sums of 3,000 rows in float64 hide 2.4e-7 of a column's spread; cells at 1e6 spreads are off by 1e-10 of it."""
    solver.require("rank deficient")
    a, noise = random.normal(size=(2, 3000))
    X = np.column_stack([a + offset, a + offset + told_apart * noise])
    assert solver.fit(X, noise, extended=extended).dropped == ()


@pytest.mark.parametrize(("share", "kept"), [(0.5, False), (2.0, True)])
def test_the_rounding_of_a_pivot_decides_however_near_to_it(share, kept):
    noise = np.full(2, 1e-4)
    cosine = np.sqrt(1.0 - share * 4.0 * noise[0] ** 2)
    pivots = independent_columns(np.array([[1.0, cosine], [cosine, 1.0]]), np.zeros(2), noise, max_rank=2)
    assert pivots.kept.tolist() == [True, kept]


def test_more_rows_do_not_make_a_copy_of_an_original(solver, random):
    solver.require("rank deficient")
    a, noise = random.normal(size=(2, 300_000))
    solution = solver.fit(np.column_stack([a, a + 1e-5 * noise]), noise)
    assert solution.dropped == ()
    assert solution.coef[0, 1] == pytest.approx(1e5, rel=1e-3)


def test_fewer_rows_than_columns_leave_an_exact_fit(solver, random):
    solver.require("underdetermined")
    X, y = random.normal(size=(4, 7)), random.normal(size=4)
    solution = solver.fit(X, y)
    assert solution.underdetermined
    assert (solution.rank, solution.degrees_of_freedom) == (3, 0)
    assert solution.dropped == ("x3", "x4", "x5", "x6")
    assert (solution.residual_scatter == 0.0).all()
    np.testing.assert_allclose(X @ solution.coef[0] + solution.intercept, y, rtol=PREDICTIONS)


@settings(max_examples=40)
@example(seed=119, whole=[0, 0, 3], constant=1, exponent=18)
@given(
    seed=st.integers(0, 10**6),
    whole=st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any),
    constant=st.integers(-9, 9),
    exponent=st.integers(-20, 20),
)
def test_any_small_whole_combination_comes_back(seed, whole, constant, exponent):
    random = np.random.default_rng(seed)
    X = random.integers(-50, 50, size=(40, 3)) * 2.0**exponent
    made = X @ np.array(whole, dtype=float) + constant
    solution = solve_least_squares(Moments.from_arrays(np.column_stack([X, made]), random.normal(size=40)))
    (dependency,) = solution.dependencies
    named = dict(dependency.combination)
    assert [named.get(f"x{i}", 0.0) for i in range(3)] == whole
    assert dependency.constant == pytest.approx(constant, abs=1e-12 * np.abs(X).max())


@pytest.mark.parametrize(
    ("value", "tolerance", "short"),
    [
        (0.30000000000000004, 1e-12, (0.3, True)),
        (-1234.5, 1e-9, (-1234.5, True)),
        (1e-15, 1e-12, (0.0, True)),
        (0.3333333333333333, 1e-12, (0.3333333333333333, False)),
        (123456.7, 10.0, (123456.7, False)),
    ],
)
def test_a_decimal_is_short_only_when_that_is_no_coincidence(value, tolerance, short):
    assert shorten(value, tolerance) == short
