"""Student's t against mpmath far out in the tail, scipy where it is good, and closed forms."""

from __future__ import annotations

import math
import random
import subprocess
import sys

import mpmath
import pytest
import scipy.stats

from reta.inference import student_t_p_value, student_t_quantile, student_t_sf

EXACT = 1e-12  # of the value's own size; what the docstrings promise
SCIPY = 1e-10  # scipy's own error far in the tail
DEGREES = [1, 3.5, 11, 400, 123456.7, 1e9]


def exact_p_value(t: float, df: float) -> mpmath.mpf:
    """P(|T| ≥ t): the power series of the centre up to t = 1, the integral of the density beyond."""
    t, df = mpmath.mpf(t), mpmath.mpf(df)
    gamma = mpmath.loggamma((df + 1) / 2) - mpmath.loggamma(df / 2)

    def density(u):
        return 2 * mpmath.exp(gamma - (df + 1) / 2 * mpmath.log1p(u * u / df)) / mpmath.sqrt(df * mpmath.pi)

    if t <= 1:
        return 1 - mpmath.quad(density, [0, t])
    scale = 1 / (t + 1) if df > 50 else t
    return mpmath.quad(lambda s: density(t + s * scale) * scale, [0, 1, 4, 16, 64, 256, mpmath.inf])


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("t", [1e-10, 0.7, 1.96, 6.0, 31.0])
def test_p_values_are_those_of_the_integrated_density(t, df):
    with mpmath.workdps(50):
        exact = float(exact_p_value(t, df))
    assert student_t_p_value(t, df) == pytest.approx(exact, rel=EXACT)
    assert student_t_p_value(-t, df) == student_t_p_value(t, df)


@pytest.mark.parametrize("df", [1, 2.5, 30, 400])
def test_p_values_hold_for_enormous_statistics(df):
    with mpmath.workdps(60):
        share = mpmath.mpf(df) / (df + mpmath.mpf(10) ** 10)
        exact = mpmath.betainc(mpmath.mpf(df) / 2, 0.5, 0, share, regularized=True)
        assert student_t_p_value(1e5, df) == pytest.approx(float(exact), rel=EXACT, abs=5e-324)


def test_p_values_and_quantiles_agree_with_scipy_where_scipy_is_good():
    chance = random.Random(20)
    for _ in range(200):
        df, t, p = 10 ** chance.uniform(0, 6), 10 ** chance.uniform(-10, 1.2), chance.uniform(1e-6, 1 - 1e-6)
        assert student_t_sf(t, df) == pytest.approx(scipy.stats.t.sf(t, df), rel=SCIPY)
        assert student_t_quantile(p, df) == pytest.approx(scipy.stats.t.ppf(p, df), rel=SCIPY)


@pytest.mark.parametrize("p", [1e-12, 1e-6, 0.025, 0.2, 0.4, 0.5 - 1e-9])
def test_quantiles_of_one_and_two_degrees_have_closed_forms(p):
    with mpmath.workdps(40):
        cauchy = float(-mpmath.cot(mpmath.pi * mpmath.mpf(p)))
        two = float((2 * mpmath.mpf(p) - 1) / mpmath.sqrt(2 * mpmath.mpf(p) * (1 - mpmath.mpf(p))))
    assert student_t_quantile(p, 1) == pytest.approx(cauchy, rel=EXACT)
    assert student_t_quantile(p, 2) == pytest.approx(two, rel=EXACT)


@pytest.mark.parametrize("df", [0.5, *DEGREES, math.inf])
@pytest.mark.parametrize("tail", [1e-12, 1e-7, 0.005, 0.025, 0.24, 0.26, 0.4])
def test_the_quantile_undoes_the_tail(df, tail):
    t = student_t_quantile(tail, df)
    assert student_t_sf(-t, df) == pytest.approx(tail, rel=EXACT)
    assert student_t_quantile(1.0 - tail, df) == pytest.approx(-t, rel=1e-15 / tail)


def test_infinite_degrees_of_freedom_are_the_normal_distribution():
    assert student_t_quantile(0.975, math.inf) == pytest.approx(1.959963984540054, rel=EXACT)
    assert student_t_p_value(1.959963984540054, 1e15) == pytest.approx(0.05, rel=EXACT)
    assert student_t_p_value(1.0, 1e18) == student_t_p_value(1.0, math.inf)


def test_ends_and_nonsense():
    assert student_t_p_value(0.0, 5) == 1.0
    assert student_t_p_value(math.inf, 5) == 0.0
    assert student_t_p_value(1e300, 1) == 0.0
    assert student_t_quantile(0.5, 3) == 0.0
    assert [student_t_quantile(p, 3) for p in (0.0, 1.0)] == [-math.inf, math.inf]
    for undefined in (
        student_t_p_value(math.nan, 5),
        student_t_p_value(1.0, 0),
        student_t_sf(1.0, math.nan),
        student_t_quantile(1.5, 5),
        student_t_quantile(math.nan, 5),
        student_t_quantile(0.5, -1),
    ):
        assert math.isnan(undefined)


def test_the_sf_is_one_sided():
    assert student_t_sf(2.0, 7) == pytest.approx(student_t_p_value(2.0, 7) / 2, rel=EXACT)
    assert student_t_sf(-2.0, 7) == pytest.approx(1.0 - student_t_sf(2.0, 7), rel=EXACT)


def test_nothing_heavy_is_loaded():
    code = "import sys, reta.inference, reta.solvers; print(sorted({'scipy', 'numba'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
