"""Sample tables that ship with reta."""

from __future__ import annotations

from reta.datasets.crops import crops_5, crops_15

__all__ = ["crops_5", "crops_15"]
