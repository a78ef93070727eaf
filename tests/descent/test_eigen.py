"""Eigenvalues beside those of mpmath in 80 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from reta.descent.eigen import eigen_decomposition
from reta.double_double import EPS, DoubleDouble

DIGITS = 80
OWN = 1e-12  # relative to each eigenvalue
STEEPEST = 1e-19  # of the largest, which a billion steps of the longest stable size magnify
ENTRIES = 100 * EPS  # of the largest eigenvalue: what the rounding of the entries to pairs moves the others by
RIGHT_ANGLES = 1e-15
SCALES = [[1e-8, 1e-4, 1.0, 1e4, 1e8], [1e8, 1.0, 1e-8, 1e-3], [1e-6, 1e6, 1.0]]


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(DIGITS):
        yield


def in_pairs(matrix):
    high = np.array(matrix.tolist(), dtype=np.float64)
    low = np.array((matrix - mpmath.matrix(high.tolist())).tolist(), dtype=np.float64)
    return DoubleDouble(high, low)


def exactly(pairs):
    return mpmath.matrix(pairs.high.tolist()) + mpmath.matrix(pairs.low.tolist())


def numbers(pairs):
    return [mpmath.mpf(high) + mpmath.mpf(low) for high, low in zip(pairs.high, pairs.low, strict=True)]


def symmetric(values, scales=None, seed=0):
    """Return a matrix with these eigenvalues, then rescaled, as pairs."""
    m = len(values)
    directions, _ = mpmath.qr(mpmath.matrix(np.random.default_rng(seed).normal(size=(m, m)).tolist()))
    matrix = directions * mpmath.diag([mpmath.mpf(float(each)) for each in values]) * directions.T
    if scales is not None:
        scaling = mpmath.diag([mpmath.mpf(each) for each in scales])
        matrix = scaling * matrix * scaling
    return in_pairs((matrix + matrix.T) / 2)


def judged(matrix, own=OWN):
    values, axes = eigen_decomposition(matrix)
    expected = sorted(mpmath.eigsy(exactly(matrix), eigvals_only=True))
    for found, truth in zip(numbers(values), expected, strict=True):
        assert abs(found - truth) <= max(own * abs(truth), ENTRIES * expected[-1])
    assert abs(numbers(values)[-1] - expected[-1]) <= STEEPEST * expected[-1]
    vectors = exactly(axes)
    assert mpmath.norm(vectors.T * vectors - mpmath.eye(len(matrix)), mpmath.inf) < RIGHT_ANGLES
    return values, expected


@pytest.mark.parametrize("decades", [0, 4, 8, 12, 16, 20, 24])
@pytest.mark.parametrize("m", [1, 2, 5, 12])
def test_every_eigenvalue_has_digits_of_its_own(m, decades):
    judged(symmetric(np.logspace(2, 2 - decades, m)))


@pytest.mark.parametrize("scales", SCALES, ids=repr)
def test_columns_in_other_units_lose_nothing(scales):
    """Conditions of 1e24 to 1e32 that come from units: there the entries know every eigenvalue."""
    matrix = symmetric(np.linspace(0.5, 1.5, len(scales)), scales)
    values, _ = eigen_decomposition(matrix)
    expected = sorted(mpmath.eigsy(exactly(matrix), eigvals_only=True))
    assert expected[-1] / expected[0] > 1e23
    assert max(abs(v - e) / e for v, e in zip(numbers(values), expected, strict=True)) < OWN


@pytest.mark.parametrize(
    "values",
    [
        [1.0, 1.0, 1.0, 2.0, 2.0],
        [1.0, 1.0, 1e-10, 1e-10, 1e-20],
        [1.0, 1.0 + 1e-12, 1.0 - 1e-12, 0.5],
        [1.0, 1e-3, 1e-3 * (1 + 1e-9), 1e-12, 1e-12 * (1 + 1e-8)],
        [1.0, 1.0 - 1e-6, 1.0 - 2e-6, 1e-6, 1e-7, 1e-8],
    ],
    ids=repr,
)
def test_eigenvalues_alike(values):
    judged(symmetric(values))


def test_each_axis_is_turned_by_the_matrix_into_itself():
    matrix = symmetric(np.logspace(0, -16, 5))
    values, axes = eigen_decomposition(matrix)
    rest = exactly(matrix) * exactly(axes) - exactly(axes) * mpmath.diag(numbers(values))
    for at, value in enumerate(values.high):
        assert mpmath.norm(rest[:, at]) < 1e-10 * value


@pytest.mark.parametrize("zeros", [1, 3])
def test_eigenvalues_of_zero(zeros):
    values, expected = judged(symmetric([*[0.0] * zeros, 0.3, 2.0, 5.0]))
    assert (values.high[:zeros] >= 0.0).all()
    assert abs(expected[0]) < ENTRIES * expected[-1]


def test_no_curvature_at_all():
    values, axes = eigen_decomposition(DoubleDouble.zeros((3, 3)))
    assert values.rounded().tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_array_equal(axes.high @ axes.high.T, np.eye(3))
