"""Integers that float64 would round."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers import solve_least_squares


def exactly(cells):
    """Mean and scatter of integers."""
    mean = Fraction(sum(cells), len(cells))
    return mean, sum((cell - mean) ** 2 for cell in cells)


@pytest.mark.parametrize(
    ("dtype", "base", "reach"),
    [
        (np.int64, 2**60, 100),
        (np.int64, -(2**63), 2**40),
        (np.int64, -(2**62), 2**63 - 2**61),
        (np.uint64, 2**63 + 2**62, 1000),
        (np.uint64, 0, 2**64 - 1),
        (np.int64, 2**53, 3),
    ],
)
@pytest.mark.parametrize("extended", [None, False])
def test_none_is_rounded(dtype, base, reach, extended):
    random = np.random.default_rng(7)
    cells = [base, base + reach, *(base + int(share * reach) for share in random.random(20))]
    mean, scatter = exactly(cells)
    wide, narrow = np.array(cells, dtype=dtype)[:, None], random.normal(size=(22, 1))
    one = Moments.from_arrays(wide, narrow, extended=extended)
    for moments in (one, Moments.from_arrays(wide[:9], narrow[:9]) + Moments.from_arrays(wide[9:], narrow[9:])):
        off = Fraction(moments.mean[0]) + Fraction(moments.mean_low[0]) - mean
        assert abs(off) <= abs(mean) / 10**29 + (reach / 10**15 if extended is False else 0)
        assert float(scatter) == pytest.approx(moments.scatter[0, 0], rel=1e-15)
        assert (moments.minimum[0], moments.maximum[0]) == (float(base), float(base + reach))


def test_small_differences_beyond_2_to_60_are_a_feature_and_a_target():
    random = np.random.default_rng(3)
    steps = random.integers(0, 100, 40)
    wide, y = 2**60 + steps, 3.0 * steps + random.normal(size=40)
    plain = solve_least_squares(Moments.from_arrays(steps[:, None].astype(float), np.column_stack([y, steps])))
    solution = solve_least_squares(Moments.from_arrays(wide[:, None], y))
    assert solution.coef[0, 0] == pytest.approx(plain.coef[0, 0], rel=1e-12)
    assert 10 <= solution.coef_digits[0, 0] <= 15
    as_target = solve_least_squares(Moments.from_arrays(y[:, None], wide))
    assert as_target.residual_scatter[0, 0] > 0.0
    assert not as_target.constant_target[0]


def test_ordinary_integers_are_left_alone():
    X = np.arange(12).reshape(4, 3)
    as_integers, as_floats = Moments.from_arrays(X), Moments.from_arrays(X.astype(float))
    assert as_integers == as_floats
