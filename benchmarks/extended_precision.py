"""What do thirty digits cost beside float64: in memory, by few and by many columns, and from a CSV?"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import reta
from _side_by_side import machine, race
from files_to_model import START, write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

FIT = """import reta, reta.tables.delimited
fit = reta.fit  # with the line above, loads what a fit needs
start = time.perf_counter()
model = fit(sys.argv[1], targets=["y0", "y1"], digits={digits})
assert model.precision == "{precision}"
seconds = time.perf_counter() - start
"""


def seconds(call: Callable[[], object]) -> float:
    """Run once and return the wall time."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def in_memory(rows: int, columns: int, rounds: int) -> tuple[float, float]:
    """Return the median times of the moments in float64 and in extended precision."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(rows, columns - 2)), rng.normal(size=(rows, 2))
    runs: dict[bool, list[float]] = {False: [], True: []}
    for round_ in range(rounds + 1):
        for extended, times in runs.items():
            taken = seconds(lambda extended=extended: reta.Moments.from_arrays(X, Y, extended=extended))
            if round_:  # the first call loads the kernel
                times.append(taken)
    return statistics.median(runs[False]), statistics.median(runs[True])


def main() -> None:
    """Print ratios first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    few, many = in_memory(4_000_000, 11, asked.rounds), in_memory(400_000, 100, asked.rounds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.csv")
        write_csv(path, 4_000_000)
        contenders = {
            "float64": START + FIT.format(digits=10, precision="float64"),
            "extended": START + FIT.format(digits=15, precision="extended"),
        }
        csv = race(contenders, str(path), rounds=asked.rounds)
    print(f"extended / float64, 4,000,000 x 11 in memory: {few[1] / few[0]:.1f} (asked: at most 10)")
    print(f"extended / float64, 400,000 x 100 in memory: {many[1] / many[0]:.1f} (asked: at most 30)")
    ratio = csv["extended"].seconds / csv["float64"].seconds
    print(f"extended / float64, CSV of 4,000,000 x 10: {ratio:.2f} (asked: at most 1.4)")
    print(f"  in memory, 11 columns  {few[0] * 1e3:8.1f} ms {few[1] * 1e3:8.1f} ms")
    print(f"  in memory, 100 columns {many[0] * 1e3:8.1f} ms {many[1] * 1e3:8.1f} ms")
    for name, measured in csv.items():
        print(f"  CSV, {name:<18}{measured.seconds:8.2f} s  {measured.peak_mb:8.0f} MB")
    print(machine("reta", "polars", "numpy", "numba"))


if __name__ == "__main__":
    main()
