"""How a delimited text file writes its cells."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reta.errors import UsageError

if TYPE_CHECKING:
    from reta.tables.table import ReadOptions

__all__ = ["MISSING_CELLS", "Dialect", "check_options", "spoken"]

MISSING_CELLS = frozenset({"", "NA", "NaN", "nan"})
_SPOKEN = {"\t": "tab", " ": "space"}
_NO_FILES = {
    "idna",
    "punycode",
    "raw-unicode-escape",
    "undefined",
    "unicode-escape",
}  # codecs that no file is written in


@dataclass(frozen=True, slots=True)
class Dialect:
    r"""The reading of a text file.

    Attributes
    ----------
    encoding
        Python codec name.
    delimiter, decimal
        One character each.
    thousands
        The character that groups digits, if any.
    decimal_decided
        False where no cell of the sample tells whether ``.`` is a decimal mark: then ``1.234`` is refused, not guessed.
    newline
        ``"\n"`` (``"\r\n"`` included) or ``"\r"``.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str | None = None
    decimal_decided: bool = True
    newline: str = "\n"


def spoken(mark: str) -> str:
    """Name a mark as a message does."""
    return _SPOKEN.get(mark, f"'{mark}'")


def check_options(options: ReadOptions) -> None:
    """Refuse options that contradict themselves, whatever the file.

    Raises
    ------
    UsageError
        A mark of more than one character, marks that collide, or an unknown codec.
    """
    _check_mark("--delimiter", options.delimiter)
    _check_mark("--decimal", options.decimal)
    if options.delimiter is not None and (not options.delimiter.isascii() or options.delimiter in '"\n\r\0'):
        raise UsageError(
            f"--delimiter {options.delimiter!r}: a delimiter is one ASCII character, and no quote or line end"
        )
    if options.decimal not in (None, ".", ","):
        raise UsageError(f"--decimal {options.decimal!r}: a decimal mark is '.' or ','")
    if options.thousands is not None and (len(options.thousands) != 1 or options.thousands.isalnum()):
        raise UsageError(f"--thousands {options.thousands!r}: a thousands mark is one character, such as '.' or ','")
    if options.thousands is not None and options.thousands == options.decimal:
        raise UsageError(f"--thousands and --decimal are both {spoken(options.thousands)}: they must differ")
    _check_encoding(options.encoding)


def _check_mark(option: str, mark: str | None) -> None:
    if mark is not None and len(mark) != 1:
        raise UsageError(f"{option} {mark!r}: one character is needed")


def _check_encoding(encoding: str | None) -> None:
    if encoding is None:
        return
    try:
        codec = codecs.lookup(encoding)
    except LookupError:
        raise UsageError(f"--encoding {encoding}: no such encoding; try utf-8, latin-1, cp1252 or utf-16") from None
    if not getattr(codec, "_is_text_encoding", True) or codec.name in _NO_FILES:
        raise UsageError(f"--encoding {encoding}: this is no text encoding; try utf-8, latin-1, cp1252 or utf-16")
