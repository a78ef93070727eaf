"""reta: multi-target linear regression, from the first gradient step to billions of rows.

Names are loaded on first use, so that ``import reta`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from reta.version import __version__

if TYPE_CHECKING:
    from reta import datasets, errors
    from reta.descent import Certificate, Trajectory
    from reta.fitting import fit, load, moments
    from reta.fitting.descend import Run, descend, trajectory
    from reta.model import Intervals, LinearModel
    from reta.model.region import PredictionRegion
    from reta.moment import Moments
    from reta.tables import ReadOptions
    from reta.torch_layer import from_torch

__all__ = [
    "Certificate",
    "Intervals",
    "LinearModel",
    "Moments",
    "PredictionRegion",
    "ReadOptions",
    "Run",
    "Trajectory",
    "__version__",
    "datasets",
    "descend",
    "errors",
    "fit",
    "from_torch",
    "load",
    "moments",
    "trajectory",
]

_HOMES = {
    "Certificate": "reta.descent",
    "Intervals": "reta.model",
    "LinearModel": "reta.model",
    "Moments": "reta.moment",
    "PredictionRegion": "reta.model.region",
    "ReadOptions": "reta.tables",
    "Run": "reta.fitting.descend",
    "Trajectory": "reta.descent",
    "descend": "reta.fitting.descend",
    "fit": "reta.fitting",
    "from_torch": "reta.torch_layer",
    "load": "reta.fitting",
    "moments": "reta.fitting",
    "trajectory": "reta.fitting.descend",
}


def __getattr__(name: str) -> object:
    if name in ("datasets", "errors"):
        return import_module(f"reta.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'reta' has no attribute '{name}'")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
