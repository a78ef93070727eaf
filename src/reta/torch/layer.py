"""The one kind of layer that is a linear model, and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from torch import nn

from reta.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor

    from reta.types import FloatArray

__all__ = ["is_linear_layer", "weights_of"]


def is_linear_layer(module: object) -> bool:
    """Return whether ``module`` is an ``nn.Linear``, parametrized or not, that computes what one does."""
    return isinstance(module, nn.Linear) and type(module).forward is nn.Linear.forward


def weights_of(linear: nn.Linear) -> tuple[FloatArray, FloatArray | None]:
    """Return copies of the weights (k, p) and of the biases (k,), None without, on the processor in float64.

    Raises
    ------
    UsageError
        They are no real numbers, or hold none yet.
    """
    name = type(linear).__name__
    if not linear.weight.is_floating_point():
        raise UsageError(f"{name} holds weights of {linear.weight.dtype}: real numbers are needed")
    if linear.weight.is_meta or nn.parameter.is_lazy(linear.weight):
        raise UsageError(f"{name} holds no numbers yet: run it once, or load its weights")
    bias: Tensor | None = linear.bias
    return _numbers(linear.weight), None if bias is None else _numbers(bias)


def _numbers(part: Tensor) -> FloatArray:
    return np.array(part.detach().cpu().double().numpy(), dtype=np.float64)
