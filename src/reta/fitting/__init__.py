"""Data in, model out: the layers below put together."""

from __future__ import annotations

from reta.fitting.collect import Collected, collect
from reta.fitting.descend import Run, descend, trajectory
from reta.fitting.fit import fit
from reta.fitting.load import load
from reta.fitting.moments import moments

__all__ = ["Collected", "Run", "collect", "descend", "fit", "load", "moments", "trajectory"]
