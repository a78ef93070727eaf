"""Digits that are worked out when asked for, and the coarse bound that comes before."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import solve_least_squares
from reta.solvers.claims import KEPT_UP_TO, Ground
from reta.solvers.least_squares import _solved, solve_and_judge


def problems(random, count=60):
    """Moments of columns that overlap more and more, far from zero or not, summed in either precision."""
    for trial in range(count):
        n, p, k = int(random.integers(8, 60)), int(random.integers(1, 6)), int(random.integers(1, 4))
        X = random.normal(size=(n, p)) + 10.0 ** random.integers(-1, 7)
        X[:, -1] = X[:, 0] + 10.0 ** -random.integers(0, 9) * X[:, -1] if p > 1 else X[:, -1]
        Y = X @ random.normal(size=(p, k)) + 10.0 ** -random.integers(0, 9) * random.normal(size=(n, k))
        yield Moments.from_arrays(X, Y, extended=trial % 2 == 0)


def test_the_coarse_bound_never_claims_more_than_the_full_one(random):
    told = 0
    for moments in problems(random):
        claims = solve_least_squares(moments).claims
        assert isinstance(claims._found, Ground)
        coarse, least = claims._found.coarse_error(), claims._found.least_size()
        told += coarse < 1e-9
        certainty = claims._found.certainty()
        if coarse < np.inf:
            assert (certainty.error <= coarse).all()
            assert certainty.size.min() == pytest.approx(least)
    assert told > 20  # and it tells something


def test_what_a_solution_leaves_of_the_equations_counts(random):
    for moments in problems(random, 20):
        ground = solve_least_squares(moments).claims._found
        left = 1e-6 * ground.factor.norm[:, None] * np.sqrt(ground.equations.total.high.diagonal())
        poor = replace(ground, solution=replace(ground.solution, left=left + np.zeros_like(ground.solution.left)))
        assert (poor.certainty().error[:-1] >= 0.9e-6 / len(left)).any()
        assert (poor.certainty().error <= poor.coarse_error()).all()
        doubtful = replace(ground, solution=replace(ground.solution, doubt=left[0] / ground.factor.norm[0]))
        assert (doubtful.certainty().error <= doubtful.coarse_error()).all()


def test_a_fit_is_judged_alike_by_either_bound(random):
    judged = []
    for moments in problems(random):
        solution, by_either = solve_and_judge(moments, 10)
        fresh, residuals = _solved(moments, fit_intercept=True, rank="drop")
        in_full = fresh.claims._found.certainty().rounding(residuals, solution.degrees_of_freedom)
        judged.append(by_either)
        assert by_either == in_full.allows(10)
    assert True in judged
    assert False in judged


def test_residuals_that_rounding_may_hide_are_judged_beside_coefficients_that_are_sure(random):
    x = random.normal(size=200) + 3.0
    for slope, allowed in ((1.0, True), (1e7, False)):
        moments = Moments.from_arrays(x[:, None], slope * (x + 1.0) + random.normal(size=200), extended=False)
        assert solve_and_judge(moments, 10)[1] == allowed


@pytest.mark.parametrize("extended", [True, False])
def test_a_coefficient_of_next_to_nothing_counts_as_a_thousandth(random, extended):
    x, y = random.normal(size=(2, 50))
    x -= x.mean()
    moments = Moments.from_arrays(x[:, None], y - x * (x @ y) / (x @ x), extended=extended)
    solution, other = solve_least_squares(moments), solve_least_squares(moments)
    assert [solution.claims.are_at_least(digits) for digits in range(16)] == [other.digits >= d for d in range(16)]


def test_what_is_asked_first_changes_no_answer(random):
    for moments in problems(random, 12):
        solution, other = solve_least_squares(moments), solve_least_squares(moments)
        enough = [solution.claims.are_at_least(digits) for digits in range(16)]
        assert enough == [other.digits >= digits for digits in range(16)]
        judged, _ = solve_and_judge(moments, 10)
        for name in ("digits", "coef_digits", "intercept_digits"):
            np.testing.assert_array_equal(getattr(judged, name), getattr(solution, name))


@pytest.mark.parametrize("p", [3, KEPT_UP_TO + 1])
def test_claims_travel_to_other_processes_and_let_go_of_what_is_large(random, p):
    moments = Moments.from_arrays(random.normal(size=(2 * p, p)), random.normal(size=2 * p))
    solution = solve_least_squares(moments)
    assert isinstance(solution.claims._found, Ground) == (p <= KEPT_UP_TO)
    there = pickle.loads(pickle.dumps(solution))
    assert there.digits == solution.digits
    np.testing.assert_array_equal(there.coef_digits, solution.coef_digits)
