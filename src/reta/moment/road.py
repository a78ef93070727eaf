"""The road from rows to sums: NumPy, or a compiled kernel where so many cells pay for loading it.

By size alone, never by what happens to be loaded, so that equal data give equal bits in every process. At 10 million
cells (1,000,000 × 10) NumPy takes 23 ms and the kernel 5, but loading the kernel takes 0.5 s in a process with no
Numba yet, and 3 s more once on a machine: worth it for whoever asks such arrays more than a few questions.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = [
    "COMPILED_FROM_CELLS",
    "COMPILED_UP_TO_COLUMNS",
    "EXTENDED_UP_TO_COLUMNS",
    "Road",
    "is_small_work",
    "road_by_size",
    "rows_at_first",
]

Road: TypeAlias = Literal["numpy", "compiled"]

COMPILED_FROM_CELLS = 1 << 23
COMPILED_UP_TO_COLUMNS = 256  # beyond, BLAS is as fast
EXTENDED_UP_TO_COLUMNS = 64  # of the kernel in extended precision; beyond, slices in BLAS are as fast

# 0.3 ms. Up to there extended precision takes no longer than it takes to find out that float64 will do.
_SMALL_WORK = 1 << 18
_FIRST_WORK = 1 << 20  # 1 ms on two cores for 10 columns, a hundredth of what a file takes that is worth judging
_CUTTING = 4  # columns are cut into slices in the time of their products with so many


def road_by_size(n_rows: int, q: int) -> Road:
    """Return the road of so many rows and columns."""
    return "compiled" if q <= COMPILED_UP_TO_COLUMNS and n_rows * q >= COMPILED_FROM_CELLS else "numpy"


def is_small_work(n_rows: int, q: int) -> bool:
    """Tell whether rows of q columns are so few that extended precision is taken unasked, right the first time."""
    return n_rows * q * (q + _CUTTING) <= _SMALL_WORK


def rows_at_first(q: int) -> int:
    """Return how many rows of q columns of a file are summed in extended precision in some milliseconds."""
    return _FIRST_WORK // (max(q, 1) * (q + _CUTTING))
