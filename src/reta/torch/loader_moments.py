"""All rows that a loader gives, and their statistic; no trace of the reading in its generators."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from reta.descent.shuffling import Rows
from reta.errors import UsageError
from reta.moment import Moments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reta.types import FloatArray

__all__ = ["LoaderRows", "loader_moments"]

BLOCK_ROWS = 1 << 16  # batches are small, and summing costs by the call
KEPT_CELLS = 1 << 24  # 128 MB


@dataclass(frozen=True, slots=True, eq=False)
class LoaderRows:
    """An epoch of a loader.

    Attributes
    ----------
    moments
        Of its features and targets.
    batch_sizes
        Rows of each batch.
    by_chance
        Whether every epoch takes the rows in another order, each once.
    blocks
        The rows, in float64; empty where they are too many to keep.
    """

    moments: Moments
    batch_sizes: tuple[int, ...]
    by_chance: bool
    blocks: tuple[Rows, ...]


def loader_moments(loader: Iterable[Any], before: Sequence[torch.nn.Module], p: int, k: int) -> LoaderRows:
    """Return one epoch's rows of p features and k targets, and their moments.

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
    sizes: list[int] = []
    kept: list[Rows] = []
    with _generators_kept(loader):
        for block in _blocks(_pair(batch, before, p, k) for batch in _epoch(loader)):
            X, Y = (np.concatenate(parts) for parts in zip(*block, strict=True))
            total += Moments.from_arrays(X, Y, features=total.features, targets=total.targets)
            sizes.extend(len(part) for part, _ in block)
            if total.n_samples * (p + k) <= KEPT_CELLS:
                kept.append(Rows(X, Y))
            else:
                kept.clear()
    return LoaderRows(total, tuple(sizes), _by_chance(loader), tuple(kept))


def _by_chance(loader: Iterable[Any]) -> bool:
    from torch.utils.data import BatchSampler, DataLoader, RandomSampler

    if not isinstance(loader, DataLoader) or type(loader.batch_sampler) is not BatchSampler:
        return False
    sampler = loader.sampler
    return type(sampler) is RandomSampler and not sampler.replacement and sampler.num_samples == len(sampler)


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
