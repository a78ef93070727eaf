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
        if b'"' not in chunk and b'"' not in rest and len(rest) <= longest:
            end = chunk.rfind(b"\n") + 1
            if end:
                yield Block(b"".join((rest, memoryview(chunk)[:end])) if rest or end < len(chunk) else chunk)
            rest = chunk[end:] if end else rest + chunk
            continue
        data = rest + chunk
        tidied = whole_records(data, delimiter)
        fault = _final(tidied.fault, len(data) - tidied.end > longest)
        if tidied.records or fault:
            yield Block(tidied.records, tidied.quoted, fault)
        if fault:
            return
        rest = data[tidied.end :]
    if rest:
        last = whole_records(rest if rest.endswith(b"\n") else rest + b"\n", delimiter)
        yield Block(last.records, last.quoted, last.fault)


def _final(fault: Fault | None, given_up: bool) -> Fault | None:
    """Return the fault that no more bytes can mend."""
    if given_up:
        return fault or Fault("endless")
    return None if fault is None or fault.kind == "unclosed" else fault
