"""How many rows a second does `reta.torch.fit` train on, beside the plain PyTorch loop over the same DataLoader?

One linear layer, SGD, shuffled; both in one process, in turn. The plain loop is measured over the first batches of an
epoch, which go as fast as the others: at batch size 5 an epoch of a million rows would take it a minute or two. Later
calls of one epoch, over models and losses, find the kernel loaded; calls before it pays to load it go by NumPy. Then
the tutorial's run, 15 rows for 100 epochs, where nothing is large: warm, and as the first call of a process.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import time
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from _side_by_side import machine, race
from reta.torch import fit

FEATURES, TARGETS = 3, 2
PLAIN_BATCHES = 2000
LOADED_AFTER = 8  # calls of 40,000 rows, more than it takes until the kernel pays


@dataclass(frozen=True, slots=True)
class Work:
    """What both train."""

    name: str
    rows: int
    batch_size: int
    epochs: int
    asked: int
    loss_fn: Any = nn.functional.mse_loss
    wrapped: bool = False


LONG = (
    Work("1,000,000 rows, batch size 5, 5 epochs", 1_000_000, 5, 5, 300),
    Work("1,000,000 rows, batch size 256, 5 epochs", 1_000_000, 256, 5, 80),
)
LATER = (
    Work("mean squared error", 40_000, 5, 1, 100),
    Work("mean squared error, nn.Sequential", 40_000, 5, 1, 100, wrapped=True),
    Work("sum of squares", 40_000, 5, 1, 100, nn.MSELoss(reduction="sum")),
    Work("Huber", 40_000, 5, 1, 100, nn.HuberLoss()),
    Work("L1", 40_000, 5, 1, 100, nn.L1Loss()),
    Work("mean squared error, batch size 256", 40_000, 256, 1, 50),
)

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


def parts(work: Work) -> tuple:
    """Return what both loops take."""
    torch.manual_seed(0)
    X = torch.randn(work.rows, FEATURES)
    Y = X @ torch.randn(FEATURES, TARGETS) + torch.randn(work.rows, TARGETS)
    linear = nn.Linear(FEATURES, TARGETS)
    loader = DataLoader(TensorDataset(X, Y), work.batch_size, shuffle=True)
    return (
        nn.Sequential(linear) if work.wrapped else linear,
        work.loss_fn,
        torch.optim.SGD(linear.parameters(), lr=1e-3),
        loader,
    )


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


def side_by_side(work: Work, rounds: int, first_calls: int = 1) -> None:
    """Print the ratio of medians, and how fast the first call was."""
    both = parts(work)
    first, *_others = (rows_per_second(work.epochs, *both) for _ in range(first_calls))
    runs: dict[str, list[float]] = {"reta": [], "plain": []}
    for _ in range(rounds):
        runs["reta"].append(rows_per_second(work.epochs, *both))
        runs["plain"].append(plain_rows_per_second(*both))
    ours, plain = (statistics.median(all_) for all_ in runs.values())
    print(f"{ours / plain:6.0f} times the plain loop (asked: at least {work.asked}): {work.name}")
    print(f"       reta {ours:,.0f} rows a second (first call {first:,.0f}), plain loop {plain:,.0f}")


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
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print(f"One epoch of 40,000 rows, batch size 5, a later call; medians of {asked.rounds}")
    for work in LATER:
        side_by_side(work, asked.rounds, LOADED_AFTER if work is LATER[0] else 1)
    print(f"Long runs; medians of {asked.rounds}")
    for work in LONG:
        side_by_side(work, asked.rounds)
    print(f"({FEATURES} features, {TARGETS} targets, float32; the plain loop over its first {PLAIN_BATCHES:,} batches)")
    tutorial(asked.rounds)
    print(machine("reta", "torch", "numpy", "numba"), f"{torch.get_num_threads()} threads of PyTorch", sep=", ")


if __name__ == "__main__":
    main()
