"""The incomplete beta function against mpmath, and the laws that it obeys."""

from __future__ import annotations

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reta.inference.incomplete_beta import incomplete_beta, log_beta

WELL_CONDITIONED = 1e-12  # rounding of exponents up to a few hundred
LARGE_EXPONENTS = 1e-10  # both arguments near 1e5: exponents of that size cancel


@pytest.mark.parametrize("a", [0.5, 2.5, 11.9, 12.1, 1e4, 1e9])
@pytest.mark.parametrize("b", [0.5, 12.0, 1e6])
def test_log_beta_is_that_of_mpmath(a, b):
    with mpmath.workdps(60):
        exact = mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(mpmath.mpf(a) + b)
        assert log_beta(a, b) == pytest.approx(float(exact), rel=WELL_CONDITIONED, abs=1e-14)


@pytest.mark.parametrize("a", [0.5, 2.0, 30.0, 200.0])
@pytest.mark.parametrize("b", [0.5, 1.0, 60.0])
@pytest.mark.parametrize("x", [1e-12, 0.1, 0.75, 1.0 - 2.0**-20])
def test_both_tails_are_those_of_mpmath(a, b, x):
    with mpmath.workdps(60):
        exact = mpmath.betainc(a, b, 0, x, regularized=True)
        value = incomplete_beta(a, b, x, 1.0 - x)
        other = incomplete_beta(b, a, 1.0 - x, x)
        assert value == pytest.approx(float(exact), rel=WELL_CONDITIONED)
        assert other == pytest.approx(float(1 - exact), rel=WELL_CONDITIONED)


def test_large_arguments_keep_ten_digits():
    a, b, x = 50_000.0, 60_000.0, 0.453125
    with mpmath.workdps(40):
        log_power = mpmath.loggamma(a + b) - mpmath.loggamma(a) - mpmath.loggamma(b)
        exact = mpmath.quad(
            lambda u: mpmath.exp((a - 1) * mpmath.log(u) + (b - 1) * mpmath.log1p(-u) + log_power),
            [x - 0.02, x - 0.01, x - 0.005, x - 0.002, x],
        )
        assert incomplete_beta(a, b, x, 1.0 - x) == pytest.approx(float(exact), rel=LARGE_EXPONENTS)


@given(st.floats(0.1, 500.0), st.floats(0.1, 500.0), st.floats(0.001, 0.999))
def test_the_two_sides_add_up_to_one(a, b, x):
    y = 1.0 - x
    assert incomplete_beta(a, b, x, y) + incomplete_beta(b, a, y, x) == pytest.approx(1.0, rel=WELL_CONDITIONED)


def test_the_ends_are_exact():
    assert incomplete_beta(3.0, 2.0, 0.0, 1.0) == 0.0
    assert incomplete_beta(3.0, 2.0, 1.0, 0.0) == 1.0
    assert math.isfinite(incomplete_beta(1e9, 0.5, 5e-324, 1.0))
