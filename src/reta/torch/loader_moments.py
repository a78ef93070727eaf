"""The statistic of all rows that a loader gives, and no trace of the reading in its generators."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from reta.errors import UsageError
from reta.moment import Moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reta.types import FloatArray

__all__ = ["loader_moments"]

BLOCK_ROWS = 1 << 16  # batches are small, and summing costs by the call


def loader_moments(loader: Iterable[Any], before: Sequence[torch.nn.Module], p: int, k: int) -> tuple[Moments, int]:
    """Return the moments of p features and k targets over one epoch, and the number of its batches.

    Parameters
    ----------
    loader
        Gives batches (features, targets): (n, p) once they went through ``before``, and (n, k), or (n,) for k = 1.
    before
        Modules without parameters.

    Raises
    ------
    UsageError
        It cannot be gone through, or batches are no pairs of tensors of these shapes.
    """
    total = Moments.empty([f"x{j}" for j in range(p)], [f"y{j}" for j in range(k)] if k > 1 else ["y"])
    n_batches = 0
    with _generators_kept(loader):
        for block in _blocks(_pair(batch, before, p, k) for batch in _epoch(loader)):
            X, Y = (np.concatenate(parts) for parts in zip(*block, strict=True))
            total += Moments.from_arrays(X, Y, features=total.features, targets=total.targets)
            n_batches += len(block)
    return total, n_batches


def _epoch(loader: Iterable[Any]) -> Iterator[Any]:
    try:
        return iter(loader)
    except TypeError:
        raise UsageError(f"a loader of batches (features, targets) is meant, not {type(loader).__name__}") from None


def _blocks(pairs: Iterable[tuple[FloatArray, FloatArray]]) -> Iterator[list[tuple[FloatArray, FloatArray]]]:
    block: list[tuple[FloatArray, FloatArray]] = []
    rows = 0
    for pair in pairs:
        block.append(pair)
        rows += len(pair[0])
        if rows >= BLOCK_ROWS:
            yield block
            block, rows = [], 0
    if block:
        yield block


def _pair(batch: Any, before: Sequence[torch.nn.Module], p: int, k: int) -> tuple[FloatArray, FloatArray]:
    if not isinstance(batch, list | tuple) or len(batch) != 2:
        found = f"{len(batch)} parts" if isinstance(batch, list | tuple) else type(batch).__name__
        raise UsageError(f"the loader gives batches of {found}: pairs (features, targets) are meant")
    features, targets = batch
    for module in before:
        features = module(features)
    X, Y = _array(features), _array(targets)
    if Y.ndim == 1 and k == 1:
        Y = Y[:, None]
    if X.shape[1:] != (p,) or Y.shape != (len(X), k):
        raise UsageError(f"batches of shapes {X.shape} and {Y.shape} do not fit a layer of {p} to {k}")
    return X, Y


def _array(part: Any) -> FloatArray:
    if isinstance(part, torch.Tensor):
        part = part.detach().cpu().double().numpy()
    return np.asarray(part, dtype=np.float64)


@contextmanager
def _generators_kept(loader: Any) -> Iterator[None]:
    """Leave the global generator of the processor, and those that the loader draws from, as they were."""
    batch_sampler = getattr(loader, "batch_sampler", None)
    owners = (loader, getattr(loader, "sampler", None), batch_sampler, getattr(batch_sampler, "sampler", None))
    found = [getattr(owner, "generator", None) for owner in owners]
    own = [generator for generator in found if isinstance(generator, torch.Generator)]
    states = [generator.get_state() for generator in own]
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        for generator, state in zip(own, states, strict=True):
            generator.set_state(state)
