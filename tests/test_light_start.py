"""Starting reta, and fitting a few rows, loads only what the work needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reta.datasets import crops_15

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"fastexcel", "matplotlib", "narwhals", "numba", "pandas", "pyarrow", "scipy", "sklearn", "torch"}
IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+([\w.]+)$", re.MULTILINE)
COMMAND = ["-m", "reta"]


def loaded_by(arguments: list[str], folder: Path) -> set[str]:
    """Top-level packages that ``python -X importtime ...`` reports."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "100"},
        check=False,
    )
    assert run.returncode == 0, run.stderr.splitlines()[-5:]
    return {name.partition(".")[0] for name in IMPORTED.findall(run.stderr)}


def test_the_measure_sees_an_import(tmp_path):
    assert {"numpy", "reta"} <= loaded_by(["-c", "import reta, numpy"], tmp_path)


def test_importing_reta_loads_nothing_heavy(tmp_path):
    assert loaded_by(["-c", "import reta"], tmp_path) & (HEAVY | {"numpy", "polars", "rich", "click"}) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["fit", "--help"]])
def test_help_loads_no_library_of_numbers(arguments, tmp_path):
    assert loaded_by([*COMMAND, *arguments], tmp_path) & (HEAVY | {"numpy", "polars"}) == set()


def test_a_small_fit_compiles_nothing_and_loads_no_second_library(tmp_path):
    arguments = ["fit", str(crops_15()), "--targets", "apples,oranges", "-o", "model.reta.json"]
    loaded = loaded_by([*COMMAND, *arguments], tmp_path)
    assert {"numpy", "polars"} <= loaded
    assert loaded & HEAVY == set()
