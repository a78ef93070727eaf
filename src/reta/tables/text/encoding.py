"""Which encoding a text file is in, and its chunks as UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from reta.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reta.tables.text.dialect import Dialect

__all__ = ["decode_sample", "detect_encoding", "encoding_label", "is_utf8", "to_utf8"]

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP archive or spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"%PDF", "a PDF"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
)
_LABELS = {"iso8859-1": "Latin-1", "cp1252": "Windows-1252"}
_MANY_ZEROS = (
    0.3  # of one byte in two: Western text in UTF-16 has nearly all of them, other scripts their spaces and digits
)


def is_utf8(encoding: str) -> bool:
    """Whether the codec reads the bytes that UTF-8 does."""
    return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}


def encoding_label(encoding: str) -> str:
    """Return what people call the codec."""
    name = codecs.lookup(encoding).name
    return _LABELS.get(name, "UTF-16" if name.startswith("utf-16") else encoding.upper())


def detect_encoding(sample: bytes, complete: bool, label: str) -> str:
    """Find the codec of a file from its first bytes.

    Parameters
    ----------
    sample
        First bytes of the file.
    complete
        Whether they are all of it.
    label
        What messages call the file.

    Raises
    ------
    DataError
        The bytes are no text.
    """
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    for signature, what in _SIGNATURES:
        if sample.startswith(signature):
            raise DataError(
                f"{label} is no text table: it is {what}. Unpack or export it, or give it its usual extension"
            )
    if b"\0" in sample:
        return _utf16_without_mark(sample, label)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=complete)
    except UnicodeDecodeError:
        return _western(sample)
    return "utf-8"


def _utf16_without_mark(sample: bytes, label: str) -> str:
    half = max(1, len(sample) // 2)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > _MANY_ZEROS and even < odd / 10:
        return "utf-16-le"
    if even > _MANY_ZEROS and odd < even / 10:
        return "utf-16-be"
    raise DataError(f"{label} holds binary data at byte {sample.index(0)}: it is no text table")


def _western(sample: bytes) -> str:
    """Latin-1, or Windows-1252 where bytes that are control codes in the one are letters in the other."""
    if not any(0x80 <= byte <= 0x9F for byte in set(sample)):
        return "latin-1"
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def decode_sample(sample: bytes, complete: bool, encoding: str, label: str) -> str:
    """Decode the first bytes of a file, less a character cut in two at their end.

    Raises
    ------
    DataError
        The bytes are not in this encoding, or hold a NUL.
    """
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample, final=complete)
    except UnicodeError as error:
        raise _not_in_encoding(label, encoding, getattr(error, "start", 0)) from None
    if "\0" in text:
        raise DataError(f"{label} holds binary data at byte {max(0, sample.find(0))}: it is no text table")
    return text.removeprefix("\ufeff")


def to_utf8(chunks: Iterable[bytes], dialect: Dialect, label: str, *, final: bool = True) -> Iterator[bytes]:
    """Yield the file as UTF-8 without byte-order mark, its lines ending in a line feed.

    Parameters
    ----------
    chunks
        Its bytes.
    dialect
        Its encoding and line ends.
    label
        What messages call it.
    final
        Whether a character cut in two at the end is an error.

    Raises
    ------
    DataError
        A byte that the encoding does not have.
    """
    first = True
    for piece in chunks if is_utf8(dialect.encoding) else _recode(chunks, dialect.encoding, label, final=final):
        chunk = piece.removeprefix(codecs.BOM_UTF8) if first else piece
        first = False
        yield chunk.replace(b"\r", b"\n") if dialect.newline == "\r" else chunk


def _recode(chunks: Iterable[bytes], encoding: str, label: str, *, final: bool) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    fed = 0
    try:
        for chunk in chunks:
            fed += len(chunk)
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=final).encode()
    except UnicodeError as error:
        offset = error.start - len(error.object) if isinstance(error, UnicodeDecodeError) else 0
        raise _not_in_encoding(label, encoding, fed + offset) from None


def _not_in_encoding(label: str, encoding: str, position: int) -> DataError:
    spelled = encoding_label(encoding)
    return DataError(f"{label} is not {spelled} from byte {position} on: say what it is with --encoding")
