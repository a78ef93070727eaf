"""Gradient descent: steps over mini-batches, as PyTorch makes them."""

from __future__ import annotations

from reta.descent.batches import road_for, run_batches
from reta.descent.losses import MSE, Loss, element_losses, element_slopes
from reta.descent.parameters import Parameters
from reta.descent.update import Update

__all__ = [
    "MSE",
    "Loss",
    "Parameters",
    "Update",
    "element_losses",
    "element_slopes",
    "road_for",
    "run_batches",
]
