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
    "rows_of_small_work",
]

Road: TypeAlias = Literal["numpy", "compiled"]

COMPILED_FROM_CELLS = 1 << 23
COMPILED_UP_TO_COLUMNS = 256  # beyond, BLAS is as fast
EXTENDED_UP_TO_COLUMNS = 64  # of the kernel in extended precision; beyond, slices in BLAS are as fast

# 15 ms on two cores for 10 columns. Up to there extended precision takes no longer than scikit-learn takes in float64.
_SMALL_WORK = 1 << 24
_CUTTING = 4  # columns are cut into slices in the time of their products with so many


def road_by_size(n_rows: int, q: int) -> Road:
    """Return the road of so many rows and columns."""
    return "compiled" if q <= COMPILED_UP_TO_COLUMNS and n_rows * q >= COMPILED_FROM_CELLS else "numpy"


def rows_of_small_work(q: int) -> int:
    """Return how many rows of q columns are summed in extended precision in some tens of milliseconds."""
    return _SMALL_WORK // (max(q, 1) * (q + _CUTTING))


def is_small_work(n_rows: int, q: int) -> bool:
    """Tell whether rows are so few that extended precision is taken unasked, right the first time."""
    return n_rows <= rows_of_small_work(q)
