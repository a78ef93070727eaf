"""One text file of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from reta.errors import DataError
from reta.tables.text.blocks import LONGEST_RECORD, Block, cut_blocks, skip_lines
from reta.tables.text.chunks import CHUNK_BYTES
from reta.tables.text.encoding import to_utf8
from reta.tables.text.probe import probe
from reta.tables.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reta.tables.table import ReadOptions
    from reta.tables.text.dialect import Dialect
    from reta.tables.text.probe import Probe
    from reta.tables.text.source import Taken

__all__ = ["Part"]

_BYTES_A_CELL = 32 << 10  # of a row, so that a block of a wide table still has rows enough to be worth parsing
_LARGEST_BLOCK = 32 << 20
_LEAST_LINES = 8  # to judge a file by
_LONGEST_DOUBT = 1 << 20  # bytes after which what looks wrong is wrong


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
    """

    def __init__(self, source: Path | BinaryIO, label: str, options: ReadOptions, sample_bytes: int) -> None:
        self.label = label
        self._source = Source(source, label, sample_bytes)
        self.probe = self._probed(self._source.taken, options)

    def _probed(self, taken: Taken, options: ReadOptions) -> Probe:
        """Look at the first bytes, and at more of them where they show too little: few rows, or a cell that goes on."""
        taken.lengthen(_LEAST_LINES + options.skip_rows)
        if taken.full and not taken.complete and taken.line_ends <= 1 + options.skip_rows:
            raise DataError(
                f"an endless line in {self.label}, line {taken.line_ends + 1}: it goes on for {LONGEST_RECORD >> 20} MB"
                " and more. This is no text table"
            )
        while True:
            try:
                found = probe(taken.sample, taken.complete, options, self.label)
            except DataError:
                if taken.complete or len(taken.sample) >= _LONGEST_DOUBT:
                    raise
            else:
                if found.n_rows or taken.full:
                    return found
            taken.grow()

    @property
    def rereadable(self) -> bool:
        """Whether it can be read again."""
        return self._source.rereadable

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
        text = to_utf8(self._source.chunks(block_bytes or wide), dialect, self.label)
        return cut_blocks(skip_lines(text, self.probe.lines_before_data), dialect.delimiter)
