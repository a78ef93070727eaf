"""Whether a loss is one that the descent knows, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.nn import functional

from reta.descent import MSE, Loss
from reta.torch.plain_model import is_bare
from reta.torch.untouched import is_own_function

if TYPE_CHECKING:
    from reta.types import Reduction

__all__ = ["PlainLoss", "plain_loss"]

_MODULES: dict[type, str] = {
    nn.MSELoss: "mse_loss",
    nn.L1Loss: "l1_loss",
    nn.HuberLoss: "huber_loss",
    nn.SmoothL1Loss: "smooth_l1_loss",
}
_WIDTHS = {"huber_loss": "delta", "smooth_l1_loss": "beta"}  # where the parabola ends


@dataclass(frozen=True, slots=True)
class PlainLoss:
    """What one of PyTorch's losses is to the descent.

    Attributes
    ----------
    loss
        Of an element.
    reduction
        How a batch's loss comes of its elements'.
    factor
        On the loss of every element.
    """

    loss: Loss
    reduction: Reduction
    factor: float = 1.0


def plain_loss(loss_fn: object) -> PlainLoss | None:
    """Return what a loss is; None where that is not known.

    Known are PyTorch's mean squared error, L1, Huber and smooth L1: modules, functions, and ``functools.partial`` of
    such a function with keywords.
    """
    name, options = _of_module(loss_fn) if isinstance(loss_fn, nn.Module) else _of_function(loss_fn)
    reduction, width = options.pop("reduction", "mean"), options.pop(_WIDTHS.get(name, ""), 1.0)
    if name == "" or options or reduction not in ("mean", "sum"):
        return None
    if name == "mse_loss":
        return PlainLoss(MSE, reduction)
    if name == "l1_loss":
        return PlainLoss(Loss("absolute"), reduction)
    if not isinstance(width, int | float) or not 0 < width < math.inf:
        return None
    return PlainLoss(Loss("huber", float(width)), reduction, 1.0 if name == "huber_loss" else 1 / width)


def _of_module(module: nn.Module) -> tuple[str, dict[str, Any]]:
    """Return the name of its function and the keywords that it is called with; no name where that is not known."""
    name = _MODULES.get(type(module), "")
    if not name or not is_bare(module):
        return "", {}
    return name, {option: getattr(module, option) for option in ("reduction", _WIDTHS.get(name)) if option is not None}


def _of_function(function: Any) -> tuple[str, dict[str, Any]]:
    """As ``_of_module``, of a function."""
    keywords: dict[str, Any] = {}
    if type(function) is partial and not function.args:
        keywords, function = dict(function.keywords), function.func
    for name in _MODULES.values():
        if function is getattr(functional, name) and is_own_function(function, name):
            return name, keywords
    return "", {}
