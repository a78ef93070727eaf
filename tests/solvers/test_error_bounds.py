"""The bounds beside the matrices that they stand for, written out."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.moment import Moments
from reta.solvers.error_bounds import SumsNoise, _series
from reta.solvers.normal_equations import normal_equations

FLOAT64 = 1e-12  # relative: the same sums in another order


@pytest.fixture
def noise(random) -> SumsNoise:
    return SumsNoise(random.uniform(1e-3, 2e-2, 4), random.uniform(0.0, 9.0, 4), 1e-5)


def written_out(noise: SumsNoise) -> np.ndarray:
    ones = np.ones(len(noise.sums))
    offsets = np.outer(noise.offset, ones) + np.outer(ones, noise.offset)
    return np.outer(noise.sums, noise.sums) + noise.pairs * offsets


def test_the_noise_of_sums_is_the_matrix_that_it_stands_for(noise, random):
    sizes = random.uniform(0.0, 3.0, (4, 2))
    np.testing.assert_allclose(noise.times(sizes), written_out(noise) @ sizes, rtol=FLOAT64)


@pytest.mark.parametrize("size", [0.1, 0.9])
def test_the_errors_are_no_less_than_the_whole_series(noise, random, size):
    inverse, doubt = random.uniform(0.0, 1.0, (4, 4)), random.uniform(0.0, 1.0, (4, 2))
    inverse *= size / np.abs(np.linalg.eigvals(inverse @ written_out(noise))).max()
    whole = np.linalg.solve(np.eye(4) - inverse @ written_out(noise), inverse @ doubt)
    found = _series(inverse, noise, doubt)
    assert found is None or (found >= whole * (1.0 - FLOAT64)).all()
    assert found is not None or size > 0.5


def test_about_zero_there_is_noise_of_scatter_and_of_mean(random):
    moments = Moments.from_arrays(random.normal(size=(30, 2)), random.normal(size=30), extended=False)
    centred, about_zero = (normal_equations(moments, fit_intercept=each) for each in (True, False))
    np.testing.assert_allclose(np.square(about_zero.noise_x), 2.0 * np.square(centred.noise_x), rtol=FLOAT64)


@pytest.mark.parametrize("parts", [1, 7])
@pytest.mark.parametrize("offset", [1e6, 1e12])
def test_a_mean_far_from_zero_is_off_by_no_more_than_is_reckoned_with(random, parts, offset):
    for _ in range(20):
        table = random.normal(size=(70, 3)) + offset
        first, *others = (Moments.from_arrays(z[:, :2], z[:, 2], extended=True) for z in np.split(table, parts))
        moments = sum(others, start=first)
        equations = normal_equations(moments)
        for j in range(2):
            mean = sum(map(Fraction, table[:, j])) / 70
            found = Fraction(float(moments.mean[j])) + Fraction(float(moments.mean_low[j]))
            own = float(equations.noise_x[j]) ** 2 / float(equations.offset_x[j])
            assert abs(found - mean) <= abs(mean) * Fraction(equations.pair_noise + own)


def test_the_noise_of_a_light_cell_that_lies_far_out_is_known(random):
    """Sums are right relative to the largest cell, whatever it weighs."""
    for _ in range(10):
        x, w = random.normal(size=30), random.uniform(0.5, 2.0, 30)
        x[3], w[3] = 1e9 * x[3], 1e-24
        equations = normal_equations(Moments.from_arrays(x[:, None], random.normal(size=30), w, extended=True))
        pairs = [(Fraction(v), Fraction(c)) for v, c in zip(w, x, strict=True)]
        mean = sum(v * c for v, c in pairs) / sum(v for v, _ in pairs)
        square = sum(v * (c - mean) ** 2 for v, c in pairs)
        found = Fraction(float(equations.gram.high[0, 0])) + Fraction(float(equations.gram.low[0, 0]))
        off = abs(found * Fraction(4) ** int(equations.exponent_x[0]) - square) / square
        assert off <= Fraction(
            float(equations.noise_x[0]) ** 2 + 2.0 * equations.pair_noise * float(equations.offset_x[0])
        )
