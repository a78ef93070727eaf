"""A child forked after something was read says so, where it would wait for ever; arrays are fitted as always."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 30
SCRIPT = """
import os, signal, sys, warnings
import numpy as np
import reta
warnings.simplefilter("ignore", DeprecationWarning)  # Python's own word on forks
crops, targets = reta.datasets.crops_15(), ["apples", "oranges"]
if {read_before}:
    model = reta.fit(crops, targets=targets)
if (child := os.fork()) == 0:
    signal.alarm({seconds})
    try:
        {work}
        print("done")
    except reta.errors.UsageError as error:
        print(error)
    sys.stdout.flush()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
X = "np.array([[1.0], [2.0], [4.0], [5.0]])"
GAP = "np.array([[1.0], [np.nan], [4.0], [5.0]])"

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are seen in Linux's /proc only")


def said(work: str, *, read_before: bool = True) -> str:
    script = SCRIPT.format(work=work, read_before=read_before, seconds=SECONDS)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize(
    "work",
    [
        "reta.fit(crops, targets=targets)",
        "reta.fit({'x': [1.0, 2.0, 4.0], 'y': [1.0, 2.0, 3.5]}, targets=['y'])",
        "model.predict(crops)",
        "model.tidy()",
        "model.test()",
        f"reta.fit({GAP}, [1.0, 2.0, 3.5, 4.0])",
        f"reta.fit({GAP}, [1.0, 2.0, 3.5, 4.0], missing='drop')",
        f"reta.fit({X}, {X}[:, 0] ** 2, covariance='HC3')",
        f"reta.descend({X}, {X}[:, 0] ** 2, batch_size=2)",
        f"reta.descend({X}, {X}[:, 0] ** 2, loss='huber')",
    ],
)
def test_what_would_wait_for_ever_is_one_line(work):
    shown = said(work)
    assert shown.startswith("this process was forked from one that had read data with Polars")
    assert "spawn" in shown
    assert shown.count("\n") == 1


def test_arrays_are_fitted_in_any_child():
    assert said(f"reta.fit({X}, {X}[:, 0] ** 2).predict({X})") == "done\n"


def test_a_fork_before_anything_was_read_is_right():
    assert said("reta.fit(crops, targets=targets).tidy()", read_before=False) == "done\n"
