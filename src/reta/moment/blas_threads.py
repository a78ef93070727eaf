"""How many threads BLAS may use while others are at work."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NARROW", "one_blas_thread"]

NARROW = 64  # columns up to which a block is too small for BLAS to share


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS to the calling thread, in the whole process, until the block ends.

    Where every processor is busy with reading or with other blocks, threads of BLAS wait for one another by spinning:
    a CSV took 1.7 times as long.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
