"""Is reta fast on the shapes that people have, or on one only? Arrays in memory, compared with peers.

For every shape, in turn in one process: ``reta.fit``, scikit-learn's ``LinearRegression.fit``, and the products
``X.T @ X`` and ``X.T @ Y`` ("gram") that any method through the normal equations needs at least. ``--busy`` does it
again beside a process for each core that never rests.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LinearRegression

import reta
from _side_by_side import machine, seconds

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows, features, targets, mean of the features, and what is asked of the ratio of ``reta`` to a peer."""

    rows: int
    features: int
    targets: int
    mean: float = 3.0
    peer: str = "scikit-learn"
    at_most: float = 1.0

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Return normal features and targets that depend on them, with noise of standard deviation 1."""
        rng = np.random.default_rng(0)
        X = rng.normal(self.mean, 1.0, size=(self.rows, self.features))
        coefficients = rng.normal(size=(self.features, self.targets))
        return X, X @ coefficients + rng.normal(size=(self.rows, self.targets))


SHAPES = (
    Shape(50, 3, 1, at_most=2.0),
    Shape(50, 3, 1, mean=1e6, at_most=2.0),
    Shape(1_000, 5, 1, at_most=2.0),
    Shape(1_000, 50, 1, at_most=2.0),
    Shape(10_000, 1, 1),
    Shape(10_000, 3, 1),
    Shape(10_000, 8, 2),
    Shape(10_000, 50, 1),
    Shape(10_000, 100, 10),
    Shape(30_000, 30, 2),
    Shape(100_000, 8, 2),
    Shape(150_000, 8, 2),
    Shape(100_000, 20, 200, peer="all columns", at_most=1.4),
    Shape(200_000, 300, 1, peer="gram", at_most=1.5),
    Shape(1_000_000, 100, 10, peer="gram", at_most=0.9),
    Shape(1_000_000, 1, 1),
    Shape(4_000_000, 8, 2, mean=0.0, at_most=1 / 40),
    Shape(4_000_000, 8, 2, at_most=1 / 40),
    Shape(4_000_000, 8, 2, mean=1e3, at_most=1 / 40),
)


def calls(shape: Shape) -> dict[str, Callable[[], object]]:
    """Return the contenders."""
    X, Y = shape.data()
    both = np.hstack([X, Y])
    return {
        "reta": lambda: reta.fit((X, Y)),
        "scikit-learn": lambda: LinearRegression().fit(X, Y),
        "gram": lambda: (X.T @ X, X.T @ Y),
        "all columns": lambda: both.T @ both,
    }


def measured(shape: Shape, rounds: int) -> dict[str, float]:
    """Return median seconds by contender."""
    contenders = calls(shape)
    runs: dict[str, list[float]] = {name: [] for name in contenders}
    for call in contenders.values():
        call()
    repeats = min(200, max(1, 100_000 // shape.rows))  # what takes less than a millisecond is measured many times
    for _ in range(rounds):
        for name, call in contenders.items():
            runs[name].append(seconds(lambda call=call: [call() for _ in range(repeats)]) / repeats)
    return {name: statistics.median(all_) for name, all_ in runs.items()}


def main() -> None:
    """Print a line per shape, the ratio first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most-cells", type=float, default=2e8, help="leave out larger shapes")
    parser.add_argument("--busy", action="store_true", help="again, beside processes that keep every core busy")
    asked = parser.parse_args()
    shapes = [shape for shape in SHAPES if shape.rows * (shape.features + shape.targets) <= asked.most_cells]
    quiet = table(shapes, asked.rounds)
    if asked.busy:
        print("\nbeside a busy process for each core")
        others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in os.sched_getaffinity(0)]
        try:
            for shape, found in zip(shapes, table(shapes, asked.rounds), strict=True):
                alone = quiet[shapes.index(shape)]
                print(f"  {found['reta'] / alone['reta']:5.1f} x its quiet time: {described(shape)}")
        finally:
            for other in others:
                other.kill()
    print(machine("reta", "numpy", "scikit-learn"))


def described(shape: Shape) -> str:
    """Return the shape in words."""
    return f"{shape.rows:,} x {shape.features}, {shape.targets} targets, mean {shape.mean:g}"


def table(shapes: list[Shape], rounds: int) -> list[dict[str, float]]:
    """Measure and print."""
    results = []
    for shape in shapes:
        found = measured(shape, rounds)
        ratio = found["reta"] / found[shape.peer]
        times = ", ".join(f"{name} {value * 1e3:.2f}" for name, value in found.items())
        print(f"{ratio:7.3f} x {shape.peer} (asked: {shape.at_most:.3g})  {described(shape)}: {times} ms", flush=True)
        results.append(found)
    return results


if __name__ == "__main__":
    main()
