"""The problems of docs/reference/accuracy.md, through the public fit."""

from __future__ import annotations

import json
import platform
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import reta

sys.path.append(str(Path(__file__).parents[1] / "docs"))  # the page's own problems
from accuracy import PAGE, PROBLEMS, by_reta, correct_digits, figures, model_by_reta, nist, processor
from hard_inputs import HARD_INPUTS

COEFFICIENTS = dict.fromkeys(PROBLEMS, 13.0) | {"Filip": 12.0}
ROUNDED_POWERS = 7.5  # Filip from powers in float64: what exact arithmetic gets
ERRORS = 10.0
NOTHING = 1e-9  # where the certified errors are zero
HARD = 6.0
AS_WRITTEN, ELSEWHERE = 0.15, 1.0  # digits that a cell may be off: rounding of the page; another order of adding


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


def cells_of_reta(text):
    """What the page says of reta, by problem."""
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return {row[0]: row[1] for row in rows if row[0] and not set(row[0]) <= {"-"} and row[0] != "reta"}


def told(cell):
    """The digits of a cell, if any, and its words."""
    number, _, words = cell.partition(",")
    return (float(number), words.strip()) if number[:1].isdigit() else (0.0, cell)


def test_the_page_says_what_comes_out_today(reference):
    written = cells_of_reta(PAGE.read_text())
    today = {name: cells["reta"] for part in figures(reference, {"reta": by_reta}) for name, cells in part.items()}
    assert list(written) == list(today)
    there = processor() in " ".join(PAGE.read_text().split())
    within = AS_WRITTEN if there else ELSEWHERE
    for name, cell in today.items():
        (digits, words), (digits_then, words_then) = told(cell), told(written[name])
        assert (words, abs(digits - digits_then) <= within) == (words_then, True), f"{name}: {cell}: run make accuracy"


def test_the_page_names_versions_processor_and_day():
    text = " ".join(PAGE.read_text().split())
    assert re.search(r"Written on \d{4}-\d\d-\d\d by reta \d\S* on \w+, .+, \d+ cores, BLAS kernels \w+", text)
    for name in ("Python", "numpy", "scipy", "scikit-learn", "statsmodels", "torch", "polars", "numba"):
        assert re.search(rf"\b{name} \d+\.\d+", text), name
    assert platform.node() not in text
