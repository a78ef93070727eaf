"""How long does a large CSV take to become a model, and in how much memory?

A bare Polars streaming read of the same columns, reta, and pandas with scikit-learn; then reta on a file three times
as long.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from _side_by_side import machine, race

COLUMNS = 10
START = "import sys, time\n"
POLARS = """import polars as pl
start = time.perf_counter()
for batch in pl.scan_csv(sys.argv[1]).collect_batches():
    batch.height
seconds = time.perf_counter() - start
"""
RETA = """import reta, reta.tables.delimited
fit = reta.fit  # with the line above, loads what the others load by being imported
start = time.perf_counter()
model = fit(sys.argv[1], targets=["y0", "y1"])
assert abs(model.coef_ - 1).max() < 0.01
seconds = time.perf_counter() - start
"""
PANDAS = """import pandas, sklearn.linear_model
start = time.perf_counter()
frame = pandas.read_csv(sys.argv[1])
model = sklearn.linear_model.LinearRegression().fit(frame.iloc[:, :8], frame.iloc[:, 8:])
seconds = time.perf_counter() - start
"""


def write_csv(path: Path, rows: int) -> None:
    """Write 8 features and 2 targets, each the sum of the features and noise, in parts."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, rows, 500_000):
            X = rng.normal(scale=10, size=(min(500_000, rows - start), COLUMNS - 2))
            Y = X.sum(axis=1, keepdims=True) + rng.normal(size=(len(X), 2))
            names = [*(f"x{j}" for j in range(X.shape[1])), "y0", "y1"]
            frame = pl.DataFrame(np.hstack([X, Y]), schema=names)
            frame.write_csv(file, include_header=start == 0, float_precision=4)


def main() -> None:
    """Print ratios first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, longer = Path(folder, "data.csv"), Path(folder, "longer.csv")
        write_csv(path, asked.rows)
        contenders = {"polars": START + POLARS, "reta": START + RETA, "pandas + scikit-learn": START + PANDAS}
        found = race(contenders, str(path), rounds=asked.rounds)
        size = path.stat().st_size
        write_csv(longer, 3 * asked.rows)
        thrice = race({"reta": START + RETA}, str(longer), rounds=max(1, asked.rounds // 2))["reta"]
    reta = found["reta"]
    print(f"reta / bare Polars read: {reta.seconds / found['polars'].seconds:.2f} (asked: at most 1.3)")
    print(
        f"pandas + scikit-learn / reta: {found['pandas + scikit-learn'].seconds / reta.seconds:.1f} (asked: at least 2)"
    )
    print(f"peak memory: {reta.peak_mb:.0f} MB (asked: under 450); three times the rows: {thrice.peak_mb:.0f} MB")
    print(f"{asked.rows:,} rows x {COLUMNS} columns, {size / 1e6:.0f} MB of text, float64; medians of {asked.rounds}:")
    for name, measured in found.items():
        print(f"  {name:<24}{measured.seconds:6.2f} s {measured.peak_mb:8.0f} MB")
    print(f"  {'reta, 3 x the rows':<24}{thrice.seconds:6.2f} s {thrice.peak_mb:8.0f} MB")
    print(machine("reta", "polars", "numpy", "pandas", "scikit-learn"))


if __name__ == "__main__":
    main()
