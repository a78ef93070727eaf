"""Whether the functions that the ordinary loop calls are still PyTorch's own.

A program may replace a method of PyTorch's classes or a function of its modules, and so may a library that watches.
What a replacement does is not known: the loop then has to be made as it is written.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, GetSetDescriptorType, MethodDescriptorType, WrapperDescriptorType
from typing import Any

import torch
from torch import nn
from torch.utils import data
from torch.utils.data import dataloader
from torch.utils.data._utils import fetch

__all__ = ["are_untouched", "is_own_function"]

_ROOT = str(Path(torch.__file__).parent) + os.sep
_IN_C = (BuiltinFunctionType, GetSetDescriptorType, MethodDescriptorType, WrapperDescriptorType)

_LOOKUP = ("__getattribute__", "__getattr__")
_MODULE = ("__call__", "_wrapped_call_impl", "_call_impl", "forward", *_LOOKUP)
_SAMPLER = ("__iter__", "__len__", *_LOOKUP)
_TENSOR = (
    "backward",
    "__getitem__",
    "__hash__",
    "grad",
    "requires_grad",
    "size",
    "item",
    "random_",
    "tolist",
    *_LOOKUP,
)
_ARITHMETIC = ("add", "add_", "mul_", "__neg__", "detach", "clone")

# What is called of the class of the object at hand; its first definition counts, in that class or in a base.
_METHODS: dict[type, tuple[str, ...]] = {
    nn.Linear: _MODULE,
    nn.Sequential: (*_MODULE, "__iter__"),
    nn.MSELoss: _MODULE,
    nn.L1Loss: _MODULE,
    nn.HuberLoss: _MODULE,
    nn.SmoothL1Loss: _MODULE,
    nn.Parameter: (*_TENSOR, *_ARITHMETIC),
    torch.Tensor: ("__torch_function__", *_TENSOR, *_ARITHMETIC),
    torch.optim.SGD: (
        *("step", "zero_grad", "_init_group", "_optimizer_step_code", "_group_tensors_by_device_and_dtype"),
        *_LOOKUP,
    ),
    data.TensorDataset: ("__getitem__", "__getitems__", "__len__", *_LOOKUP),
    data.DataLoader: ("__iter__", "_get_iterator", "_auto_collation", "_index_sampler", *_LOOKUP),
    data.BatchSampler: _SAMPLER,
    data.SequentialSampler: _SAMPLER,
    data.RandomSampler: (*_SAMPLER, "num_samples"),
    data.SubsetRandomSampler: _SAMPLER,
    data.WeightedRandomSampler: _SAMPLER,
    dataloader._DatasetKind: ("create_fetcher",),  # noqa: SLF001 - this and what follows have no public name
    dataloader._BaseDataLoaderIter: ("__init__",),  # noqa: SLF001
    dataloader._SingleProcessDataLoaderIter: (  # noqa: SLF001
        *("__init__", "__iter__", "__next__", "_next_index", "_next_data"),
        *_LOOKUP,
    ),
    fetch._MapDatasetFetcher: ("__init__", "fetch", *_LOOKUP),  # noqa: SLF001
}

_LOSSES = ("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss")
_FOREACH = ("_foreach_add", "_foreach_add_", "_foreach_mul_", "_foreach_neg")
_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "torch": ("stack", "broadcast_tensors", "empty", "randperm", "randint", "multinomial", *_FOREACH),
    "torch._C._nn": ("linear", *_LOSSES),
    "torch.autograd": (
        *("backward", "is_tensor_like"),
        *("_make_grads", "_tensor_or_tensors_to_tuple", "_engine_run_backward"),
    ),
    "torch.functional": ("broadcast_tensors",),
    "torch.nn._reduction": ("get_enum",),
    "torch.nn.functional": ("linear", *_LOSSES),
    "torch.optim.optimizer": ("_get_foreach_kernels_supported_devices", "_get_fused_kernels_supported_devices"),
    "torch.optim.sgd": (
        *("sgd", "_single_tensor_sgd", "_multi_tensor_sgd"),
        *("_default_to_fused_or_foreach", "_to_scalar"),
    ),
    "torch.utils.data._utils.collate": ("default_collate", "collate", "collate_tensor_fn"),
    "torch.utils.data._utils.fetch": ("_MapDatasetFetcher",),
    "torch.utils.data.dataloader": ("_DatasetKind", "_SingleProcessDataLoaderIter", "_get_distributed_settings"),
}

_ALIASES = {"__call__": "_wrapped_call_impl", "__neg__": "neg"}
_WRAPPERS = {  # which PyTorch puts around functions of its own, the first two once torch.compile was used
    "DisableContext.__call__.<locals>._fn",
    "_TorchDynamoContext.__call__.<locals>._fn",
    "Optimizer.profile_hook_step.<locals>.wrapper",
    "_disable_dynamo.<locals>.inner",
    "_use_grad_for_differentiable.<locals>._use_grad",
}


def are_untouched() -> bool:
    """Return whether all that the ordinary loop of plain parts would call is PyTorch's own."""
    return (
        all(_is_own_method(cls, name) for cls, names in _METHODS.items() for name in names)
        and all(_is_own_name(module, name) for module, names in _FUNCTIONS.items() for name in names)
        and all(vars(module)["F"] is nn.functional for module in (nn.modules.linear, nn.modules.loss))
        and nn.Parameter.__torch_function__ is torch._C._disabled_torch_function_impl  # noqa: SLF001 - has no other name
    )


def is_own_function(function: object, qualified_name: str) -> bool:
    """Return whether the code behind a function is PyTorch's of this name, at most in PyTorch's own wrappers."""
    while isinstance(function, FunctionType) and function.__code__.co_filename.startswith(_ROOT):
        if function.__code__.co_qualname == qualified_name:
            return True
        if function.__code__.co_qualname not in _WRAPPERS:
            return False
        function = getattr(function, "__wrapped__", None)
    return False


def _is_own_method(cls: type, name: str) -> bool:
    for owner in cls.__mro__:
        if name in vars(owner):
            return _is_own(vars(owner)[name], _ALIASES.get(name, name), f"{owner.__qualname__}.")
    return True


def _is_own_name(module: str, name: str) -> bool:
    """Return whether a module has its own function or class, or none, as some versions have."""
    names = vars(sys.modules[module])
    return name not in names or _is_own(names[name], name)


def _is_own(value: Any, name: str, prefix: str = "") -> bool:
    if isinstance(value, _IN_C):
        return value.__name__ == name
    if isinstance(value, type):
        return value.__module__.startswith("torch.") and value.__qualname__ == name
    if isinstance(value, property):
        value = value.fget
    elif isinstance(value, staticmethod | classmethod):
        value = value.__func__
    return is_own_function(value, prefix + name)
