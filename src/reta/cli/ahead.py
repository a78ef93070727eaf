"""Items made by a thread of their own, some of them ahead of whoever uses them."""

from __future__ import annotations

from contextlib import contextmanager
from queue import Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ahead"]

Item = TypeVar("Item")

_LOOK_S = 0.1  # how often a thread with nowhere to put an item looks whether anybody still wants it


@contextmanager
def ahead(items: Iterator[Item], most: int = 2) -> Iterator[Iterator[Item]]:
    """Give the items in their order, up to ``most`` of them made before they are asked for.

    An error of ``items`` comes in its turn. At the end of the block the thread ends, whether all were asked for or not.
    """
    maker = _Maker(items, most)
    thread = Thread(target=maker.make, daemon=True)
    thread.start()
    try:
        yield maker.taken()
    finally:
        maker.unwanted.set()
        thread.join()


class _Maker(Generic[Item]):
    """A queue of items in tuples, at its end an error, or nothing."""

    def __init__(self, items: Iterator[Item], most: int) -> None:
        self._items = items
        self._waiting: Queue[tuple[Item] | BaseException | None] = Queue(most)
        self.unwanted = Event()

    def make(self) -> None:
        """Put all items into the queue, as long as they are wanted."""
        try:
            for item in self._items:
                if not self._put((item,)):
                    return
            self._put(None)
        except BaseException as failure:  # noqa: BLE001 - Ctrl-C too: it is raised where the item would have been
            self._put(failure)

    def taken(self) -> Iterator[Item]:
        """Take them out."""
        while (found := self._waiting.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found[0]

    def _put(self, found: tuple[Item] | BaseException | None) -> bool:
        while not self.unwanted.is_set():
            try:
                self._waiting.put(found, timeout=_LOOK_S)
            except Full:
                continue
            return True
        return False
