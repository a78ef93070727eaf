from __future__ import annotations

import gzip
import io
import os
import threading
from typing import TYPE_CHECKING

import polars as pl
import pytest

from reta.errors import FileError
from reta.tables.text.chunks import file_chunks, stream_chunks

if TYPE_CHECKING:
    from pathlib import Path

LINES = b"".join(b"%d,%d\n" % (row, row * row) for row in range(2000))


class Trickle(io.RawIOBase):
    """A stream that hands over a few bytes at a time, as a pipe does."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 7))


@pytest.mark.parametrize("size", [1, 100, 5000, 1 << 20])
def test_a_plain_file_comes_whole_and_cut_at_line_ends(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(LINES)
    pieces = list(file_chunks(path, "a.csv", size))
    assert b"".join(pieces) == LINES
    assert all(len(piece) <= size for piece in pieces)
    if size >= 100:
        assert all(piece.endswith(b"\n") for piece in pieces)


@pytest.mark.parametrize("size", [5, 1000, 1 << 20])
def test_gzip_members_and_padding_are_unpacked(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.csv"
    zeros = bytes(100_000)
    path.write_bytes(gzip.compress(LINES) + gzip.compress(zeros) + gzip.compress(b"last\n") + bytes(512))
    assert b"".join(file_chunks(path, "a.csv", size)) == LINES + zeros + b"last\n"


def test_streams_may_hand_over_little_at_a_time() -> None:
    assert b"".join(stream_chunks(Trickle(LINES), "stdin", 512)) == LINES
    assert b"".join(stream_chunks(Trickle(gzip.compress(LINES)), "stdin", 512)) == LINES
    assert list(stream_chunks(io.BytesIO(), "stdin")) == []


def test_a_named_pipe_is_read_from_end_to_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(LINES,))
    writer.start()
    assert b"".join(file_chunks(pipe, "pipe", 4096)) == LINES
    writer.join()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda packed: packed[:-3], f"a.csv is incomplete: its gzip data break off after {len(LINES):,} bytes"),
        (lambda packed: packed[:40], "a.csv is incomplete"),
        (lambda packed: packed + b"junk", "a.csv is damaged"),
        (lambda packed: packed[:-5] + bytes([packed[-5] ^ 1]) + packed[-4:], "a.csv is damaged"),
    ],
)
def test_damaged_gzip_is_told_from_incomplete(tmp_path: Path, damage: object, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(damage(gzip.compress(LINES)))
    with pytest.raises(FileError, match=message):
        list(file_chunks(path, "a.csv", 1000))


def test_zstd_is_unpacked_and_its_damage_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.zst"
    frame = pl.DataFrame({"a": ["x", "", "é"], "b": [1, 2, 3]})
    frame.write_csv(path, compression="zstd")
    assert b"".join(file_chunks(path, "a.csv.zst")).decode() == frame.write_csv()
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(FileError, match="a.csv.zst is incomplete or damaged"):
        list(file_chunks(path, "a.csv.zst"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"^cannot read crops.csv: No such file or directory$"):
        list(file_chunks(tmp_path / "crops.csv", "crops.csv"))
