from __future__ import annotations

import csv
import subprocess
import sys

import pytest

from reta import datasets

SAMPLES = {"crops_5": 5, "crops_15": 15}
HEADER = ["temp", "rainfall", "humidity", "apples", "oranges"]


@pytest.mark.parametrize(("name", "n_rows"), SAMPLES.items())
def test_a_sample_is_a_csv_of_its_rows(name, n_rows):
    path = getattr(datasets, name)()
    with path.open(newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == HEADER
    assert len(rows) == n_rows
    assert all(float(cell) > 0 for row in rows for cell in row)


def test_the_small_sample_opens_the_large_one():
    small, large = (path.read_text().splitlines() for path in (datasets.crops_5(), datasets.crops_15()))
    assert large[: len(small)] == small


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_equals_the_reference_table(name, reference):
    assert getattr(datasets, name)().read_bytes() == (reference / "tutorial" / f"{name}.csv").read_bytes()


def test_finding_a_sample_loads_no_numpy():
    code = "import sys; from reta.datasets import crops_15; crops_15().read_text(); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
