"""What a fit would take of the memory is said before the first row, and is near what it takes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

import reta
from reta import available_memory
from reta.errors import DataError, RetaWarning
from reta.fitting import room

if TYPE_CHECKING:
    from pathlib import Path

REASONABLE = (0.5, 1.05)  # of what a fit takes: never more, or fits would be refused that can be done

MEASURED = """
import pathlib, sys
import numpy as np
import reta

def peak():
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

n_features, n_targets, digits = map(int, sys.argv[1:])
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(700, n_features)), rng.normal(size=(700, n_targets))
reta.fit(X[:60, :3], Y[:60, 0], digits=digits)
before = peak()
reta.fit(X, Y, digits=digits)
print(peak() - before)
"""

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (1_500_000_000, 1_500_000_000))
from reta.cli.main import main
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory as Linux tells it")
@pytest.mark.parametrize(
    ("n_features", "n_targets", "digits"),
    [(600, 1, 10), (600, 1, 15), (20, 2500, 10), (20, 1200, 15), (300, 300, 10), (300, 300, 15)],
)
def test_what_is_said_is_near_what_is_taken(n_features: int, n_targets: int, digits: int) -> None:
    arguments = map(str, (n_features, n_targets, digits))
    ran = subprocess.run([sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, check=True)
    low, high = REASONABLE
    said = room.needed_bytes(n_features, n_targets, extended=digits == 15)
    assert low <= said / int(ran.stdout) <= high


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory as Linux tells it")
def test_many_targets_take_few_matrices_of_targets_by_targets() -> None:
    arguments = map(str, (10, 2500, 10))
    ran = subprocess.run([sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, check=True)
    assert int(ran.stdout) <= 8 * 2510**2 * 13  # 20 where results are not formed in parts


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of memory as Linux keeps it")
@pytest.mark.parametrize(
    ("n_features", "n_targets", "message"),
    [
        (5_000, 1, r"error: a fit of 5,000 features and 1 target needs 3 GB of memory, and .* are free: fit fewer"),
        (8, 10_000, r"error: a fit of 8 features and 10,000 targets needs 4.82 GB .* fit the targets in groups"),
    ],
)
def test_61_wide_tables_are_refused_before_the_first_row(
    tmp_path: Path, n_features: int, n_targets: int, message: str
) -> None:
    import re

    features, targets = [f"x{i}" for i in range(n_features)], [f"y{i}" for i in range(n_targets)]
    cells = np.random.default_rng(1).integers(0, 99, size=(20, n_features + n_targets)).tolist()
    lines = [",".join([*features, *targets]), *(",".join(map(str, row)) for row in cells), "not,a,row,to,be,read"]
    (tmp_path / "wide.csv").write_text("\n".join(lines) + "\n")
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, "fit", "wide.csv", "--targets", ",".join(targets)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 3, ran.stderr
    assert re.fullmatch(message + r"[^\n]*\n", ran.stderr), ran.stderr


@pytest.fixture
def crops() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(60, 3))
    return X, X @ [1.0, 2.0, 3.0] + rng.normal(size=60)


def test_61_digits_that_cost_memory_are_named(
    crops: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(available_memory, "ALWAYS_THERE", 0)
    monkeypatch.setattr(available_memory, "available_bytes", lambda: 2000.0)
    with pytest.raises(DataError, match=r"3 features and 1 target needs 0 MB .*: fit fewer features, .* --digits 10"):
        reta.fit(*crops, digits=15)


def test_61_where_memory_runs_out_all_the_same_it_is_said(
    crops: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("reta.fitting.readings.gather", none_left)
    with pytest.raises(DataError, match=r"memory ran out: a fit of 3 features and 1 target needs .* Fit fewer"):
        reta.fit(*crops)


def test_61_too_little_memory_for_another_reading_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Float64 has done what it could; that there are fewer digits is no reason to give nothing."""
    rng = np.random.default_rng(3)
    n = 400_000
    x = rng.normal(size=(n, 8))
    x[:, 7] = x[:, 6] + 1e-7 * x[:, 7]
    monkeypatch.setattr(room, "available_bytes", lambda: 2000.0)
    monkeypatch.setattr(available_memory, "available_bytes", lambda: None)
    with pytest.warns(RetaWarning) as met:
        model = reta.fit(x, x @ np.arange(8.0) + rng.normal(size=n))
    assert any("there is too little memory for extended precision" in str(each.message) for each in met)
    assert model.precision == "float64"


def test_the_least_of_all_limits_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9000 kB\nMemAvailable: 3000 kB\nSwapFree: 1000 kB\n")
    monkeypatch.setattr(available_memory, "_WHAT_IS_LEFT", meminfo)
    monkeypatch.setattr(available_memory, "_GROUP", tmp_path)
    monkeypatch.setattr(available_memory, "_of_process", list)
    assert available_memory.available_bytes() == 4000 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("5000\n")
    assert available_memory.available_bytes() == 4000 * 1024
    (tmp_path / "memory.max").write_text("1000000\n")
    assert available_memory.available_bytes() == 995_000
    (tmp_path / "memory.current").write_text("2000000\n")
    assert available_memory.available_bytes() == 0
