"""A text file cut into blocks of whole records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.tables.text.quotes import Fault, whole_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LONGEST_RECORD", "Block", "cut_blocks", "skip_lines"]

LONGEST_RECORD = 64 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records, the last ending in a line feed.

    Attributes
    ----------
    data
        UTF-8 with regular quotes.
    quoted
        Whether there are any quotes.
    fault
        What makes the record after the block unreadable; nothing follows then.
    """

    data: bytes
    quoted: bool = False
    fault: Fault | None = None


def skip_lines(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """Leave out the first lines."""
    for chunk in chunks:
        start = 0
        while count and (end := chunk.find(b"\n", start)) >= 0:
            start, count = end + 1, count - 1
        if not count and start < len(chunk):
            yield chunk[start:] if start else chunk


def cut_blocks(chunks: Iterable[bytes], delimiter: str, longest: int = LONGEST_RECORD) -> Iterator[Block]:
    """Cut at the ends of records, which a line end inside quotes is not.

    Parameters
    ----------
    chunks
        UTF-8 bytes; the first byte starts a record.
    delimiter
        One character.
    longest
        Bytes after which a record without end is given up, so that a lost quote does not swallow the file.
    """
    rest = b""
    for chunk in chunks:
        data = rest + chunk if rest else chunk
        tidied = whole_records(data, delimiter)
        fault = tidied.fault
        if len(data) - tidied.end > longest:
            fault = fault or Fault("endless")
        elif fault is not None and fault.kind == "unclosed":
            fault = None
        if tidied.records or fault:
            yield Block(tidied.records, tidied.quoted, fault)
        if fault:
            return
        rest = data[tidied.end :]
    if rest:
        last = whole_records(rest if rest.endswith(b"\n") else rest + b"\n", delimiter)
        yield Block(last.records, last.quoted, last.fault)
