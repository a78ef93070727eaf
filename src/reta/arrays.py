"""Quotients of sizes of which some are zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["or_one", "share_of"]


def or_one(sizes: FloatArray) -> FloatArray:
    """Return sizes to divide by: 1 in the place of 0."""
    return np.where(sizes > 0.0, sizes, 1.0)


def share_of(part: FloatArray, whole: FloatArray, *, of_nothing: float) -> FloatArray:
    """Return ``part / whole``, 0 where there is no part and ``of_nothing`` where there is no whole to one."""
    return np.divide(part, whole, out=np.where(part > 0.0, of_nothing, 0.0), where=whole > 0.0)
