"""Work on several items at once, results in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import TYPE_CHECKING, Generic, TypeVar

from reta.processors import usable_cpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

__all__ = ["in_order"]

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_WORKERS = 8


def in_order(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield ``work(item)`` for each item, in the order of the items.

    Notes
    -----
    One more thread than there are processors, eight at most, and three items ahead of them: memory does not grow with
    the number of items. A single item is worked on at once, without threads. An error of ``items`` comes after the
    results of those before it.
    """
    queue = _Until(iter(items))
    first = list(islice(queue, 2))
    if len(first) < 2:
        yield from map(work, first)
        queue.raise_failure()
        return
    workers = min(usable_cpus() + 1, _MOST_WORKERS)
    under_way: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for item in chain(first, queue):
            under_way.append(pool.submit(work, item))
            if len(under_way) > workers + 2:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    queue.raise_failure()


class _Until(Generic[Item]):
    """Items up to the first failure, which is kept for later."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._failure: Exception | None = None

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        try:
            return next(self._items)
        except StopIteration:
            raise
        except Exception as failure:
            self._failure = failure
            raise StopIteration from failure

    def raise_failure(self) -> None:
        """Raise it, if there was one."""
        if self._failure is not None:
            raise self._failure
