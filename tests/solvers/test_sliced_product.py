"""Products of pairs by slices, and inverses made of them, against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.double_double import DoubleDouble
from reta.solvers.sliced_product import DIRECT_UP_TO, product
from reta.solvers.triangular import BASE, inverse_of_upper

SEED = 31
ROUNDING = 2.0**-104  # of r · max|row| · max|column|, the size of what is added up
ENTRIES = 12  # compared for each product


def pairs(shape: tuple[int, ...], seed: int = SEED) -> DoubleDouble:
    random = np.random.default_rng(seed)
    high = random.normal(size=shape)
    return DoubleDouble.of(high) + 2.0**-54 * random.uniform(-1.0, 1.0, shape) * high


def exact(matrix: DoubleDouble, i: int, j: int) -> Fraction:
    return Fraction(float(matrix.high[i, j])) + Fraction(float(matrix.low[i, j]))


def largest_error(found: DoubleDouble, A: DoubleDouble, B: DoubleDouble) -> float:
    """Return the error of some entries in units of r · max|row| · max|column|."""
    random = np.random.default_rng(SEED)
    errors = [0.0]
    for _ in range(ENTRIES):
        i, j = int(random.integers(len(A))), int(random.integers(B.shape[1]))
        true = sum(exact(A, i, q) * exact(B, q, j) for q in range(len(B)))
        size = len(B) * float(np.abs(A.high[i]).max() * np.abs(B.high[:, j]).max())
        errors.append(abs(float(exact(found, i, j) - true)) / size if size else abs(float(exact(found, i, j))))
    return max(errors)


@pytest.mark.parametrize("shape", [(40, 32, 40), (60, 512, 7), (5, 3000, 6), (200, 200, 1), (300, 1, 300)])
def test_large_products_are_right_to_some_30_digits(shape):
    m, r, n = shape
    assert m * r * n > DIRECT_UP_TO
    A, B = pairs((m, r)), pairs((r, n), SEED + 1)
    assert largest_error(product(A, B), A, B) <= ROUNDING


def test_rows_and_columns_of_any_size_keep_their_digits():
    random = np.random.default_rng(SEED)
    A, B = pairs((50, 40)), pairs((40, 50), SEED + 1)
    A = A * np.ldexp(1.0, random.integers(-100, 100, 50))[:, None]
    B = B * np.ldexp(1.0, random.integers(-100, 100, 50))
    A.high[3], A.low[3] = 0.0, 0.0
    found = product(A, B)
    assert largest_error(found, A, B) <= ROUNDING
    assert not found.high[3].any()


def test_products_that_cancel_are_exact_where_they_can_be():
    whole = DoubleDouble.of(np.random.default_rng(SEED).integers(-(2**20), 2**20, (64, 64)).astype(np.float64))
    both = DoubleDouble.of(np.hstack([whole.high, -whole.high]))
    found = product(both, DoubleDouble.of(np.vstack([whole.high, whole.high])))
    assert not found.high.any()
    assert not found.low.any()


def test_small_and_empty_products_take_the_direct_road():
    A, B = pairs((3, 4)), pairs((4, 2), SEED + 1)
    np.testing.assert_array_equal(product(A, B).high, A.matmul(B).high)
    assert product(pairs((0, 4)), B).shape == (0, 2)
    assert product(pairs((3, 0)), pairs((0, 2))).high.tolist() == [[0.0, 0.0]] * 3


@pytest.mark.parametrize("r", [0, 1, BASE, BASE + 1, 150])
def test_inverses_of_triangles_are_right_to_some_30_digits(r):
    upper = DoubleDouble(*(np.triu(part, 1) / max(r, 1) for part in (pairs((r, r)).high, pairs((r, r)).low)))
    upper = upper + np.diag(np.linspace(1.0, 2.0, r))
    inverse = inverse_of_upper(upper)
    assert not np.tril(inverse.high, -1).any()
    left = inverse.matmul(upper) - np.eye(r)
    assert np.abs(left.high).max(initial=0.0) <= ROUNDING * max(r, 1)
