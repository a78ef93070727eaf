"""PyTorch's layer of weights and biases is a linear model: the model of a layer, and the layer's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.errors import UsageError
from reta.extras import load_extra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

    from reta.model.linear_model import LinearModel
    from reta.types import FloatArray

__all__ = ["from_torch", "is_linear_layer", "weights_of"]


def from_torch(
    linear: nn.Linear,
    feature_names: str | Sequence[str] | None = None,
    target_names: str | Sequence[str] | None = None,
) -> LinearModel:
    """Return the model that a ``torch.nn.Linear`` is: it predicts, evaluates and saves like any other.

    Parameters
    ----------
    linear
        With weights (k, p) and biases (k,), or none; on any device.
    feature_names, target_names
        ``x0``, ``x1``, … and ``y``, or ``y0``, ``y1``, …, by default; a single name may stand by itself.

    Returns
    -------
    LinearModel
        Of nothing but these numbers: the rows they were found on are not known, so there are no errors, tests or
        intervals. ``LinearModel.to_torch`` goes back.

    Raises
    ------
    UsageError
        It is no ``nn.Linear``, holds NaN or infinity, or the names do not fit its shape.
    ExtraMissing
        PyTorch is not installed.

    Examples
    --------
    >>> import reta, torch
    >>> linear = torch.nn.Linear(3, 2)
    >>> model = reta.from_torch(linear, ["temp", "rainfall", "humidity"], ["apples", "oranges"])
    >>> bool((model.coef_ == linear.weight.detach().double().numpy()).all())
    True
    """
    from reta.model.given import given_model

    if not is_linear_layer(linear):
        raise UsageError(f"a torch.nn.Linear is meant, not {type(linear).__name__}: hand over the layer itself")
    weight, bias = weights_of(linear)
    k, p = weight.shape
    features = [f"x{j}" for j in range(p)] if feature_names is None else feature_names
    targets = (["y"] if k == 1 else [f"y{j}" for j in range(k)]) if target_names is None else target_names
    return given_model(weight, bias, features, targets, source=f"torch.nn.{type(linear).__name__}")


def is_linear_layer(module: object) -> bool:
    """Return whether ``module`` is an ``nn.Linear``, parametrized or not, that computes what one does."""
    nn = load_extra("torch.nn", "a model from a PyTorch layer", extra="torch")
    return isinstance(module, nn.Linear) and type(module).forward is nn.Linear.forward


def weights_of(linear: nn.Linear) -> tuple[FloatArray, FloatArray | None]:
    """Return copies of the weights (k, p) and of the biases (k,), None without, on the processor in float64.

    Raises
    ------
    UsageError
        They are no real numbers, or hold none yet.
    """
    from torch.nn.parameter import is_lazy

    name = type(linear).__name__
    if not linear.weight.is_floating_point():
        raise UsageError(f"{name} holds weights of {linear.weight.dtype}: real numbers are needed")
    if linear.weight.is_meta or is_lazy(linear.weight):
        raise UsageError(f"{name} holds no numbers yet: run it once, or load its weights")
    bias: Tensor | None = linear.bias
    return _numbers(linear.weight), None if bias is None else _numbers(bias)


def _numbers(part: Tensor) -> FloatArray:
    return np.array(part.detach().cpu().double().numpy(), dtype=np.float64)
