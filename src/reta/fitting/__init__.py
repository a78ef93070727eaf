"""Data in, model out: the layers below put together.

``descend`` is imported where it is needed, so that a fit starts without it.
"""

from __future__ import annotations

from reta.fitting.collect import Collected, collect
from reta.fitting.fit import fit
from reta.fitting.load import load
from reta.fitting.moments import moments

__all__ = ["Collected", "collect", "fit", "load", "moments"]
