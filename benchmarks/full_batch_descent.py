"""How long do 100 epochs of full-batch gradient descent take, beside a PyTorch loop; and a billion of them?

All in one process, in turn, so that a busy machine is busy for both; the first calls, which load and compile, apart.
"""

from __future__ import annotations

import argparse
import statistics
import warnings
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import mse_loss

import reta
from _side_by_side import machine, seconds

if TYPE_CHECKING:
    from collections.abc import Callable

TARGETS = 2
EPOCHS = 100
MANY = 10**9
LR = 0.05
ASKED = 100


def by_loop(X: torch.Tensor, Y: torch.Tensor, epochs: int) -> torch.nn.Linear:
    """Descend as the tutorials do, from zero."""
    linear = torch.nn.Linear(X.shape[1], Y.shape[1]).to(X.dtype)
    with torch.no_grad():
        linear.weight.zero_()
        linear.bias.zero_()
    optimiser = torch.optim.SGD(linear.parameters(), lr=LR)
    for _ in range(epochs):
        mse_loss(linear(X), Y).backward()
        optimiser.step()
        optimiser.zero_grad()
    return linear


def main() -> None:
    """Print the ratios of medians first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float32")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    warnings.simplefilter("ignore", reta.errors.RetaWarning)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(asked.rows, asked.features)).astype(asked.dtype)
    Y = X @ rng.normal(size=(asked.features, TARGETS)) + rng.normal(size=(asked.rows, TARGETS))
    Y = Y.astype(asked.dtype)
    tensors = torch.from_numpy(X), torch.from_numpy(Y)

    def descend(epochs: int) -> reta.Run:
        return reta.descend((X, Y), lr=LR, epochs=epochs)

    calls: dict[str, Callable[[], object]] = {
        "PyTorch loop, 100 epochs": lambda: by_loop(*tensors, EPOCHS),
        "reta.descend, 100 epochs": lambda: descend(EPOCHS),
        "reta.descend, 1,000,000,000 epochs": lambda: descend(MANY),
        "of it, what reta.fit takes too": lambda: reta.fit((X, Y)),
    }
    difference = np.abs(descend(EPOCHS).model.coef_ - by_loop(*tensors, EPOCHS).weight.detach().numpy()).max()
    times = {name: [seconds(call) for _ in range(asked.rounds)] for name, call in calls.items() if call()}
    medians = {name: statistics.median(all_) for name, all_ in times.items()}
    loop, hundred, many, _ = medians.values()
    print(f"reta.descend is {loop / hundred:.0f} times as fast as the PyTorch loop over 100 epochs (asked: {ASKED})")
    print(f"a billion epochs take {many / hundred:.2f} times as long as a hundred (asked: the same cost)")
    for name, median in medians.items():
        print(f"  {median:8.4f} s  {name}")
    print(f"  coefficients differ by {difference:.1e} after {EPOCHS} epochs")
    print(f"{asked.rows:,} x {asked.features} {asked.dtype}, {TARGETS} targets; {machine('numpy', 'torch')}")


if __name__ == "__main__":
    main()
