"""What do predictions cost beside the least that anybody must do for them?

Arrays in memory beside NumPy's ``X @ W.T + b``, in turn in one process. A file to a file beside Polars, which reads it,
computes the same columns and writes them (``scan``, ``with_columns``, ``sink``), each in a process of its own; and for
memory, a file four times as long.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import warnings
from pathlib import Path

import numpy as np
import polars as pl

import reta
from _side_by_side import Measured, machine, race, seconds
from reta.errors import RetaWarning

FEATURES, TARGETS = 8, ["y0", "y1"]
SHAPES = ((50, 3, 1), (5_000, 8, 2), (1_000_000, 1, 1), (100_000, 200, 10), (100_000, 20, 200))
ASKED = {"predict": 2.0, "with intervals": 5.0, "file": 1.3}
START = "import sys, time, json\n"
POLARS = """import polars as pl
source, weights = sys.argv[1], json.loads(sys.argv[2])
start = time.perf_counter()
scan = pl.scan_csv(source) if source.endswith("csv") else pl.scan_parquet(source)
columns = [
    sum((pl.col(f"x{j}") * b for j, b in enumerate(own[1:])), pl.lit(own[0])).alias(f"y{k}_predicted")
    for k, own in enumerate(weights)
]
query = scan.with_columns(columns)
query.sink_csv(sys.argv[4]) if source.endswith("csv") else query.sink_parquet(sys.argv[4])
seconds = time.perf_counter() - start
"""
RETA = """import reta.model, reta.tables.delimited, reta.tables.columnar, reta.cli.predict
from reta.cli.main import main  # with the line above, loads what the others load by being imported
start = time.perf_counter()
assert main(["predict", sys.argv[3], sys.argv[1], "-o", sys.argv[4], "--quiet"]) in (0, None)
seconds = time.perf_counter() - start
"""


def table(rows: int, seed: int = 0) -> pl.DataFrame:
    """Return 8 features about 3 and 2 targets, sums of them with noise."""
    rng = np.random.default_rng(seed)
    X = rng.normal(3.0, 1.0, size=(rows, FEATURES))
    Y = X @ rng.normal(size=(FEATURES, len(TARGETS))) + rng.normal(size=(rows, len(TARGETS)))
    return pl.DataFrame(np.hstack([X, Y]), schema=[*(f"x{j}" for j in range(FEATURES)), *TARGETS])


def write(path: Path, rows: int) -> None:
    """Write a CSV with four decimals, or a Parquet file, in parts that fit memory."""
    if path.suffix == ".parquet":
        parts = [pl.LazyFrame(table(min(500_000, rows - start), start)) for start in range(0, rows, 500_000)]
        pl.concat(parts).sink_parquet(path)
        return
    with path.open("wb") as file:
        for start in range(0, rows, 500_000):
            part = table(min(500_000, rows - start), start)
            part.write_csv(file, include_header=start == 0, float_precision=4)


def of_arrays(rows: int, features: int, targets: int, rounds: int) -> None:
    """Print ratios for arrays; calls of microseconds are repeated."""
    rng = np.random.default_rng(1)
    X = rng.normal(3.0, 1.0, size=(rows, features))
    train = rng.normal(3.0, 2.0, size=(10 * (features + 10), features))
    Y = train @ rng.normal(size=(features, targets)) + rng.normal(size=(len(train), targets))
    model = reta.fit((train, Y))
    W, b = model.coef_, model.intercept_
    calls = {
        "NumPy": lambda: X @ W.T + b,
        "predict": lambda: model.predict(X),
        "with intervals": lambda: model.predict(X, interval=0.95),
    }
    off = float(np.abs(calls["predict"]() - calls["NumPy"]()).max())
    repeats = max(1, 20_000 // rows)
    runs: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            runs[name].append(seconds(lambda call=call: [call() for _ in range(repeats)]) / repeats)
    medians = {name: statistics.median(all_) for name, all_ in runs.items()}
    for name in ("predict", "with intervals"):
        asked = f" (asked: at most {ASKED[name]})" if (rows, features, targets) == (1_000_000, 20, 2) else ""
        print(f"{medians[name] / medians['NumPy']:6.2f} x NumPy{asked}  {name}", end=", ")
    times = ", ".join(f"{name} {value * 1e3:.3g}" for name, value in medians.items())
    print(f"{rows:,} x {features}, {targets} targets: {times} ms; differ by {off:.0e}", flush=True)


def of_files(folder: Path, kind: str, rows: int, rounds: int) -> None:
    """Print ratios and memory for files of a kind."""
    path, longer, model = folder / f"data.{kind}", folder / f"longer.{kind}", folder / "m.reta.json"
    write(path, rows)
    fitted = reta.fit(path, targets=TARGETS)
    fitted.save(model)
    weights = str(np.column_stack([fitted.intercept_, fitted.coef_]).tolist())
    contenders = {"Polars": START + POLARS, "reta": START + RETA}
    found = race(contenders, str(path), weights, str(model), str(folder / f"out.{kind}"), rounds=rounds)
    ratio = found["reta"].seconds / found["Polars"].seconds
    print(
        f"{ratio:6.2f} x Polars (asked: at most {ASKED['file']})  {kind} to {kind}, {rows:,} rows x 10 columns: ",
        end="",
    )
    print(", ".join(f"{name} {told(measured)}" for name, measured in found.items()), end="; ")
    write(longer, 4 * rows)
    longest = race({"reta": START + RETA}, str(longer), weights, str(model), str(folder / f"out.{kind}"), rounds=1)
    print(f"four times the rows: reta {told(longest['reta'])}", flush=True)
    for written in (path, longer, folder / f"out.{kind}"):
        written.unlink()


def told(measured: Measured) -> str:
    """Return seconds and memory in words."""
    return f"{measured.seconds:.2f} s, {measured.peak_mb:.0f} MB"


def main() -> None:
    """Print ratios first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the array of 20 features")
    parser.add_argument("--file-rows", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    warnings.simplefilter("ignore", RetaWarning)
    print(f"medians of {asked.rounds}")
    for rows, features, targets in ((asked.rows, 20, 2), *(shape for shape in SHAPES if shape[0] <= asked.rows)):
        of_arrays(rows, features, targets, asked.rounds)
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("csv", "parquet"):
            of_files(Path(folder), kind, asked.file_rows, asked.rounds)
    print(machine("reta", "polars", "numpy"))


if __name__ == "__main__":
    main()
