"""Which columns go and what is said of them, against exact arithmetic: near copies, far from zero, by many roads."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import reta
from reta.moment import Moments
from reta.solvers import broken_dependencies, solution_notes, solve_least_squares

EXAMPLES = 60
ROUNDING = Fraction(1, 2**48)  # of the sizes that a relation adds up: some ten roundings of 2^-52


def small(random, n):
    return random.integers(0, int(random.choice([2, 3, 10, 50])), n).astype(np.float64)


def unix_times(random, n):
    """Seconds, milliseconds or microseconds, later ones, and what lies between."""
    s = random.choice([1.7e9, 1.7e12, 1.7e15]) + random.integers(0, int(random.choice([10, 1000, 10**9])), n)
    d = small(random, n)
    return [s, s + d, d, *([2.0 * s - d] if random.random() < 0.5 else [small(random, n)])]


def near_two_to_53(random, n):
    """Whole numbers whose range is a few units."""
    base = random.choice([1e15, 2.0**53 - 60.0, 2.0**50, -1e15])
    columns = [base + small(random, n) for _ in range(random.integers(1, 4))]
    return [*columns, columns[0] - base + float(random.integers(-5, 5)), small(random, n)]


def powers(random, n):
    """Raw powers of years and of small numbers, and a combination of them."""
    x = random.choice([0.0, 10.0, 1950.0]) + random.integers(0, int(random.choice([8, 20, 100])), n)
    columns = [x, x**2, *([x**3] if x.max() < 200 else [])]
    return [*columns, 3.0 * columns[-1] - columns[0]]


def copies_but_for_one_row(random, n):
    a, b = np.round(random.normal(size=n) * 10.0 ** random.integers(0, 9)), small(random, n)
    c = a.copy()
    c[random.integers(n)] += random.choice([0.0, 1.0])
    return [a, b, c, a + b]


def combinations(random, n):
    columns = [np.floor(random.choice([0.0, 1e3, 1e9, 1e13]) + small(random, n)) for _ in range(3)]
    made = sum(c * column for c, column in zip(random.integers(-3, 4, 3).astype(float), columns, strict=True))
    columns.insert(int(random.integers(0, 4)), made + float(random.integers(-9, 9)))
    return columns


def measured(random, n):
    """Cells that were rounded: a copy but for something small, and the difference."""
    a = random.normal(size=n) + random.choice([0.0, 10.0 ** random.uniform(0, 6)])
    b = a + 10.0 ** -random.uniform(3, 14) * random.normal(size=n)
    return [a, b, *([a - b] if random.random() < 0.5 else []), random.normal(size=n)]


FAMILIES = (unix_times, near_two_to_53, powers, copies_but_for_one_row, combinations, measured)


def design(family, seed):
    random = np.random.default_rng([FAMILIES.index(family), seed])
    columns = family(random, int(random.integers(8, 60)))
    order = random.permutation(len(columns)) if random.random() < 0.5 else np.arange(len(columns))
    X = np.column_stack([columns[j] for j in order])
    return X, random.normal(size=len(X)), random


def gap(X, row, dependency, place) -> tuple[Fraction, Fraction]:
    """How far a row is from a relation, exactly, and the sum of the sizes in it."""
    terms = [Fraction(coef) * Fraction(X[row, place[name]]) for name, coef in dependency.combination]
    terms += [Fraction(dependency.constant), -Fraction(X[row, place[dependency.column]])]
    return abs(sum(terms)), sum(map(abs, terms))


@pytest.mark.parametrize("rank", ["drop", "minimum_norm"])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_what_is_dropped_and_said_is_so(exact, family, rank):
    for seed in range(EXAMPLES):
        X, y, random = design(family, seed)
        weights = random.integers(1, 5, len(X)).astype(np.float64) if seed % 4 == 3 else None
        half = slice(0, len(X) // 2 if seed % 3 == 2 else len(X)), slice(len(X) // 2 if seed % 3 == 2 else len(X), None)
        parts = [Moments.from_arrays(X[h], y[h], None if weights is None else weights[h]) for h in half if len(X[h])]
        solution = solve_least_squares(sum(parts[1:], start=parts[0]), rank=rank)
        independent = exact.independent(X.T)
        if family is measured:
            assert sum(solution.kept) <= sum(independent)
        else:
            assert solution.kept.tolist() == independent, seed
        assert_said_is_so(X, solution, whole=family is not measured)


def assert_said_is_so(X, solution, *, whole):
    place = {name: j for j, name in enumerate(solution.features)}
    assert not broken_dependencies(X, solution.dependencies, solution.features, solution.center).any()
    for dependency in solution.dependencies:
        assert dependency.is_constant == (np.ptp(X[:, place[dependency.column]]) == 0.0)
        if dependency.exact:
            gaps = [gap(X, row, dependency, place) for row in range(len(X))]
            assert all(off <= ROUNDING * size for off, size in gaps), dependency.text
            if whole and all(coef.is_integer() for _, coef in dependency.combination):
                assert not any(off for off, _ in gaps), dependency.text
        else:
            assert not whole or any(not (coef * 1024.0).is_integer() for _, coef in dependency.combination)
    assert all((solution.coef[:, place[name]] == 0.0).all() for name in solution.dropped)
    told = {note.text.split("`")[1] for note in solution_notes(solution) if "in every row" in note.text}
    assert all(np.ptp(X[:, place[name]]) == 0.0 for name in told)


@settings(max_examples=40)
@example(seed=0, family=near_two_to_53)
@given(seed=st.integers(10**3, 10**6), family=st.sampled_from(FAMILIES))
def test_predictions_of_the_training_rows_never_break_a_relation(seed, family):
    X, y, random = design(family, seed)
    weights = random.uniform(0.2, 5.0, len(X)) if seed % 2 else None
    solution = solve_least_squares(Moments.from_arrays(X, y, weights), fit_intercept=bool(seed % 3))
    assert not broken_dependencies(X, solution.dependencies, solution.features, solution.center).any()


def test_unix_times_and_their_difference():
    random = np.random.default_rng(0)
    s = 1_700_000_000_000 + random.integers(0, 10**9, 200)
    d = random.integers(1, 50, 200)
    X, y = np.column_stack([s, s + d, d]), d * 2.0 + random.normal(size=200)
    with pytest.warns(reta.errors.RetaWarning):
        model = reta.fit(X, y)
    with pytest.warns(reta.errors.RetaWarning):
        shared = reta.fit(X, y, rank="minimum_norm")
    (dependency,) = model.solution.dependencies
    assert dependency.text == "`x2` = -`x0` + `x1`"
    assert model.breaks_relations(X.astype(np.float64)) == 0
    assert model.dropped == ("x2",)
    assert shared.dropped == ()
    assert shared.coef_[0, 2] == pytest.approx(2.0, abs=0.05)
    assert any("share one effect" in note.text for note in shared.notes)
    broken = np.array([[1_700_000_000_000.0, 1_700_000_000_010.0, 11.0]])
    assert model.breaks_relations(broken) == 1


def test_high_powers_of_years_are_combinations_and_no_constants():
    years = np.arange(1950.0, 1970.0)
    with pytest.warns(reta.errors.RetaWarning):
        model = reta.fit({"x": years, "y": np.sin(years)}, formula="y ~ poly(x, 10)")
    assert model.solution.dependencies
    assert not any(dependency.is_constant for dependency in model.solution.dependencies)
    assert not any("in every row" in note.text for note in model.notes)
    with pytest.warns(reta.errors.RetaWarning) as told:
        model.predict({"x": np.append(years, 3000.0)})
    assert not any("20 of 21 rows break" in str(warning.message) for warning in told)


@pytest.mark.parametrize(("base", "step"), [(1e15, 1.0), (2.0**53 - 10.0, 1.0), (-(2.0**53), 1.0), (2.0**60, 256.0)])
def test_whole_numbers_of_a_small_range_vary(base, step):
    random = np.random.default_rng(3)
    x = base + step * random.integers(0, 10, 50)
    y = (x - base) / step + random.normal(size=50)
    solution = solve_least_squares(Moments.from_arrays(x[:, None], y))
    assert solution.dropped == ()
    assert solution.coef[0, 0] * step == pytest.approx(1.0, abs=0.2)
    target = solve_least_squares(Moments.from_arrays(y[:, None], x))
    assert not target.constant_target[0]


def test_one_cell_that_differs_is_enough(random):
    """A copy but for one row, far from the first: what all rows say, and not most of them."""
    a = random.normal(size=5000)
    X = np.column_stack([a, a])
    X[4321, 1] += 1e-9
    assert solve_least_squares(Moments.from_arrays(X, random.normal(size=5000))).dropped == ()


def test_a_relation_that_one_row_breaks_unseen_is_not_called_exact():
    """Whole numbers of such a spread that no sum shows a row that is off by one."""
    random = np.random.default_rng(2)
    a, b = np.rint(random.uniform(-(2.0**51), 2.0**51, (2, 2000)))
    c = a + b
    c[7] += 1.0
    solution = solve_least_squares(Moments.from_arrays(np.column_stack([a, b, c]), random.normal(size=2000)))
    [dependency] = solution.dependencies
    assert dependency.column == "x2"
    assert dict(dependency.combination) == {"x0": 1.0, "x1": 1.0}
    assert not dependency.exact
