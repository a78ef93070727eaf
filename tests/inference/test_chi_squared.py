"""The tail of χ² against mpmath."""

from __future__ import annotations

import math

import mpmath
import pytest

from reta.inference.chi_squared import chi_squared_sf

EXACT = 1e-12  # the exponents that cancel in z^a e^-z / Γ(a) reach some thousands at df = 1000


@pytest.mark.parametrize("df", [1, 2, 3, 7, 40, 1000])
@pytest.mark.parametrize("share", [1e-9, 0.3, 0.99, 1.0, 1.01, 1.3, 4.0, 300.0])
def test_tails_are_those_of_mpmath(df, share):
    x = share * df
    with mpmath.workdps(50):
        exact = float(mpmath.gammainc(mpmath.mpf(df) / 2, mpmath.mpf(x) / 2, mpmath.inf, regularized=True))
    assert chi_squared_sf(x, df) == pytest.approx(exact, rel=EXACT, abs=1e-300)


def test_ends_and_nonsense():
    assert chi_squared_sf(0.0, 3) == 1.0
    assert chi_squared_sf(math.inf, 3) == 0.0
    for undefined in (chi_squared_sf(math.nan, 2), chi_squared_sf(-1.0, 2), chi_squared_sf(1.0, 0)):
        assert math.isnan(undefined)
