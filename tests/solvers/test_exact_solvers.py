"""What every exact solver must do: planted truths, exact rationals, independent libraries, hard but honest data."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from reta.moment import Moments
from reta.solvers import solve_least_squares

PEER = 1e-9  # statsmodels and scikit-learn on problems of condition under 100
PUBLISHED = 1e-9  # the tutorial's exact figures, given to 16 digits


def read_table(path) -> tuple[np.ndarray, np.ndarray]:
    with path.open(newline="") as lines:
        rows = np.array([[float(cell) for cell in row] for row in list(csv.reader(lines))[1:]])
    return rows[:, :3], rows[:, 3:]


def test_a_planted_truth_comes_back(solver, random):
    X = random.normal(size=(50, 4)) + np.array([0.0, 10.0, -3.0, 100.0])
    planted, level = random.normal(size=(3, 4)), np.array([1.0, -20.0, 300.0])
    solution = solver.fit(X, X @ planted.T + level)
    assert solution.coef.shape == (3, 4)
    np.testing.assert_allclose(solution.coef, planted, rtol=solver.tolerance)
    np.testing.assert_allclose(solution.intercept, level, rtol=100 * solver.tolerance)  # offsets of 100 deviations


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [False, True])
def test_exact_rationals_agree(solver, random, rational, fit_intercept, weighted):
    X = random.normal(size=(20, 3)) @ [[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 1.0]] + 2.0
    Y = random.normal(size=(20, 2)) + X[:, :2]
    weights = random.uniform(0.1, 3.0, 20) if weighted else None
    solution = solver.fit(X, Y, weights, fit_intercept=fit_intercept)
    exact = np.array(rational(X, Y, weights, fit_intercept=fit_intercept), dtype=float)
    np.testing.assert_allclose(solution.coef, exact[:, :3], rtol=solver.tolerance)
    np.testing.assert_allclose(solution.intercept, exact[:, 3] if fit_intercept else 0.0, rtol=solver.tolerance)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_statsmodels_and_scikit_learn_agree(solver, random, fit_intercept):
    X, weights = random.normal(size=(80, 6)) + 1.0, random.uniform(0.5, 2.0, 80)
    Y, new = random.normal(size=(80, 2)) + X[:, :2], random.normal(size=(9, 6))
    solution = solver.fit(X, Y, weights, fit_intercept=fit_intercept)
    design = sm.add_constant(X) if fit_intercept else X
    for k in range(2):
        peer = sm.WLS(Y[:, k], design, weights=weights).fit()
        own = np.append(solution.intercept[k], solution.coef[k]) if fit_intercept else solution.coef[k]
        np.testing.assert_allclose(own, peer.params, rtol=PEER)
        assert solution.residual_scatter[k, k] == pytest.approx(peer.ssr, rel=PEER)
        assert solution.degrees_of_freedom == peer.df_resid
    peer = LinearRegression(fit_intercept=fit_intercept).fit(X, Y, sample_weight=weights)
    np.testing.assert_allclose(new @ solution.coef.T + solution.intercept, peer.predict(new), rtol=PEER, atol=PEER)


@pytest.mark.parametrize(("table", "block"), [("crops_5.csv", "from_scratch"), ("crops_15.csv", "built_in")])
def test_the_tutorials_exact_solution(solver, reference, table, block):
    expected = json.loads((reference / "tutorial" / "expected.json").read_text())[block]["exact"]
    X, Y = read_table(reference / "tutorial" / table)
    solution = solver.fit(X, Y)
    np.testing.assert_allclose(solution.coef, expected["weight"], rtol=PUBLISHED)
    np.testing.assert_allclose(solution.intercept, expected["bias"], rtol=PUBLISHED)
    loss = np.trace(solution.residual_scatter) / Y.size
    assert loss == pytest.approx(expected["loss"], rel=PUBLISHED)
    new_region = solution.coef @ [75.0, 63.0, 44.0] + solution.intercept
    np.testing.assert_allclose(new_region, expected["new_region"], rtol=PUBLISHED)


def test_a_column_two_million_times_the_other_costs_nothing(solver, random, rational):
    X = random.normal(size=(40, 2)) * [1.0, 2e6]
    y = X @ [1.0, 1e-6] + random.normal(size=40)
    exact = np.array(rational(X, y), dtype=float)[0]
    solution = solver.fit(X, y)
    np.testing.assert_allclose([*solution.coef[0], *solution.intercept], exact, rtol=solver.tolerance)
    assert solution.condition < 10.0
    assert solution.digits >= 10


def test_a_mean_of_1e9_with_a_spread_of_1_keeps_the_slopes(solver, random, rational):
    X = random.normal(size=(40, 2)) + 1e9
    y = X @ [2.0, -1.0] + random.normal(size=40)
    exact = np.array(rational(X, y), dtype=float)[0]
    solution = solver.fit(X, y)
    np.testing.assert_allclose(solution.coef[0], exact[:2], rtol=solver.tolerance)
    assert solution.coef_digits.min() >= 13  # of the exact solution for the cells as given


def test_float32_input_is_summed_in_float64(solver, random):
    X = (random.normal(size=(30, 2)) + 1000.0).astype(np.float32)
    y = (X[:, 0] - X[:, 1]).astype(np.float32)
    narrow, wide = solver.fit(X, y), solver.fit(X.astype(np.float64), y.astype(np.float64))
    np.testing.assert_allclose(narrow.coef, wide.coef, rtol=solver.tolerance)


def test_many_targets_share_one_factorisation(solver, random):
    X, Y = random.normal(size=(60, 5)), random.normal(size=(60, 40))
    together = solver.fit(X, Y)
    for k in (0, 17, 39):
        alone = solver.fit(X, Y[:, k])
        np.testing.assert_allclose(together.coef[k], alone.coef[0], rtol=solver.tolerance)
    residuals = Y - X @ together.coef.T - together.intercept
    np.testing.assert_allclose(together.residual_scatter, residuals.T @ residuals, rtol=PEER, atol=PEER)


def test_rows_of_weight_zero_count_as_absent(solver, random):
    solver.require("weights")
    X, y, weights = random.normal(size=(20, 2)), random.normal(size=20), random.uniform(1.0, 2.0, 20)
    weights[[3, 8]] = 0.0
    present = weights > 0.0
    whole, part = solver.fit(X, y, weights), solver.fit(X[present], y[present], weights[present])
    np.testing.assert_allclose(whole.coef, part.coef, rtol=solver.tolerance)
    assert whole.degrees_of_freedom == part.degrees_of_freedom == 15


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), exponents=st.lists(st.integers(-60, 60), min_size=4, max_size=4))
def test_units_of_measure_do_not_matter(seed, exponents):
    random = np.random.default_rng(seed)
    X, y = random.normal(size=(25, 3)), random.normal(size=25)
    powers = 2.0 ** np.array(exponents)
    plain = solve_least_squares(Moments.from_arrays(X, y))
    scaled = solve_least_squares(Moments.from_arrays(X * powers[:3], y * powers[3]))
    np.testing.assert_allclose(scaled.coef * powers[:3] / powers[3], plain.coef, rtol=1e-12)
    assert scaled.condition == pytest.approx(plain.condition, rel=1e-9)
    assert scaled.digits == plain.digits
