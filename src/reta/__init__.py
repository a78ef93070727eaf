"""reta: multi-target linear regression, from the first gradient step to billions of rows.

Names are loaded on first use, so that ``import reta`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from reta.version import __version__

if TYPE_CHECKING:
    from reta import datasets, errors
    from reta.fitting import fit, load, moments
    from reta.model import Intervals, LinearModel
    from reta.model.region import PredictionRegion
    from reta.moment import Moments
    from reta.tables import ReadOptions

__all__ = [
    "Intervals",
    "LinearModel",
    "Moments",
    "PredictionRegion",
    "ReadOptions",
    "__version__",
    "datasets",
    "errors",
    "fit",
    "load",
    "moments",
]

_HOMES = {
    "Intervals": "reta.model",
    "LinearModel": "reta.model",
    "Moments": "reta.moment",
    "PredictionRegion": "reta.model.region",
    "ReadOptions": "reta.tables",
    "fit": "reta.fitting",
    "load": "reta.fitting",
    "moments": "reta.fitting",
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
