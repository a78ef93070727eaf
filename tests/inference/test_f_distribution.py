"""The tail of the F distribution against mpmath and scipy."""

from __future__ import annotations

import math

import mpmath
import pytest
import scipy.stats

from reta.inference import f_quantile, f_sf, student_t_p_value

EXACT = 1e-11  # exponents of a few hundred in x^a y^b
QUANTILE = 1e-10  # the tails to 1e-11, divided by the density
SCIPY = 1e-9  # scipy's error at a hundred million degrees of freedom


@pytest.mark.parametrize("df_model", [1, 7, 200])
@pytest.mark.parametrize("df_residual", [1, 11, 1500])
@pytest.mark.parametrize("f", [1e-6, 0.9, 2.5, 40.0])
def test_tails_are_those_of_mpmath(f, df_model, df_residual):
    with mpmath.workdps(60):
        share = mpmath.mpf(df_residual) / (df_residual + mpmath.mpf(df_model) * mpmath.mpf(f))
        exact = mpmath.betainc(mpmath.mpf(df_residual) / 2, mpmath.mpf(df_model) / 2, 0, share, regularized=True)
        assert f_sf(f, df_model, df_residual) == pytest.approx(float(exact), rel=EXACT)


@pytest.mark.parametrize(("f", "df_model", "df_residual"), [(1.02, 5000, 1e6), (1.3, 50, 1e7), (5.4e6, 1, 34)])
def test_many_degrees_of_freedom_agree_with_scipy(f, df_model, df_residual):
    assert f_sf(f, df_model, df_residual) == pytest.approx(scipy.stats.f.sf(f, df_model, df_residual), rel=SCIPY)


def test_one_model_degree_is_the_square_of_t():
    assert f_sf(2.5**2, 1, 13) == pytest.approx(student_t_p_value(2.5, 13), rel=EXACT)


def test_ends_and_nonsense():
    assert f_sf(0.0, 2, 10) == 1.0
    assert f_sf(math.inf, 2, 10) == 0.0
    for undefined in (f_sf(math.nan, 2, 10), f_sf(-1.0, 2, 10), f_sf(1.0, 0, 10), f_sf(1.0, 2, 0)):
        assert math.isnan(undefined)


@pytest.mark.parametrize("df_model", [1, 2, 5, 100, 50_000])
@pytest.mark.parametrize("df_residual", [1, 3, 30, 10_000, 1e6])
@pytest.mark.parametrize("p", [1e-12, 0.01, 0.5, 0.9, 0.95, 0.999, 1 - 1e-6])
def test_quantiles_are_those_of_scipy(p, df_model, df_residual):
    expected = scipy.stats.f.ppf(p, df_model, df_residual)
    assert f_quantile(p, df_model, df_residual) == pytest.approx(expected, rel=QUANTILE)


def test_a_quantile_undoes_the_tail():
    assert f_sf(f_quantile(1 - 1e-9, 3.5, 7.25), 3.5, 7.25) == pytest.approx(1e-9, rel=1e-6)  # 1 - p keeps 7 digits


def test_ends_and_nonsense_of_quantiles():
    assert f_quantile(0.0, 2, 10) == 0.0
    assert f_quantile(1.0, 2, 10) == math.inf
    nonsense = [(math.nan, 2, 10), (-0.1, 2, 10), (1.1, 2, 10), (0.5, 0, 10), (0.5, 2, 0), (0.5, 2, math.inf)]
    assert all(math.isnan(f_quantile(*arguments)) for arguments in nonsense)
