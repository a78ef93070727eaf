"""Whether a loader gives pairs of rows of two tensors, by a sampler of PyTorch's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    SequentialSampler,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
)
from torch.utils.data._utils import collate

from reta.torch.plain_model import is_plain_tensor

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["is_plain_loader", "plain_tensors"]


def is_plain_loader(loader: object, linear: Any) -> bool:
    """Return whether ``loader`` gives rows that fit the layer, and drawing a whole epoch's ahead changes nothing.

    A sampler that is not PyTorch's own may look at the model while it is trained, and must be asked batch by batch.
    """
    return (
        type(loader) is DataLoader
        and type(loader.dataset) is TensorDataset
        and not hasattr(loader.dataset, "__getitems__")
        and _is_plain_delivery(loader)
        and _fits(loader.dataset.tensors, linear.weight)
        and type(loader.batch_sampler) is BatchSampler
        and type(loader.batch_sampler.batch_size) is int
        and _is_plain_sampler(loader.batch_sampler.sampler, loader.dataset)
        and all(_is_plain_generator(each) for each in (loader, loader.batch_sampler.sampler))
    )


def plain_tensors(loader: Any) -> tuple[Tensor, Tensor]:
    """Return features and targets of a plain loader."""
    X, Y = loader.dataset.tensors
    return X, Y


def _is_plain_delivery(loader: DataLoader[Any]) -> bool:
    return (
        "_get_iterator" not in vars(loader)
        and loader.num_workers == 0
        and loader.timeout == 0
        and not loader.pin_memory
        and loader.collate_fn is default_collate
        and _stacks_tensors()
    )


def _stacks_tensors() -> bool:
    """Return whether collation of tensors is PyTorch's own; a program may register another."""
    known = vars(collate)
    return known.get("default_collate_fn_map", {}).get(torch.Tensor) is known.get("collate_tensor_fn")


def _fits(tensors: tuple[Tensor, ...], weight: Tensor) -> bool:
    if len(tensors) != 2:
        return False
    k, p = weight.shape
    return all(
        type(tensor) is torch.Tensor
        and is_plain_tensor(tensor)
        and not tensor.requires_grad
        and tensor.dtype == weight.dtype
        and tensor.ndim == 2
        and tensor.shape == (len(tensors[0]), width)
        for tensor, width in zip(tensors, (p, k), strict=True)
    )


def _is_plain_sampler(sampler: object, dataset: TensorDataset) -> bool:
    if type(sampler) in (RandomSampler, SequentialSampler):
        return sampler.data_source is dataset  # type: ignore[attr-defined]  # both have one
    if type(sampler) is WeightedRandomSampler:
        return type(sampler.weights) is torch.Tensor and len(sampler.weights) <= len(dataset)
    return type(sampler) is SubsetRandomSampler and _are_rows(sampler.indices, len(dataset))


def _are_rows(indices: object, n_rows: int) -> bool:
    if type(indices) not in (list, tuple, range):
        return False
    rows = np.asarray(indices)
    if not rows.size:
        return True
    return rows.ndim == 1 and rows.dtype.kind == "i" and bool(rows.min() >= 0 and rows.max() < n_rows)


def _is_plain_generator(owner: object) -> bool:
    generator = getattr(owner, "generator", None)
    return generator is None or (type(generator) is torch.Generator and generator.device.type == "cpu")
