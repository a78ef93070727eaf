from __future__ import annotations

import math

import pytest

from reta.screens.numerals import align_on_point, estimates, probability, r_squared, significant


@pytest.mark.parametrize(
    ("values", "std_error", "texts"),
    [
        ([56.27841, 55.1234, 57.4321], 0.5231, ("56.28", "55.12", "57.43")),
        ([-0.40278, -0.41], 0.0123, ("-0.403", "-0.410")),
        ([123456.789], 250.0, ("123457",)),
        ([2.5, -1.0], math.nan, ("2.50000", "-1.00000")),
        ([2.5], None, ("2.50000",)),
        ([2.0000000000000004], 1e-16, ("2.000000",)),
        ([3.25e-9, 1.5e-9], 1.1e-10, ("3.25e-09", "1.50e-09")),
        ([4.2e12], 3.1e9, ("4.2000e+12",)),
        ([-0.001], 0.5, ("0.00",)),
        ([0.0], 0.0, ("0.00000",)),
        ([None, math.inf, -math.inf], 1.0, ("-", "inf", "-inf")),
    ],
)
def test_an_estimate_has_the_digits_that_its_error_supports(values, std_error, texts):
    assert estimates(values, std_error) == texts


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.64523, "0.6452"), (12345.678, "12346"), (0.0, "0"), (None, "-"), (math.nan, "-"), (1.5e-12, "1.500e-12")],
)
def test_four_significant_digits(value, text):
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.99912, "0.9991"), (0.99999877, "0.9999988"), (1.0, "1.0000"), (-0.2, "-0.2000"), (None, "-"), (math.nan, "-")],
)
def test_r_squared_differs_from_one_unless_it_is_one(value, text):
    assert r_squared(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0004, "<0.001"), (0.0316, "0.032"), (1.0, "1.000"), (math.nan, "-"), (None, "-")]
)
def test_probabilities(value, text):
    assert probability(value) == text


def test_points_stand_in_one_column():
    assert align_on_point(["1.25", "-10.5", "-", "300"]) == ("  1.25", "-10.5 ", "  -   ", "300   ")
    assert align_on_point([]) == ()
