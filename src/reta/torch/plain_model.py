"""Whether a model is one linear layer, and a loss the mean squared error, with nothing attached."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

__all__ = ["is_plain_linear", "is_plain_mse", "is_plain_tensor"]

_MODULE_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_TENSOR_HOOKS = ("_backward_hooks", "_post_accumulate_grad_hooks")
_DTYPES = (torch.float32, torch.float64)


def is_plain_linear(model: object) -> bool:
    """Return whether ``model`` is exactly ``nn.Linear``, and nothing would notice that it is not called."""
    if type(model) is not nn.Linear or not _is_bare(model):
        return False
    weight: Any = model.weight
    bias: Any = model.bias
    if not _is_plain_parameter(weight) or weight.ndim != 2 or 0 in weight.shape:
        return False
    if bias is None:
        return True
    return _is_plain_parameter(bias) and (bias.shape, bias.dtype) == (weight.shape[:1], weight.dtype)


def is_plain_mse(loss_fn: object) -> bool:
    """Return whether ``loss_fn`` is the mean squared error and nothing else."""
    if loss_fn is nn.functional.mse_loss:
        return True
    return type(loss_fn) is nn.MSELoss and loss_fn.reduction == "mean" and _is_bare(loss_fn)


def is_plain_tensor(tensor: Any) -> bool:
    """Return whether NumPy can read and write these numbers where they lie."""
    return (
        isinstance(tensor, torch.Tensor)
        and tensor.device.type == "cpu"
        and tensor.layout == torch.strided
        and tensor.dtype in _DTYPES
        and not (tensor.is_neg() or tensor.is_inference() or tensor.untyped_storage().is_shared())
    )


def _is_bare(module: nn.Module) -> bool:
    """Return whether a call of the module would do no more than its class says."""
    overridden = "forward" in vars(module) or getattr(module, "_compiled_call_impl", None) is not None
    return not overridden and not any(getattr(module, hooks, None) for hooks in _MODULE_HOOKS)


def _is_plain_parameter(parameter: Any) -> bool:
    return (
        type(parameter) is nn.Parameter
        and is_plain_tensor(parameter)
        and parameter.requires_grad
        and parameter.grad is None
        and parameter.is_contiguous()
        and not any(getattr(parameter, hooks, None) for hooks in _TENSOR_HOOKS)
    )
