"""Gradient descent: its whole path in closed form, steps over mini-batches, and what a run has left to gain.

``surface``, which reads moments, is imported where it is needed, so that PyTorch loops load no reader of tables.
"""

from __future__ import annotations

from reta.descent.batches import road_for, run_batches
from reta.descent.certificate import Certificate, certify
from reta.descent.directions import Direction
from reta.descent.losses import MSE, Loss, element_losses, element_slopes
from reta.descent.parameters import Parameters
from reta.descent.trajectory import Point, Trajectory
from reta.descent.update import Update

__all__ = [
    "MSE",
    "Certificate",
    "Direction",
    "Loss",
    "Parameters",
    "Point",
    "Trajectory",
    "Update",
    "certify",
    "element_losses",
    "element_slopes",
    "road_for",
    "run_batches",
]
