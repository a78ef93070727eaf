"""The mergeable statistic that every exact solution is computed from, and the pass over a table that gathers it."""

from __future__ import annotations

from reta.moments.builder import MomentsBuilder
from reta.moments.file import read_moments, write_moments
from reta.moments.gather import Gathered, gather
from reta.moments.moments import Moments

__all__ = ["Gathered", "Moments", "MomentsBuilder", "gather", "read_moments", "write_moments"]
