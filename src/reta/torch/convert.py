"""Models from PyTorch's layer of weights and biases, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from reta.model import LinearModel

__all__ = ["from_torch"]


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
    from reta.torch.layer import is_linear_layer, weights_of

    if not is_linear_layer(linear):
        raise UsageError(f"a torch.nn.Linear is meant, not {type(linear).__name__}: hand over the layer itself")
    weight, bias = weights_of(linear)
    k, p = weight.shape
    features = [f"x{j}" for j in range(p)] if feature_names is None else feature_names
    targets = (["y"] if k == 1 else [f"y{j}" for j in range(k)]) if target_names is None else target_names
    return given_model(weight, bias, features, targets, source=f"torch.nn.{type(linear).__name__}")
