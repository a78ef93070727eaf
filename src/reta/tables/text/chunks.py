"""The bytes of a text file, unpacked, piece by piece."""

from __future__ import annotations

import zlib
from io import BufferedReader
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from reta.errors import FileError
from reta.tables.patterns import require_text_name
from reta.tables.text.zstd_frames import refuse_bomb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import FileIO
    from pathlib import Path

__all__ = ["CHUNK_BYTES", "file_chunks", "glance", "stream_chunks"]

CHUNK_BYTES = 8 << 20
_FIRST_BYTES = 2 << 20  # of a file: so that work on it begins before much was read
_LINE_GLANCE = 16 << 10
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW = 31  # zlib's code for a gzip header and its largest window


def file_chunks(path: Path, label: str, size: int = CHUNK_BYTES, *, at_most: int | None = None) -> Iterator[bytes]:
    """Yield the content of a file; gzip and zstd are told by their first bytes, not by the file's name.

    Parameters
    ----------
    path
        A file or a named pipe.
    label
        What messages call it.
    size
        Bytes a piece, about.
    at_most
        Bytes after which the rest need not be unpacked; they may come all the same.

    Raises
    ------
    FileError
        The file cannot be read, or its compressed data are cut short or damaged.
    """
    try:
        with path.open("rb", buffering=0) as stream:
            if not stream.seekable():
                yield from _unpacked(_read(stream, size), stream, label, size)
                return
            first = stream.read(len(_ZSTD))
            stream.seek(0)
            if first.startswith(_ZSTD):
                refuse_bomb(path, label)
                yield from _zstd_lines(path, label, at_most)
            elif first.startswith(_GZIP):
                yield from _unpacked(_read(stream, size), stream, label, size)
            else:
                yield from _whole_lines(stream, size)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"cannot read {label}: {error.strerror or error}") from error


def stream_chunks(stream: BinaryIO, label: str, size: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Yield the content of a stream that is read once; gzip is unpacked.

    Raises
    ------
    FileError
        The data are zstd, which is unpacked from files only, or are cut short or damaged.
    """
    first = _read(stream, size)
    if first.startswith(_ZSTD):
        raise FileError(f"{label} is compressed with zstd: unpack it first (zstd -dc FILE | reta …), or name the file")
    yield from _unpacked(first, stream, label, size)


def glance(stream: BufferedReader, size: int = 64) -> bytes:
    """Return the first bytes of a stream, unpacked, and leave them there to be read."""
    first = stream.peek(size)
    if not first.startswith(_GZIP):
        return first[:size]
    try:
        return zlib.decompressobj(_GZIP_WINDOW).decompress(first, size)
    except zlib.error:
        return b""


def _read(stream: BinaryIO, size: int) -> bytes:
    """Read so many bytes, fewer only at the end; a pipe hands over less at a time, and then Ctrl-C is heard."""
    read = stream.read1 if isinstance(stream, BufferedReader) else stream.read
    pieces: list[bytes] = []
    while size > 0 and (piece := read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _whole_lines(stream: FileIO, size: int) -> Iterator[bytes]:
    """Yield pieces that end at a line end where one is near, so that nothing need be copied to put rows together."""
    full, size = size, min(size, _FIRST_BYTES)
    while True:
        glance = min(size, _LINE_GLANCE)
        start = stream.tell()
        stream.seek(start + size - glance)
        line_end = stream.read(glance).rfind(b"\n")
        stream.seek(start)
        piece = _read(stream, size if line_end < 0 else size - glance + line_end + 1)
        if not piece:
            return
        yield piece
        size = min(full, 2 * size)


def _unpacked(first: bytes, stream: BinaryIO, label: str, size: int) -> Iterator[bytes]:
    chunks = _rest(first, stream, size)
    return _gunzip(chunks, label, size) if first.startswith(_GZIP) else chunks


def _rest(chunk: bytes, stream: BinaryIO, size: int) -> Iterator[bytes]:
    while chunk:
        yield chunk
        chunk = _read(stream, size) if len(chunk) == size else b""


def _gunzip(chunks: Iterable[bytes], label: str, size: int) -> Iterator[bytes]:
    """Unpack gzip, members one after another included."""
    unpacked = 0
    try:
        for piece in _inflated(chunks, size):
            yield piece
            unpacked += len(piece)
    except zlib.error as error:
        raise FileError(f"{label} is damaged: its gzip data are wrong after {unpacked:,} bytes of text") from error
    except EOFError as error:
        raise FileError(f"{label} is incomplete: its gzip data break off after {unpacked:,} bytes of text") from error


def _inflated(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    for chunk in chunks:
        packed = chunk
        while packed:
            if inflater.eof:
                packed = packed.lstrip(b"\0")  # zeros after the last member are padding
                if not packed:
                    break
                inflater = zlib.decompressobj(_GZIP_WINDOW)
            piece, packed = _inflate(inflater, packed, size)
            yield piece
    while not inflater.eof:
        piece, _ = _inflate(inflater, b"", size)
        if not piece:
            raise EOFError
        yield piece


def _inflate(inflater: zlib._Decompress, packed: bytes, size: int) -> tuple[bytes, bytes]:
    """Return the next unpacked bytes, at most ``size``, and what is left to unpack."""
    piece = inflater.decompress(packed, size)
    return piece, inflater.unused_data if inflater.eof else inflater.unconsumed_tail


def _zstd_lines(path: Path, label: str, at_most: int | None) -> Iterator[bytes]:
    """Unpack zstd through Polars, which reads it as a table of one column: whole lines."""
    lines = pl.scan_csv(
        require_text_name(path),
        has_header=False,
        separator="\0",
        quote_char=None,
        schema={"line": pl.String},
        empty_string_is_null=False,
        glob=False,
        n_rows=at_most,  # a line is at least a byte
    )
    unpacked = 0
    try:
        for batch in lines.collect_batches():
            yield (piece := batch["line"].str.join("\n").item().encode() + b"\n")
            unpacked += len(piece)
    except pl.exceptions.PolarsError as error:
        raise FileError(
            f"{label} holds no UTF-8 text: unpack it first (zstd -d), and name its encoding if need be"
        ) from error
    except OSError as error:
        raise FileError(
            f"{label} is incomplete or damaged: its zstd data break off after {unpacked:,} bytes"
        ) from error
