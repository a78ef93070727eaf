"""How long does a small fit take from the shell, and how long `reta --help`?

Whole processes, beside the imports that a fit with pandas and scikit-learn begins with.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

import reta
from _side_by_side import machine

ROUNDS = 9


def seconds(command: list[str]) -> float:
    """Run once and return the wall time of the whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print ratios first."""
    script = str(Path(sys.executable).with_name("reta"))
    commands = {
        "import pandas, sklearn.linear_model": [sys.executable, "-c", "import pandas, sklearn.linear_model"],
        "reta fit, 15 rows": [script, "fit", str(reta.datasets.crops_15()), "--targets", "apples,oranges"],
        "reta --help": [script, "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            times[name].append(seconds(command))
    medians = {name: statistics.median(all_) for name, all_ in times.items()}
    peer = medians["import pandas, sklearn.linear_model"]
    print(f"reta fit / the imports: {medians['reta fit, 15 rows'] / peer:.2f} (asked: at most 0.4)")
    print(f"reta --help / the imports: {medians['reta --help'] / peer:.2f} (asked: at most 0.1)")
    for name, median in medians.items():
        print(f"  {name:<40}{median:6.3f} s (median of {ROUNDS})")
    print(machine("reta", "click", "polars", "numpy", "pandas", "scikit-learn"))


if __name__ == "__main__":
    main()
