"""How long does a fit of a large array in memory take, beside scikit-learn's?

Both in one process, in turn, so that a busy machine is busy for both; the first calls, which load and compile, apart.
"""

from __future__ import annotations

import argparse
import statistics
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LinearRegression

import reta
from _side_by_side import machine, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

TARGETS = 2
ASKED = 25


def made_up(rows: int, features: int, dtype: str, order: str) -> tuple[np.ndarray, np.ndarray]:
    """Return features and targets, each a sum of features and noise."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, features))
    Y = X @ rng.normal(size=(features, TARGETS)) + rng.normal(size=(rows, TARGETS))
    return np.array(X, dtype=dtype, order=order), np.array(Y, dtype=dtype, order=order)


def main() -> None:
    """Print the ratio of medians first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float64")
    parser.add_argument("--order", choices=["C", "F"], default="C")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    X, Y = made_up(asked.rows, asked.features, asked.dtype, asked.order)
    calls: dict[str, Callable[[], object]] = {
        "reta.fit": lambda: reta.fit((X, Y)),
        "of it, the moments": lambda: reta.Moments.from_arrays(X, Y),
        "scikit-learn LinearRegression.fit": lambda: LinearRegression().fit(X, Y),
        "NumPy, the bare sum of the arrays": lambda: (X.sum(), Y.sum()),
    }
    difference = abs(reta.fit((X[:1000], Y[:1000])).coef_ - LinearRegression().fit(X[:1000], Y[:1000]).coef_).max()
    first = {name: seconds(call) for name, call in calls.items()}
    runs: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(asked.rounds):
        for name, call in calls.items():
            runs[name].append(seconds(call))
    medians = {name: statistics.median(all_) for name, all_ in runs.items()}
    ratio = medians["scikit-learn LinearRegression.fit"] / medians["reta.fit"]
    print(f"scikit-learn / reta: {ratio:.1f} (asked: at least {ASKED} for 4,000,000 x 8 float64)")
    shape = f"{asked.rows:,} x {asked.features}, {TARGETS} targets, {asked.dtype}, {asked.order} order"
    print(f"{shape}; medians of {asked.rounds}; coefficients of 1,000 rows differ by {difference:.0e}")
    for name, median in medians.items():
        print(f"  {name:<36}{median * 1e3:8.1f} ms (first call {first[name] * 1e3:.0f} ms)")
    print(machine("reta", "numpy", "numba", "scikit-learn"))


if __name__ == "__main__":
    main()
