"""One text file of a table."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reta.errors import UsageError
from reta.tables.text.blocks import Block, cut_blocks, skip_lines
from reta.tables.text.chunks import CHUNK_BYTES, file_chunks, stream_chunks
from reta.tables.text.encoding import to_utf8
from reta.tables.text.probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reta.tables.table import ReadOptions
    from reta.tables.text.dialect import Dialect

__all__ = ["Part"]

_BYTES_A_CELL = 32 << 10  # of a row, so that a block of a wide table still has rows enough to be worth parsing
_LARGEST_BLOCK = 32 << 20


class Part:
    """A file, a named pipe or a stream, probed.

    Parameters
    ----------
    source
        Path, or a stream to read once.
    label
        What messages call it.
    options
        How to read it.
    sample_bytes
        How much of its start to look at.

    Attributes
    ----------
    probe
        What its first bytes tell.
    rereadable
        Whether it can be read again.
    """

    def __init__(self, source: Path | BinaryIO, label: str, options: ReadOptions, sample_bytes: int) -> None:
        self.label = label
        self.rereadable = isinstance(source, Path) and not source.is_fifo() and not source.is_char_device()
        self._source = source
        first = self._open(sample_bytes, at_most=sample_bytes) if self.rereadable else self._open(CHUNK_BYTES)
        pieces, complete = _take(first, sample_bytes)
        self.probe = probe(b"".join(pieces)[:sample_bytes], complete, options, label)
        self._unread = None if self.rereadable else chain(pieces, first)

    @property
    def names(self) -> list[str]:
        """Names of the columns to show."""
        header = self.probe.header
        return [name for position, name in enumerate(header.names) if position not in header.hidden]

    def blocks(self, dialect: Dialect, block_bytes: int | None = None) -> Iterator[Block]:
        """Yield its rows in blocks, from the first.

        Raises
        ------
        UsageError
            It was read before and cannot be read again.
        """
        wide = min(_LARGEST_BLOCK, max(CHUNK_BYTES, _BYTES_A_CELL * len(self.probe.header.names)))
        text = to_utf8(self._chunks(block_bytes or wide), dialect, self.label)
        return cut_blocks(skip_lines(text, self.probe.lines_before_data), dialect.delimiter)

    def _chunks(self, size: int) -> Iterable[bytes]:
        if self.rereadable:
            return self._open(size)
        if self._unread is None:
            raise UsageError(f"{self.label} can be read only once: save it to a file first")
        chunks, self._unread = self._unread, None
        return chunks

    def _open(self, size: int, *, at_most: int | None = None) -> Iterator[bytes]:
        if isinstance(self._source, Path):
            return file_chunks(self._source, self.label, size, at_most=at_most)
        return stream_chunks(self._source, self.label, size)


def _take(chunks: Iterator[bytes], size: int) -> tuple[list[bytes], bool]:
    """Take about so many bytes, and tell whether they are all there is."""
    pieces: list[bytes] = []
    taken = 0
    for chunk in chunks:
        pieces.append(chunk)
        taken += len(chunk)
        if taken >= size:
            return pieces, False
    return pieces, True
