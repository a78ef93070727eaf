"""Quotes: which line ends are inside them, and making irregular ones regular.

A quoted cell is *regular* when its first quote follows a delimiter or line end, its last stands before one, and quotes
inside are doubled. Only regular quotes are handed on to the parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Fault", "Tidied", "quote_positions", "whole_records"]

_QUOTE, _NEWLINE, _RETURN = (ord(character) for character in '"\n\r')
_CLOSING = re.compile(rb'(?:[^"]|"")*+"')


@dataclass(frozen=True, slots=True)
class Fault:
    """What leaves open where a record ends.

    Attributes
    ----------
    kind
        ``"unclosed"``: a quote without its partner; ``"inner"``: a quoted cell that goes on after its closing quote;
        ``"endless"``: a line without end.
    lines
        Line ends between the last whole record and the fault.
    """

    kind: Literal["unclosed", "inner", "endless"]
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Tidied:
    """The whole records at the start of some bytes, their quotes regular.

    Attributes
    ----------
    records
        The records.
    end
        Where they end in the bytes as they were.
    quoted
        Whether they have quotes.
    fault
        Why the record after them is not whole, where more bytes may be missing or none can help.
    """

    records: bytes
    end: int
    quoted: bool
    fault: Fault | None = None


def quote_positions(data: bytes) -> NDArray[np.intp]:
    """Positions of the quotes, ascending."""
    return np.flatnonzero(np.frombuffer(data, np.uint8) == _QUOTE)


def whole_records(data: bytes, delimiter: str) -> Tidied:
    """Take the whole records from bytes that start at the start of one.

    Notes
    -----
    Without quotes this is one search backwards. Regular quotes are told by array operations; others by a walk from
    quote to quote: one in the middle of a cell that does not start with a quote is part of its text, and spaces outside
    a quoted cell go.
    """
    if b'"' not in data:
        end = data.rfind(b"\n") + 1
        return Tidied(data[:end], end, quoted=False)
    quotes = quote_positions(data)
    if not _are_regular(data, quotes, delimiter):
        return _tidy(data, delimiter)
    end = _last_record_end(data, quotes)
    fault = Fault("unclosed", data.count(b"\n", end, int(quotes[-1]))) if quotes.size % 2 else None
    return Tidied(data[:end], end, bool(quotes[0] < end), fault)


def _are_regular(data: bytes, quotes: NDArray[np.intp], delimiter: str) -> bool:
    """Whether each quote opens or closes a whole cell or is one of a doubled pair; the last byte may turn out so."""
    codes = np.frombuffer(data, np.uint8)
    last = codes.size - 1
    opening, closing = quotes[0::2], quotes[1::2]
    doubled = closing[: opening.size - 1] + 1 == opening[1:]
    before = codes[opening - 1]
    opens = (before == ord(delimiter)) | (before == _NEWLINE) | (opening == 0)
    opens[1:] |= doubled
    after, next_after = codes[np.minimum(closing + 1, last)], codes[np.minimum(closing + 2, last)]
    line_end = (after == _NEWLINE) | ((after == _RETURN) & ((next_after == _NEWLINE) | (closing + 2 > last)))
    closes = (after == ord(delimiter)) | line_end | (closing == last)
    closes[: doubled.size] |= doubled
    return bool(opens.all() and closes.all())


def _last_record_end(data: bytes, quotes: NDArray[np.intp]) -> int:
    """Position after the last line end outside quotes; 0 if there is none."""
    at = data.rfind(b"\n")
    while at >= 0:
        before = int(np.searchsorted(quotes, at))
        if before % 2 == 0:
            break
        at = data.rfind(b"\n", 0, int(quotes[before - 1]))
    return at + 1


def _tidy(data: bytes, delimiter: str) -> Tidied:
    """Make irregular quotes regular, cell by cell, as far as the records are whole."""
    mark = delimiter.encode()
    cell_end = re.compile(rb"[%b\n]" % re.escape(mark))
    tidy = bytearray()
    done = end = tidy_end = 0
    while True:
        quote = data.find(b'"', done)
        start = len(data) if quote < 0 else max(done, *(data.rfind(m, done, quote) + 1 for m in (mark, b"\n")))
        if (newline := data.rfind(b"\n", done, start)) >= 0:
            end, tidy_end = newline + 1, len(tidy) + newline + 1 - done
        tidy += data[done:start]
        if quote < 0:
            return Tidied(bytes(tidy[:tidy_end]), end, quoted=True)
        cell, done = _tidy_cell(data, start, quote, cell_end)
        if isinstance(cell, Fault):
            fault = Fault(cell.kind, data.count(b"\n", end, quote))
            return Tidied(bytes(tidy[:tidy_end]), end, quoted=True, fault=fault)
        tidy += cell


def _tidy_cell(data: bytes, start: int, quote: int, cell_end: re.Pattern[bytes]) -> tuple[bytes | Fault, int]:
    """Return one cell with quotes in it, made regular, and where it ends."""
    if data[start:quote].strip(b" "):
        end = match.start() if (match := cell_end.search(data, quote)) else len(data)
        return b'"' + data[start:end].removesuffix(b"\r").replace(b'"', b'""') + b'"', end
    closing = _CLOSING.match(data, quote + 1)
    if closing is None:
        return Fault("unclosed"), start
    end = match.start() if (match := cell_end.search(data, closing.end())) else len(data)
    if data[closing.end() : end].strip(b" \r"):
        return Fault("inner"), start
    return data[quote : closing.end()], end
