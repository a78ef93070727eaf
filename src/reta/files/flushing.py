"""A long file on its way to the disk while it is still written, so that nobody waits for all of it at the end."""

from __future__ import annotations

import os
from threading import Thread

__all__ = ["Flushing"]

_EVERY_BYTES = 32 << 20  # a tenth of a second of a fast disk


class Flushing:
    """Writes to the disk, in a thread, what went into a file; one time after another, never two at once.

    Parameters
    ----------
    descriptor
        Of the open file.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._thread: Thread | None = None
        self._failure: OSError | None = None
        self._bytes = 0

    def wrote(self, n_bytes: int) -> None:
        """Take note of so many bytes more; begin where there are many, and nothing is under way."""
        self._bytes += n_bytes
        if self._bytes >= _EVERY_BYTES and not (self._thread and self._thread.is_alive()):
            self._bytes = 0
            self._thread = Thread(target=self._flush, daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait for what is under way; raise its failure, which the disk tells no one else."""
        if self._thread is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _flush(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError as failure:
            self._failure = self._failure or failure
