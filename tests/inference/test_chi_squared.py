"""The chi-squared tail, against scipy and by its own laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from reta.inference.chi_squared import chi_squared_sf, upper_incomplete_gamma

TAIL = 1e-12  # relative; scipy.special itself claims some 1e-14 here, and the exponents reach a few hundred
LARGE = 1e-10  # relative, a over 1e4: the exponent a·(log1p − …) carries a·eps


@pytest.mark.parametrize("df", [0.5, 1, 2, 3, 7, 23, 24, 25, 60, 200])
def test_tails_are_scipys(df):
    for statistic in [1e-8, 0.01, 0.5, 1, *np.linspace(1.5, 6, 10) * df, 700.0]:
        assert chi_squared_sf(statistic, df) == pytest.approx(stats.chi2.sf(statistic, df), rel=TAIL)


@pytest.mark.parametrize("df", [2e4, 3e5, 4e6])
def test_many_degrees_of_freedom(df):
    for deviations in (-3, -0.1, 0.0, 0.1, 3, 8):
        statistic = df + deviations * math.sqrt(2 * df)
        expected = special.gammaincc(df / 2, statistic / 2)
        assert chi_squared_sf(statistic, df) == pytest.approx(expected, rel=LARGE)


def test_two_degrees_of_freedom_are_an_exponential():
    assert chi_squared_sf(1000.0, 2) == pytest.approx(math.exp(-500.0), rel=TAIL)


def test_ends():
    assert chi_squared_sf(0.0, 3) == 1.0
    assert chi_squared_sf(math.inf, 3) == 0.0
    assert chi_squared_sf(1e5, 3) == 0.0
    assert upper_incomplete_gamma(0.5, 0.0) == 1.0


@pytest.mark.parametrize(("statistic", "df"), [(math.nan, 1), (-1.0, 1), (1.0, 0), (1.0, math.nan)])
def test_what_has_no_meaning_has_no_tail(statistic, df):
    assert math.isnan(chi_squared_sf(statistic, df))
