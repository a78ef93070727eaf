"""Dependent columns that share their effect."""

from __future__ import annotations

import numpy as np
import pytest

import reta
from reta.errors import NumericalError, RetaWarning, UsageError
from reta.moment import Moments
from reta.solvers import solve_least_squares

TIGHT = 1e-12  # conditions under 10


@pytest.fixture
def table(random):
    a, b = random.normal(size=(2, 80))
    X = np.column_stack([a, 5.0 * b, a + 5.0 * b, a])
    return X, 2.0 * a - b + 0.1 * random.normal(size=80)


def test_it_is_that_of_the_pseudoinverse_of_standardised_columns(table):
    X, y = table
    solution = solve_least_squares(Moments.from_arrays(X, y), rank="minimum_norm")
    spread = X.std(axis=0)
    expected = np.linalg.pinv((X - X.mean(axis=0)) / spread) @ (y - y.mean()) / spread
    np.testing.assert_allclose(solution.coef[0], expected, rtol=TIGHT)
    covariance = np.linalg.pinv(((X - X.mean(axis=0)) / spread).T @ ((X - X.mean(axis=0)) / spread))
    found = solution.inverse_root.T @ solution.inverse_root * np.outer(spread, spread)
    np.testing.assert_allclose(found, covariance, atol=TIGHT)
    assert (solution.rank, solution.dropped) == (2, ())


def test_predictions_are_those_of_dropping(table):
    X, y = table
    with pytest.warns(RetaWarning):
        dropped, shared = reta.fit(X, y), reta.fit(X, y, rank="minimum_norm")
    np.testing.assert_allclose(shared.predict(X), dropped.predict(X), rtol=TIGHT)
    assert (shared.coef_ != 0.0).all()
    assert shared.tidy().null_count().sum_horizontal().item() == 0


def test_a_saved_model_keeps_it(table, tmp_path):
    X, y = table
    with pytest.warns(RetaWarning):
        model = reta.fit(X, y, rank="minimum_norm")
    model.save(tmp_path / "m.reta.json")
    loaded = reta.load(tmp_path / "m.reta.json")
    assert loaded.tidy().equals(model.tidy())


@pytest.mark.parametrize("kind", [{}, {"covariance": "HC0"}, {"lags": 2}])
def test_errors_of_every_kind_are_those_of_one_effect_in_shares(table, kind):
    """x0 and its copy x3 have half the effect each, and half its error; a constant column has none."""
    X, y = table
    copies = np.column_stack([X[:, [0, 1, 3]], np.full(len(X), 7.0)])
    with pytest.warns(RetaWarning):
        dropped, shared = reta.fit(copies, y, **kind), reta.fit(copies, y, rank="minimum_norm", **kind)
    assert (dropped.dropped, shared.dropped) == (("x2", "x3"), ("x3",))
    errors = np.array(dropped.tidy()["std_error"].to_list(), dtype=float)
    expected = [errors[0], errors[1] / 2, errors[2], errors[1] / 2, np.nan]
    np.testing.assert_allclose(np.array(shared.tidy()["std_error"].to_list(), dtype=float), expected, rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(np.diag(shared.coefficient_covariance("y"))), expected, rtol=1e-9)
    assert shared.tidy()["estimate"].is_null().to_list() == [False] * 4 + [True]
    assert not any("no error of" in note.text for note in shared.notes)
    with pytest.raises(UsageError, match="about `x2`: it shares one effect with others, because `x2` = `x0`"):
        shared.test("x2 = 0")


def test_units_do_not_matter(table):
    X, y = table
    units = np.array([1e-8, 1.0, 1e8, 3.0])
    plain = solve_least_squares(Moments.from_arrays(X, y), rank="minimum_norm")
    scaled = solve_least_squares(Moments.from_arrays(X * units, y), rank="minimum_norm")
    np.testing.assert_allclose(scaled.coef * units, plain.coef, rtol=1e-9)


def test_error_names_the_relation(table):
    X, y = table
    with pytest.raises(
        NumericalError, match=r"columns depend on one another: `x2` = `x0` \+ `x1`; `x3` = `x0`\. Leave"
    ):
        reta.fit(X, y, rank="error")


def test_copies_that_share_do_not_hide_how_the_others_overlap(table):
    X, y = table
    with pytest.warns(RetaWarning):
        dropped, shared = reta.fit(X, y), reta.fit(X, y, rank="minimum_norm")
    np.testing.assert_allclose(shared.collinearity()["vif"][:2], dropped.collinearity()["vif"][:2], rtol=TIGHT)
