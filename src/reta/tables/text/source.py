"""The bytes of a file or stream, and first of all as many as it takes to see what it is."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reta.errors import UsageError
from reta.tables.text.blocks import LONGEST_RECORD
from reta.tables.text.chunks import CHUNK_BYTES, file_chunks, stream_chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Source", "Taken"]


class Taken:
    """Bytes from the start of a file or stream, and the way to more of them.

    Parameters
    ----------
    source
        Opens a file at its start, to be read in pieces of so many bytes; gives a stream as it is, the same every time.
    size
        Bytes to take at first.

    Attributes
    ----------
    complete
        Whether they are all there is.
    """

    def __init__(self, source: Callable[[int], Iterator[bytes]], size: int) -> None:
        self.complete = False
        self._source = source
        self._size = size
        self._pieces: list[bytes] = []
        self._following: Iterator[bytes] = iter(())
        self._fill()

    @property
    def sample(self) -> bytes:
        """The bytes."""
        return b"".join(self._pieces)[: self._size]

    @property
    def full(self) -> bool:
        """Whether no more can be taken: there are none, or they are as many as a row may have."""
        return self.complete or self._size >= LONGEST_RECORD

    @property
    def line_ends(self) -> int:
        """How many lines end in them."""
        return _line_ends(self.sample)

    def everything(self) -> Iterator[bytes]:
        """Yield the bytes that were taken, and those that follow."""
        return chain(self._pieces, self._following)

    def grow(self) -> None:
        """Take four times as many."""
        self._size *= 4
        self._fill()

    def lengthen(self, lines: int) -> None:
        """Take more until there are so many line ends, or no more can be taken."""
        while not self.full and self.line_ends < lines:
            self.grow()

    def _fill(self) -> None:
        again = self._source(self._size)
        if again is not self._following:  # a file, whose pieces are as long as was asked for
            self._pieces, self._following = [], again
        taken = sum(map(len, self._pieces))
        while taken < self._size and (piece := next(self._following, None)) is not None:
            self._pieces.append(piece)
            taken += len(piece)
        self.complete = taken < self._size


class Source:
    """A file, a named pipe or a stream of bytes.

    Parameters
    ----------
    source
        Path, or a stream to read once.
    label
        What messages call it.
    sample_bytes
        How much of its start to look at, for a start.

    Attributes
    ----------
    taken
        Its first bytes.
    rereadable
        Whether it can be read again.
    """

    def __init__(self, source: Path | BinaryIO, label: str, sample_bytes: int) -> None:
        self.label = label
        self.rereadable = isinstance(source, Path) and not source.is_fifo() and not source.is_char_device()
        self._source = source
        self._is_read = False
        if self.rereadable:
            self.taken = Taken(lambda size: self._open(size, at_most=size), sample_bytes)
        else:
            stream = self._open(CHUNK_BYTES)
            self.taken = Taken(lambda _: stream, sample_bytes)

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield its bytes, unpacked, from the first.

        Raises
        ------
        UsageError
            It was read before and cannot be read again.
        """
        if self.rereadable:
            return self._open(size)
        if self._is_read:
            raise UsageError(f"{self.label} can be read only once: save it to a file first")
        self._is_read = True
        return self.taken.everything()

    def _open(self, size: int, *, at_most: int | None = None) -> Iterator[bytes]:
        if isinstance(self._source, Path):
            return file_chunks(self._source, self.label, size, at_most=at_most)
        return stream_chunks(self._source, self.label, size)


def _line_ends(sample: bytes) -> int:
    return max(sample.count(b"\n"), sample.count(b"\r"))
