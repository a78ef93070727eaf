"""Hypotheses in words: what they mean, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from reta.errors import UsageError
from reta.inference.constraints import all_zero, parse_constraints

TERMS = ["intercept", "temp", "rain", "region[south]", "soil type", "x1:x2", "a-b", "2nd", "poly(x, 2)"]


def meaning(text: str) -> list[tuple[dict[str, float], float]]:
    found = parse_constraints(text, TERMS)
    return [
        ({TERMS[at]: row[at] for at in np.flatnonzero(row)}, value)
        for row, value in zip(found.R.tolist(), found.r.tolist(), strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("temp = 0", [({"temp": 1}, 0)]),
        ("temp=0,rain=1", [({"temp": 1}, 0), ({"rain": 1}, 1)]),
        ("rain = 2*temp", [({"rain": 1, "temp": -2}, 0)]),
        ("2*temp - rain/4 + 1 = -intercept", [({"temp": 2, "rain": -0.25, "intercept": 1}, -1)]),
        ("temp*3/2 = 1/4", [({"temp": 1.5}, 0.25)]),
        ("- -temp = -.5e1", [({"temp": 1}, -5)]),
        ("temp + temp = 0", [({"temp": 2}, 0)]),
        ("temp + rain - temp = 1", [({"rain": 1}, 1)]),
        ("temp = rain = 0", [({"temp": 1, "rain": -1}, 0), ({"rain": 1}, 0)]),
        ("region[south] = x1:x2", [({"region[south]": 1, "x1:x2": -1}, 0)]),
        ("`soil type` = `a-b`", [({"soil type": 1, "a-b": -1}, 0)]),
        ("`poly(x, 2)` = 0, 2nd = 2", [({"poly(x, 2)": 1}, 0), ({"2nd": 1}, 2)]),
        ("temp = 0.1 + 0.2", [({"temp": 1}, 0.3)]),  # 0.30000000000000004 in float64
        ("  temp\n=\t0  ", [({"temp": 1}, 0)]),
    ],
)
def test_what_a_hypothesis_means(text, expected):
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("temp=-0.4", "temp = -0.4"),
        ("- temp+2 * rain  = - -1", "-temp + 2*rain = --1"),
        ("`soil type`/3=`a-b`", "`soil type`/3 = `a-b`"),
        ("temp = rain=0", "temp = rain, rain = 0"),
    ],
)
def test_how_a_hypothesis_is_written_back(text, written):
    found = parse_constraints(text, TERMS)
    assert found.text == written
    again = parse_constraints(written, TERMS)
    assert np.array_equal(again.R, found.R)
    assert np.array_equal(again.r, found.r)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty hypothesis"),
        ("temp = 0,", "empty hypothesis"),
        ("temp", "does not say what it equals: write 'temp = 0'"),
        ("temp =", "lacks a name or a number"),
        ("= 0", "lacks a name or a number"),
        ("2* = temp", "lacks a name or a number"),
        ("temp +- = 0", "lacks a name or a number"),
        ("2*-temp = 0", "has a sign after '\\*'"),
        ("temp rain = 0", "cannot be read near 'rain': factors take \\*"),
        ("2 temp = 0", "cannot be read near 'temp'"),
        ("2**temp = 0", "cannot be read near '\\*'"),
        ("soil type = 0", "cannot be read near 'type'"),
        ("temp*rain = 0", "is not linear"),
        ("1/temp = 0", "is not linear"),
        ("temp = 1/0", "divides by zero"),
        ("temp = 1e999999999", "beyond the range of float64"),
        ("temp = 1e-999999999", "beyond the range of float64"),
        ("temp = 1e300*1e300", "beyond the range of float64"),
        ("`temp = 0", "opens a backtick that nothing closes"),
        ("1 = 1", "is about no coefficient"),
        ("temp = temp", "is about no coefficient"),
        ("tmp = 0", "no coefficient `tmp`.*did you mean `temp`"),
        ("2temp = 0", "no coefficient `2temp`"),
        ("temp = 0, 3*temp = 0", "'3\\*temp = 0' follows from the others"),
        ("temp = rain, rain = intercept, intercept = temp", "'intercept = temp' follows from the others"),
        ("temp = 0, temp = 1", "'temp = 1' contradicts the others"),
        ("3*temp = 1, temp = 0.3333333333333333", "contradicts the others"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(UsageError, match=message) as refusal:
        parse_constraints(text, TERMS)
    assert "\n" not in str(refusal.value)


def test_a_number_longer_than_any_measurement_is_refused_at_once():
    with pytest.raises(UsageError, match="a number of 9,002 characters") as refusal:
        parse_constraints("temp = 0." + 9000 * "3", TERMS)
    assert len(str(refusal.value)) < 400


def test_names_that_cannot_be_tested():
    with pytest.raises(UsageError, match="nothing can be tested about `temp`: it was dropped"):
        parse_constraints("temp = 0", TERMS, {"temp": "it was dropped"})
    with pytest.raises(UsageError, match="two coefficients are called `temp`"):
        parse_constraints("temp = 0", ["temp", "temp"])


def test_names_become_hypotheses_and_are_understood_again():
    assert all_zero(["temp", "2nd", "3", "soil type"]) == "temp = 0, 2nd = 0, `3` = 0, `soil type` = 0"
    found = parse_constraints(all_zero(TERMS), TERMS)
    assert np.array_equal(found.R, np.eye(len(TERMS)))
    assert not found.r.any()
