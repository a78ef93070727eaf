"""The mergeable statistic that every exact solution is computed from, and the pass over a table that gathers it."""

from __future__ import annotations

from reta.moment.builder import MomentsBuilder
from reta.moment.file import read_moments, write_moments
from reta.moment.gather import Gathered, gather
from reta.moment.moments import Moments

__all__ = ["Gathered", "Moments", "MomentsBuilder", "gather", "read_moments", "write_moments"]
