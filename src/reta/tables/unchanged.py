"""Whether files are still what they were when they were opened."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.errors import FileError, RetaError
from reta.tables.patterns import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["Snapshot"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the system says of some files: which they are, their sizes, and when they were last written.

    Attributes
    ----------
    paths
        The files.
    states
        One for each: device and number of the file, bytes, nanoseconds.
    """

    paths: tuple[Path, ...] = ()
    states: tuple[tuple[int, ...] | None, ...] = ()

    @classmethod
    def of(cls, paths: Sequence[Path]) -> Snapshot:
        """Look at the files now."""
        return cls(tuple(paths), tuple(map(_state, paths)))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raise FileError at the end, whatever went wrong on the way, if a file is not what it was."""
        try:
            yield
        except RetaError:
            self.require_unchanged()
            raise
        self.require_unchanged()

    def require_unchanged(self) -> None:
        """Raise FileError where one of them was written to, cut short or replaced since."""
        for path, state in zip(self.paths, self.states, strict=True):
            now = _state(path)
            if now != state:
                raise FileError(
                    f"{spelled(path)} changed while it was read ({_bytes(state)} at first, {_bytes(now)} now): "
                    "read it again once nothing writes to it"
                )


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _bytes(state: tuple[int, ...] | None) -> str:
    return "gone" if state is None else f"{state[2]:,} bytes"
