"""How many threads BLAS may use while reta computes: one, and one owner who sees to it for the whole process.

OpenBLAS adds up in another order when it has another number of threads, so that bits would depend on the machine's
cores and on what else the process does; and where processors are busy its threads wait for one another by spinning.
What is worth sharing is shared by threads of reta's own, over parts that depend on the size of the data alone.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["one_blas_thread"]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep NumPy's BLAS to the calling thread, in the whole process, until the last of those who asked for it is done.

    Blocks may lie within one another and in any number of threads: the first one in remembers what was found, the last
    one out puts it back. Also a decorator, of functions that are no generators.

    Notes
    -----
    5 µs, 2 within another such block; some 10 ms once in a process.
    """
    visit = object()
    try:
        _OWNER.enter(visit)
        yield
    finally:
        _OWNER.leave(visit)


class _Found(NamedTuple):
    """A BLAS, the number of threads that it had, and the thread that found it so."""

    library: Any
    number: int
    thread: int


class _Owner:
    """Who is inside, and what was found before the first one came."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._threads: dict[object, int] = {}  # of every visit
        self._found: list[_Found] = []
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._after_fork
            )

    def enter(self, visit: object) -> None:
        """Limit BLAS, unless somebody did."""
        with self._lock:
            thread = get_ident()
            if thread not in self._threads.values():
                for library in _blas_of_numpy():
                    number = library.get_num_threads()
                    if number != 1:
                        self._found.append(_Found(library, number, thread))
                        _set(library, 1)
            self._threads[visit] = thread

    def leave(self, visit: object) -> None:
        """Put back what was found, unless somebody is still inside."""
        with self._lock:
            thread = self._threads.pop(visit, None)
            if thread is not None and thread not in self._threads.values():
                self._put_back(thread)

    def _put_back(self, thread: int) -> None:
        """Put back all, where nobody is inside; else what only concerns ``thread``."""
        kept = []
        for found in self._found:
            if not self._threads or (found.thread == thread and _is_limited_by_thread(found.library)):
                _set(found.library, found.number)
            else:
                kept.append(found)
        self._found = kept

    def _after_fork(self) -> None:
        """Forget the other threads: they do not exist in the child, and would never leave."""
        self._threads = {visit: thread for visit, thread in self._threads.items() if thread == get_ident()}
        if not self._threads:
            self._put_back(get_ident())
        self._lock.release()


_OWNER = _Owner()


def _set(library: Any, number: int) -> None:
    """Set the number of threads, whoever set it before: threadpoolctl 3.8 lets one thread do so, and no other."""
    let_go = getattr(library, "clear_controlling_thread", None)
    if let_go is not None:
        let_go(force=True)
    library.set_num_threads(number)
    if let_go is not None:
        let_go(force=True)


def _is_limited_by_thread(library: Any) -> bool:
    """Tell whether every thread has a limit of its own, as OpenMP has it, and not the process."""
    return getattr(library, "threading_layer", None) == "openmp"


@cache
def _blas_of_numpy() -> tuple[Any, ...]:
    """Return NumPy's own BLAS; where NumPy shares one with others, every BLAS that is loaded by now.

    No other is used here: what SciPy or PyTorch bring is theirs, whenever it is loaded.
    """
    import numpy as np
    from threadpoolctl import ThreadpoolController

    package = Path(np.__file__).parent
    brought = {package.with_name("numpy.libs"), package / ".dylibs"}
    loaded = ThreadpoolController().select(user_api="blas").lib_controllers
    return tuple(library for library in loaded if Path(library.filepath).parent in brought) or tuple(loaded)
