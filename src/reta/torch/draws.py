"""The batches of an epoch, drawn from the same generators in the same order as a ``DataLoader`` draws them."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import RandomSampler, SequentialSampler

if TYPE_CHECKING:
    from reta.types import IntArray

__all__ = ["epoch_batches"]


def epoch_batches(loader: Any, epochs: int = 1) -> tuple[IntArray, IntArray]:
    """Draw so many epochs.

    Returns
    -------
    tuple
        Rows in their order, and where each batch starts in it, with the end of the last: (n_batches + 1,).
    """
    size, drop_last = loader.batch_sampler.batch_size, loader.batch_sampler.drop_last
    orders = [_epoch(loader, size if drop_last else 1) for _ in range(epochs)]
    ends = np.cumsum([0, *map(len, orders)])
    starts = [np.arange(first, end, size) for first, end in pairwise(ends)]
    return np.concatenate(orders), np.concatenate([*starts, ends[-1:]])


def _epoch(loader: Any, whole: int) -> IntArray:
    """Draw the rows of an epoch, as many as make whole batches of so many."""
    iter(loader)  # an epoch begins with a seed for workers, drawn even where there are none
    order = _order(loader.batch_sampler.sampler)
    return order[: len(order) - len(order) % whole]


def _order(sampler: Any) -> IntArray:
    if type(sampler) is SequentialSampler:
        return np.arange(len(sampler), dtype=np.int64)
    if type(sampler) is RandomSampler and _is_one_permutation(sampler) and _draws_are_known():
        return _permutation(sampler)
    return np.array(list(sampler), dtype=np.int64)


def _is_one_permutation(sampler: RandomSampler) -> bool:
    return not sampler.replacement and sampler.num_samples == len(sampler.data_source)


def _permutation(sampler: RandomSampler) -> IntArray:
    """Draw as the sampler does: by a seed from the global generator, or from its own generator.

    At the end of an epoch it draws once more, for a remainder that is empty here; only its own generator remembers.
    """
    n, own = len(sampler.data_source), sampler.generator
    if own is None:
        seed = int(torch.empty((), dtype=torch.int64).random_().item())
        return _numbers(n, torch.Generator().manual_seed(seed))
    order = _numbers(n, own)
    torch.randperm(n, generator=own)
    return order


def _numbers(n: int, generator: torch.Generator) -> IntArray:
    numbers: IntArray = torch.randperm(n, generator=generator).numpy()
    return numbers


@cache
def _draws_are_known() -> bool:
    """Return whether ``RandomSampler`` still draws as ``_permutation`` does, tried once in a process."""
    with torch.random.fork_rng(devices=[]):
        return all(_agrees(shared) for shared in (True, False))


def _agrees(shared: bool) -> bool:
    seen = []
    for draw in (list, _permutation):
        generator = torch.default_generator if shared else torch.Generator()
        generator.manual_seed(1)
        order = draw(RandomSampler(range(11), generator=None if shared else generator))
        seen.append((list(order), generator.get_state().tolist()))
    return seen[0] == seen[1]
