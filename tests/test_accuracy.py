"""The problems of docs/reference/accuracy.md, through the public fit."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import reta

sys.path.append(str(Path(__file__).parents[1] / "docs"))  # the page's own problems
from accuracy import PROBLEMS, by_reta, correct_digits, model_by_reta, nist
from hard_inputs import HARD_INPUTS

COEFFICIENTS = dict.fromkeys(PROBLEMS, 13.0) | {"Filip": 12.0}
ROUNDED_POWERS = 7.5  # Filip from powers in float64: what exact arithmetic gets
ERRORS = 10.0
NOTHING = 1e-9  # where the certified errors are zero
HARD = 6.0


@pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")  # perfect fits and powers that move together
@pytest.mark.parametrize("name", PROBLEMS)
def test_certified_coefficients(reference, name):
    problem = nist(name, reference)
    assert correct_digits(by_reta(problem), problem.truth) >= COEFFICIENTS[name]


def test_filip_from_rounded_powers(reference):
    problem = nist("Filip", reference)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", reta.errors.RetaWarning)
        model = reta.fit(problem.matrix, problem.y)
    found = np.append(model.intercept_, model.coef_[0])
    assert correct_digits(found, problem.truth) >= ROUNDED_POWERS
    assert model.digits >= 6


@pytest.mark.parametrize("name", PROBLEMS)
def test_certified_errors(reference, name):
    problem, data = nist(name, reference), json.loads((reference / "nist" / f"{name}.json").read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", reta.errors.RetaWarning)
        model = model_by_reta(problem)
    certified = np.array([*map(float, data["certified"]["se"]), float(data["certified"]["residual_sd"])])
    found = np.array([*model.tidy()["std_error"], *model.residual_standard_error], dtype=float)
    if not certified.any():
        assert np.abs(found).max() < NOTHING
    else:
        assert correct_digits(found, certified) >= ERRORS


@pytest.mark.parametrize("name", HARD_INPUTS)
def test_hard_inputs_are_solved_or_named(name):
    problem = HARD_INPUTS[name]()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            found = by_reta(problem)
        except reta.errors.RetaError:
            assert not problem.truth.size
            return
    assert told or correct_digits(found, problem.truth) >= HARD
    if not problem.truth.size:
        assert told
