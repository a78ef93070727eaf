"""Pairs of floats against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.double_double import EPS, DoubleDouble, two_product, two_sum

# Each operation is right to a few units of 2⁻¹⁰⁴; the accurate addition to a few even where terms cancel.
ROUNDINGS = 8.0


def pairs(seed: int, n: int = 400) -> DoubleDouble:
    rng = np.random.default_rng(seed)
    high = rng.normal(size=n) * 10.0 ** rng.integers(-12, 12, size=n)
    return DoubleDouble(*two_sum(high, high * 2.0**-53 * rng.uniform(-0.9, 0.9, size=n)))


def exact(value: DoubleDouble) -> list[Fraction]:
    return [Fraction(h) + Fraction(low) for h, low in zip(value.high.tolist(), value.low.tolist(), strict=True)]


def test_sum_and_product_of_two_floats_are_exact():
    a, b = pairs(1).high, pairs(2).high
    for operation, expected in ((two_sum, Fraction.__add__), (two_product, Fraction.__mul__)):
        found = exact(DoubleDouble(*operation(a, b)))
        assert found == [expected(Fraction(x), Fraction(y)) for x, y in zip(a.tolist(), b.tolist(), strict=True)]


@pytest.mark.parametrize("name", ["__add__", "__sub__", "__mul__", "__truediv__"])
def test_arithmetic_is_right_to_104_bits(name):
    a, b = pairs(3), pairs(4)
    found = exact(getattr(a, name)(b))
    for value, x, y in zip(found, exact(a), exact(b), strict=True):
        truth = getattr(x, name)(y)
        assert abs(value - truth) <= ROUNDINGS * EPS * abs(truth)


def test_cancelling_sums_keep_their_digits():
    a = pairs(5)
    b = -a * (1.0 + 2.0**-60)
    for value, x, y in zip(exact(a + b), exact(a), exact(b), strict=True):
        assert abs(value - (x + y)) <= ROUNDINGS * EPS * abs(x + y)


def test_square_root():
    a = abs(pairs(6))
    for value, x in zip(exact(a.sqrt()), exact(a), strict=True):
        assert abs(value * value - x) <= ROUNDINGS * EPS * x
    assert DoubleDouble.of(0.0).sqrt().high == 0.0


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 64, 101])
def test_sum_along_an_axis(n):
    a = pairs(7, 3 * n)
    table = DoubleDouble(a.high.reshape(n, 3), a.low.reshape(n, 3))
    cells = np.array(exact(a), dtype=object).reshape(n, 3)
    for column, value in enumerate(exact(table.sum())):
        size = sum(abs(cell) for cell in cells[:, column])
        assert abs(value - sum(cells[:, column], Fraction(0))) <= ROUNDINGS * 8 * EPS * size


def test_matrix_product():
    a, b = pairs(8, 12), pairs(9, 20)
    left = DoubleDouble(a.high.reshape(3, 4), a.low.reshape(3, 4))
    right = DoubleDouble(b.high.reshape(4, 5), b.low.reshape(4, 5))
    x, y = (np.array(exact(each), dtype=object) for each in (a, b))
    truth = (x.reshape(3, 4) @ y.reshape(4, 5)).ravel()
    size = (abs(x).reshape(3, 4) @ abs(y).reshape(4, 5)).ravel()
    product = left.matmul(right)
    found = exact(DoubleDouble(product.high.ravel(), product.low.ravel()))
    assert all(abs(f - t) <= 4 * ROUNDINGS * EPS * s for f, t, s in zip(found, truth, size, strict=True))


def test_plain_arrays_may_stand_on_the_left():
    a = pairs(10, 5)
    assert exact(a.high - a) == [-Fraction(low) for low in a.low.tolist()]
