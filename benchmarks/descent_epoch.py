"""How long does an epoch of descent over mini-batches take, beside scikit-learn's SGDRegressor?

SGDRegressor steps after every row, one target a model; reta steps all targets at once, after every row and after every
batch. Least squares, constant learning rate, no penalty, a new order each epoch; one process, in turn.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import SGDRegressor

from _side_by_side import machine
from reta.descent import Parameters, Update, run_batches

if TYPE_CHECKING:
    from collections.abc import Callable

TARGETS = 2
ASKED = 2
BATCH_SIZES = (1, 5, 256)
LR = 1e-4
RNG = np.random.default_rng(0)


def seconds(call: Callable[[], object]) -> float:
    """Run once and return the wall time."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def reta_epoch(X: np.ndarray, Y: np.ndarray, batch_size: int) -> Callable[[], object]:
    """Return one epoch, its permutation included."""
    parameters = Parameters(np.zeros((TARGETS, X.shape[1])), np.zeros(TARGETS))
    starts = np.append(np.arange(0, len(X), batch_size), len(X))
    return lambda: run_batches(parameters, X, Y, RNG.permutation(len(X)), starts, Update(LR), road="compiled")


def scikit_learn_epoch(X: np.ndarray, Y: np.ndarray) -> Callable[[], object]:
    """Return one epoch, target by target."""
    models = [SGDRegressor(penalty=None, learning_rate="constant", eta0=LR, random_state=j) for j in range(TARGETS)]
    return lambda: [model.partial_fit(X, Y[:, j]) for j, model in enumerate(models)]


def main() -> None:
    """Print the ratios of medians first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    X = RNG.normal(size=(asked.rows, asked.features))
    Y = X @ RNG.normal(size=(asked.features, TARGETS)) + RNG.normal(size=(asked.rows, TARGETS))
    calls = {f"reta, batch size {size}": reta_epoch(X, Y, size) for size in BATCH_SIZES}
    calls["SGDRegressor.partial_fit, row by row"] = scikit_learn_epoch(X, Y)
    for call in calls.values():
        call()  # compiles and loads
    runs: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(asked.rounds):
        for name, call in calls.items():
            runs[name].append(seconds(call))
    medians = {name: statistics.median(all_) for name, all_ in runs.items()}
    *ours, peer = medians
    for name in ours:
        print(f"SGDRegressor / {name}: {medians[peer] / medians[name]:.1f} (asked: at least {ASKED})")
    print(f"{asked.rows:,} x {asked.features} float64, {TARGETS} targets; an epoch, medians of {asked.rounds}")
    for name, median in medians.items():
        print(f"  {name:<38}{median * 1e3:8.1f} ms {asked.rows / median:14,.0f} rows a second")
    print(machine("reta", "numpy", "numba", "scikit-learn"))


if __name__ == "__main__":
    main()
