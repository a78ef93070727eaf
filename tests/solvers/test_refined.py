"""Refinement, by factors that are off by a known share: what each step leaves is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from reta.double_double import EPS as PAIR_EPS
from reta.double_double import DoubleDouble
from reta.solvers.cholesky import factorize
from reta.solvers.refined import MOST_REFINEMENTS, refined

FLOAT64 = 1e-12


@pytest.fixture
def solved(random):
    """Return a function that gives the relative error of what an inverse ``1 + off`` times the true one leads to."""
    root = random.integers(-4, 5, (4, 4)).astype(np.float64) + 9.0 * np.eye(4)
    gram, truth = root @ root.T, random.integers(1, 9, (4, 2)).astype(np.float64)
    factor = factorize(gram)

    def error(off: float) -> float:
        poor = replace(factor, inverse_root=factor.inverse_root * np.sqrt(1.0 + off))
        found = refined(poor, DoubleDouble.of(gram @ truth), DoubleDouble.of(np.ones((1, 4))))
        assert found.along.rounded()[0] == pytest.approx(found.coef.rounded().sum(axis=0), rel=FLOAT64)
        return float((np.abs((found.coef - truth).rounded()) / truth).max())

    return error


def test_steps_that_hardly_shrink_are_not_taken(solved):
    assert solved(1.5) == pytest.approx(1.5, rel=FLOAT64)
    assert solved(0.7) == pytest.approx(0.7, rel=FLOAT64)


def test_steps_that_shrink_are_taken_as_often_as_is_allowed(solved):
    assert solved(0.4) == pytest.approx(0.4 ** (MOST_REFINEMENTS + 1), rel=FLOAT64)


@pytest.mark.parametrize("off", [0.0, 1e-10, 1e-7, 1e-5])
def test_it_ends_at_the_last_digit_of_pairs(solved, off):
    assert solved(off) <= 64.0 * PAIR_EPS


def test_what_products_in_float64_leave_out_is_known(random):
    """Of random numbers, where the step's products are no whole numbers."""
    for _ in range(20):
        X = random.normal(size=(30, 5))
        gram, right = DoubleDouble.of(X.T @ X), DoubleDouble.of(random.normal(size=(5, 2)))
        factor = factorize(gram)
        found = refined(factor, right, DoubleDouble.zeros((0, 5)))
        left = [
            [
                Fraction(float(right.high[i, k]))
                - sum(
                    Fraction(float(gram.high[i, j])) * (Fraction(float(c.high)) + Fraction(float(c.low)))
                    for j, c in enumerate(found.coef[:, k])
                )
                for k in range(2)
            ]
            for i in range(5)
        ]
        off = np.array(
            [[float(abs(Fraction(float(found.left[i, k])) - left[i][k])) for k in range(2)] for i in range(5)]
        )
        in_pairs = 4.0 * PAIR_EPS * (factor.norm @ np.abs(found.coef.high) + 1.0)
        assert (off <= factor.norm[:, None] * (found.doubt + in_pairs)).all()
        assert (found.doubt > 0.0).any()
