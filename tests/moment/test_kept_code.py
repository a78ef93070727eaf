"""Compiled code on disk: whatever became of it, the numbers are right, and damage is said once."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCRIPT = """
import warnings
import numba
from reta.errors import RetaWarning
from reta.moment.kept_code import compiled_and_kept

def add(a, b):
    return a + 2 * b

def twice(a):
    return 2 * a

with warnings.catch_warnings(record=True) as met:
    warnings.simplefilter("always")
    add, twice = compiled_and_kept(add), compiled_and_kept(twice)
    print(add(1, 2), twice(4), sum(add.stats.cache_hits.values()), len(met), *(each.message for each in met))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the script, and beside it what the tests' processes keep, from one to the next."""
    made = tmp_path_factory.mktemp("compiled")
    (made / "script.py").write_text(SCRIPT)
    return made


def run(folder: Path, kept: str = "kept") -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / kept)}
    done = subprocess.run(
        [sys.executable, str(folder / "script.py")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_code_is_kept_and_used(folder: Path) -> None:
    assert run(folder) == "5 8 0 0"
    assert run(folder) == "5 8 1 0"


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        pytest.param(".nbc", lambda data: b"", id="emptied code"),
        pytest.param(".nbi", lambda data: data[: len(data) // 2], id="half an index"),
        pytest.param(".nbc", lambda data: data[:-500] + bytes([data[-500] ^ 4]) + data[-499:], id="a byte of code"),
    ],
)
def test_63_damaged_code_is_compiled_again_and_said_once(
    folder: Path, suffix: str, damage: Callable[[bytes], bytes]
) -> None:
    if not list((folder / "kept").rglob("*.nbc")):
        run(folder)
    for path in (folder / "kept").rglob(f"*{suffix}"):
        path.write_bytes(damage(path.read_bytes()))
    told = run(folder)
    assert told.startswith("5 8 0 1 the compiled code kept in "), told
    assert told.endswith("it was compiled again")


def test_63_a_folder_that_cannot_be_made_is_no_error(folder: Path) -> None:
    (folder / "in_the_way").write_text("a file where the folder should be")
    assert run(folder, kept="in_the_way").startswith("5 8 ")
