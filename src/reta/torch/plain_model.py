"""Whether a model is one linear layer with nothing attached."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.autograd import graph

__all__ = ["is_bare", "is_plain_tensor", "plain_linear"]

_MODULE_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_TENSOR_HOOKS = ("_backward_hooks", "_post_accumulate_grad_hooks")
_CALLED = ("forward", "_call_impl", "_wrapped_call_impl", "_slow_forward")
_DTYPES = (torch.float32, torch.float64)


def plain_linear(model: object) -> nn.Linear | None:
    """Return the layer that ``model`` is, alone or in an ``nn.Sequential``; None where a call would do more than it.

    Types are compared exactly: of a subclass nothing is known.
    """
    while type(model) is nn.Sequential and len(model) == 1 and is_bare(model):
        model = model[0]
    if type(model) is not nn.Linear or not is_bare(model):
        return None
    weight: Any = model.weight
    bias: Any = model.bias
    if not _is_plain_parameter(weight) or weight.ndim != 2 or 0 in weight.shape:
        return None
    if bias is None:
        return model
    plain = _is_plain_parameter(bias) and (bias.shape, bias.dtype) == (weight.shape[:1], weight.dtype)
    return model if plain else None


def is_bare(module: nn.Module) -> bool:
    """Return whether a call of the module would do no more than its class says."""
    overridden = (
        any(name in vars(module) for name in _CALLED) or getattr(module, "_compiled_call_impl", None) is not None
    )
    return not overridden and not any(getattr(module, hooks, None) for hooks in _MODULE_HOOKS)


def is_plain_tensor(tensor: Any) -> bool:
    """Return whether NumPy can read and write these numbers where they lie."""
    return (
        isinstance(tensor, torch.Tensor)
        and tensor.device.type == "cpu"
        and tensor.layout == torch.strided
        and tensor.dtype in _DTYPES
        and not (tensor.is_neg() or tensor.is_inference() or tensor.untyped_storage().is_shared())
        and not any(getattr(tensor, "names", ()))  # which newer versions have no more
        and tensor.untyped_storage().nbytes() >= tensor.element_size() * min(tensor.numel(), 1)
    )


def _is_plain_parameter(parameter: Any) -> bool:
    return (
        type(parameter) is nn.Parameter
        and is_plain_tensor(parameter)
        and parameter.requires_grad
        and parameter.is_leaf
        and parameter.grad is None
        and parameter.is_contiguous()
        and not any(getattr(parameter, hooks, None) for hooks in _TENSOR_HOOKS)
        and not _has_node_hooks(parameter)
    )


def _has_node_hooks(parameter: nn.Parameter) -> bool:
    """Return whether something hangs on the node where autograd gathers this parameter's gradient.

    The node lives as long as somebody holds it or a graph it is in. It keeps its hooks in two dictionaries, which no
    more than registering tells of.
    """
    node: Any = graph.get_gradient_edge(parameter).node
    for register in (node.register_prehook, node.register_hook):
        handle = register(lambda *_gradients: None)
        others = len(handle.hooks_dict_ref()) - 1
        handle.remove()
        if others:
            return True
    return False
