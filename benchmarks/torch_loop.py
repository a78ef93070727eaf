"""How many rows a second does `reta.torch.fit` train on, beside the plain PyTorch loop over the same DataLoader?

One linear layer, mean squared error, SGD, shuffled; both in one process, in turn. The plain loop is measured over the
first batches of an epoch, which go as fast as the others: at batch size 5 an epoch would take it a minute or two.
Then the tutorial's run, 15 rows for 100 epochs, where nothing is large: warm, and as the first call of a process.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import time
from itertools import islice

import torch
from torch.utils.data import DataLoader, TensorDataset

from _side_by_side import machine, race
from reta.torch import fit

FEATURES, TARGETS = 3, 2
ASKED = {5: 300, 256: 80}
PLAIN_BATCHES = 2000

TUTORIAL = """
import time
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

def plain(num_epochs, model, loss_fn, opt, train_dl):
    for epoch in range(num_epochs):
        for xb, yb in train_dl:
            loss = loss_fn(model(xb), yb)
            loss.backward()
            opt.step()
            opt.zero_grad()
        if (epoch + 1) % 10 == 0:
            print(f"Epoch [{epoch + 1}/{num_epochs}], Loss: {loss.item():.4f}")

def parts():
    torch.manual_seed(0)
    X = 50 + 30 * torch.rand(15, 3)
    model = torch.nn.Linear(3, 2)
    data = DataLoader(TensorDataset(X, X @ torch.rand(3, 2)), 5, shuffle=True)
    return model, functional.mse_loss, torch.optim.SGD(model.parameters(), lr=1e-5), data

first, second = parts(), parts()
"""
COLD = """
start = time.perf_counter()
{road}
fit(100, *first)
seconds = time.perf_counter() - start
"""
WARM = """
{road}
fit(100, *first)
start = time.perf_counter()
fit(100, *second)
seconds = time.perf_counter() - start
"""
ROADS = {"reta": "from reta.torch import fit", "plain": "fit = plain"}


def parts(rows: int, batch_size: int) -> tuple:
    """Return what both loops take."""
    torch.manual_seed(0)
    X = torch.randn(rows, FEATURES)
    Y = X @ torch.randn(FEATURES, TARGETS) + torch.randn(rows, TARGETS)
    model = torch.nn.Linear(FEATURES, TARGETS)
    loader = DataLoader(TensorDataset(X, Y), batch_size, shuffle=True)
    return model, torch.nn.functional.mse_loss, torch.optim.SGD(model.parameters(), lr=1e-3), loader


def rows_per_second(epochs: int, model, loss_fn, opt, loader) -> float:
    """Train by reta for so many epochs, drawing them included."""
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        fit(epochs, model, loss_fn, opt, loader)
    return epochs * len(loader.dataset) / (time.perf_counter() - start)


def plain_rows_per_second(model, loss_fn, opt, loader) -> float:
    """Train by the loop over the first batches; drawing the epoch is left out, to its advantage."""
    batches = iter(loader)
    next(batches)
    rows, start = 0, time.perf_counter()
    for xb, yb in islice(batches, PLAIN_BATCHES):
        loss = loss_fn(model(xb), yb)
        loss.backward()
        opt.step()
        opt.zero_grad()
        rows += len(xb)
    return rows / (time.perf_counter() - start)


def large(rows: int, batch_size: int, epochs: int, rounds: int) -> None:
    """Print the ratio for one batch size."""
    both = parts(rows, batch_size)
    first = rows_per_second(epochs, *both)
    runs: dict[str, list[float]] = {"reta": [], "plain": []}
    for _ in range(rounds):
        runs["reta"].append(rows_per_second(epochs, *both))
        runs["plain"].append(plain_rows_per_second(*both))
    ours, plain = (statistics.median(all_) for all_ in runs.values())
    print(f"batch size {batch_size}: reta / plain loop {ours / plain:.0f} (asked: at least {ASKED[batch_size]})")
    print(f"  reta {ours:,.0f} rows a second over {epochs} epochs (first call {first:,.0f}), plain loop {plain:,.0f}")


def tutorial(rounds: int) -> None:
    """Print the ratios for the small run."""
    for name, program in (("warm", WARM), ("first call of a process, import reta.torch included", COLD)):
        times = race({road: TUTORIAL + program.format(road=code) for road, code in ROADS.items()}, rounds=rounds)
        ours, plain = times["reta"].seconds, times["plain"].seconds
        print(f"15 rows, 100 epochs, {name}: plain loop / reta {plain / ours:.1f} (asked: never below 1)")
        print(f"  reta {ours * 1e3:.1f} ms, plain loop {plain * 1e3:.1f} ms")


def main() -> None:
    """Print ratios of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    for batch_size in ASKED:
        large(asked.rows, batch_size, asked.epochs, asked.rounds)
    print(f"{asked.rows:,} x {FEATURES} float32, {TARGETS} targets, shuffled; medians of {asked.rounds};", end=" ")
    print(f"the plain loop over its first {PLAIN_BATCHES:,} batches")
    tutorial(asked.rounds)
    print(machine("reta", "torch", "numpy", "numba"), f"{torch.get_num_threads()} threads of PyTorch", sep=", ")


if __name__ == "__main__":
    main()
