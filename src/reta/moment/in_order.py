"""Work on the parts of an array by threads, whose results come in the order of the parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from reta.blas_threads import one_blas_thread
from reta.processors import usable_cpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["in_order"]

T = TypeVar("T")


def in_order(work: Callable[[int], T], starts: Sequence[int], threads: int | None = None) -> Iterator[T]:
    """Yield ``work(start)`` for every start, in their order, by threads that each keep BLAS to themselves.

    Parameters
    ----------
    work
        What a part gives; it lets go of the interpreter while it computes.
    starts
        Where the parts begin.
    threads
        By default as many as the process may use.
    """
    threads = min(len(starts), threads or usable_cpus())
    with one_blas_thread():
        if threads == 1:
            yield from map(work, starts)
            return
        with ThreadPoolExecutor(threads) as pool:
            yield from pool.map(work, starts)
