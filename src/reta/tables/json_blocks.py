"""Lines of JSON objects in blocks: parsed at once by Polars where nothing can go wrong, line by line elsewhere.

Polars takes the first of two equal keys, and leaves out keys that it does not expect, without a word. A block is
therefore taken from it only where the keys that it found are all that there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from reta.errors import DataError
from reta.tables.json_rows import JsonRows, read_rows
from reta.tables.polars_stream import POLARS_FAILURES
from reta.tables.text.blocks import LONGEST_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

__all__ = ["JsonBlock", "cut_lines", "read_block", "read_quickly"]

_QUOTE, _NEWLINE, _COLON = ord('"'), ord("\n"), ord(":")
_KEY_END = b'":'
_SPACED_COLONS = (b" :", b"\t:", b"\r:")
_EXACT = float(2**53)


@dataclass(frozen=True, slots=True)
class JsonBlock:
    """Whole lines, the last ending in a line feed.

    Attributes
    ----------
    data
        UTF-8.
    label, first_line
        The file, and the number of the first line in it.
    """

    data: bytes
    label: str
    first_line: int

    @property
    def n_lines(self) -> int:
        """How many lines there are."""
        return _count(self.data, _NEWLINE)


def cut_lines(chunks: Iterable[bytes], label: str) -> Iterator[JsonBlock]:
    """Cut at the ends of lines, which no JSON text holds inside.

    Raises
    ------
    DataError
        A line has no end.
    """
    rest, line = b"", 1
    for chunk in chunks:
        end = chunk.rfind(b"\n") + 1
        if end:
            block = JsonBlock(rest + chunk[:end], label, line)
            yield block
            line += block.n_lines
            rest = chunk[end:]
        else:
            rest += chunk
        if len(rest) > LONGEST_RECORD:
            raise DataError(f"an endless line in {label}, line {line}: write one object a line")
    if rest.strip():
        yield JsonBlock(rest + b"\n", label, line)


def read_block(block: JsonBlock, schema: pl.Schema) -> pl.DataFrame | JsonRows:
    """Read a block at once, or else line by line: what comes of it tells which."""
    quick = read_quickly(block, schema)
    return read_rows(block.data.split(b"\n"), block.first_line, block.label) if quick is None else quick


def read_quickly(block: JsonBlock, schema: pl.Schema) -> pl.DataFrame | None:
    """Parse a block into the columns expected; ``None`` where it may hold anything else."""
    try:
        frame = pl.read_ndjson(block.data, schema=schema)
    except POLARS_FAILURES:
        return None
    if frame.height != block.n_lines or not _holds_these_keys(block.data, frame):
        return None
    return frame if _is_ordinary(frame, block.data) else None


def _holds_these_keys(data: bytes, frame: pl.DataFrame) -> bool:
    """Whether the lines have the frame's keys only, none of them twice.

    Every key that is not null gave a value. Where some are null, counting does not tell a repeated key from an absent
    one: then the keys of every line must be those of the first, in the same order.
    """
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data
    n_keys = plain.count(_KEY_END)
    if n_keys < _count(plain, _COLON) and any(mark in plain for mark in _SPACED_COLONS):
        return False
    n_null = sum(column.null_count() for column in frame)
    if n_null and (b": null" in plain or b":null" in plain):
        return _has_equal_lines(plain, frame)
    return n_keys == frame.height * frame.width - n_null


def _count(data: bytes, code: int) -> int:
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == code))


def _has_equal_lines(data: bytes, frame: pl.DataFrame) -> bool:
    codes = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    closing = np.flatnonzero(codes[np.minimum(quotes + 1, codes.size - 1)] == _COLON)
    if closing.size != frame.height * frame.width or not closing.size or closing[0] == 0:
        return False
    starts, ends = quotes[closing - 1] + 1, quotes[closing]
    lines = np.searchsorted(np.flatnonzero(codes == _NEWLINE), starts)
    if not (lines.reshape(frame.height, frame.width) == np.arange(frame.height)[:, None]).all():
        return False
    first = [bytes(data[start:end]).decode() for start, end in zip(starts[: frame.width], ends, strict=False)]
    return sorted(first) == sorted(frame.columns) and all(
        _all_alike(codes, starts[at :: frame.width], ends[at :: frame.width]) for at in range(frame.width)
    )


def _all_alike(codes: NDArray[np.uint8], starts: NDArray[np.intp], ends: NDArray[np.intp]) -> bool:
    """Whether the pieces between starts and ends are the same bytes."""
    length = int(ends[0] - starts[0])
    if not (ends - starts == length).all():
        return False
    first = codes[starts[0] : ends[0]]
    return all(bool((codes[starts + at] == first[at]).all()) for at in range(length))


def _is_ordinary(frame: pl.DataFrame, data: bytes) -> bool:
    """Whether no number is too large for its digits, and no text may be a list."""
    if b"[" in data and pl.String in frame.dtypes:
        return False
    for column in frame:
        if column.dtype == pl.Float64 and column.null_count() < column.len():
            low, high = column.min(), column.max()
            if not (isinstance(low, float) and isinstance(high, float) and -_EXACT < low and high < _EXACT):
                return False
    return True
