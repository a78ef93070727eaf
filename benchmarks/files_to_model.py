"""How long does a large file take to become a model, and in how much memory?

CSV: a bare Polars streaming read of the same columns, reta, and pandas with scikit-learn, with means of the features
that are 0 and others; then reta on a file three times as long. Parquet: the bare read and reta.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from _side_by_side import Measured, machine, race

COLUMNS = 10
START = "import sys, time\n"
POLARS = """import polars as pl
start = time.perf_counter()
for batch in pl.scan_{kind}(sys.argv[1]).collect_batches():
    batch.height
seconds = time.perf_counter() - start
"""
RETA = """import reta, reta.tables.delimited, reta.tables.columnar
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
CSV = {
    "polars": START + POLARS.format(kind="csv"),
    "reta": START + RETA,
    "pandas + scikit-learn": START + PANDAS,
}
PARQUET = {"polars": START + POLARS.format(kind="parquet"), "reta": START + RETA}


def write_csv(path: Path, rows: int, mean: float = 0.0) -> None:
    """Write 8 features and 2 targets, each the sum of the features and noise, in parts."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, rows, 500_000):
            X = rng.normal(mean, 10.0, size=(min(500_000, rows - start), COLUMNS - 2))
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
        for mean in (0.0, 50.0):
            path = Path(folder, "data.csv")
            write_csv(path, asked.rows, mean)
            show(f"CSV, means {mean:g}", race(CSV, str(path), rounds=asked.rounds), path, at_most=1.15)
        pl.scan_csv(path).sink_parquet(Path(folder, "data.parquet"))
        show("Parquet", race(PARQUET, str(Path(folder, "data.parquet")), rounds=asked.rounds), path, at_most=1.3)
        write_csv(path, 3 * asked.rows)
        thrice = race({"reta": START + RETA}, str(path), rounds=max(1, asked.rounds // 2))["reta"]
    print(f"reta, CSV of three times the rows: {thrice.seconds:.2f} s, {thrice.peak_mb:.0f} MB (asked: under 450)")
    print(f"{asked.rows:,} rows x {COLUMNS} columns, float64; medians of {asked.rounds}")
    print(machine("reta", "polars", "numpy", "pandas", "scikit-learn"))


def show(title: str, found: dict[str, Measured], path: Path, *, at_most: float) -> None:
    """Print the ratios to the bare read and to pandas, and what they come from."""
    reta = found["reta"]
    ratio = reta.seconds / found["polars"].seconds
    print(f"{title} ({path.stat().st_size / 1e6:.0f} MB of text)")
    print(f"  reta / bare Polars read: {ratio:.2f} (asked: at most {at_most:.2f})")
    if "pandas + scikit-learn" in found:
        against = found["pandas + scikit-learn"].seconds / reta.seconds
        print(f"  pandas + scikit-learn / reta: {against:.1f} (asked: at least 2)")
    for name, measured in found.items():
        print(f"    {name:<24}{measured.seconds:6.2f} s {measured.peak_mb:8.0f} MB")


if __name__ == "__main__":
    main()
