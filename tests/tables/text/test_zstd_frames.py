from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from reta.errors import FileError
from reta.tables import open_table
from reta.tables.text.zstd_frames import most_unfolded

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 128 << 10


def packed(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


@pytest.mark.parametrize("size", [0, 1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 5_000_000])
@pytest.mark.parametrize("random", [True, False])
def test_the_sum_of_the_blocks_is_near_and_never_below(size: int, *, random: bool) -> None:
    data = np.random.default_rng(3).bytes(size) if random else b"a" * size
    assert size <= most_unfolded(io.BytesIO(packed(data))) <= size + BLOCK
    twice = packed(data) + b"\x50\x2a\x4d\x18\x03\0\0\0abc" + packed(data)
    assert 2 * size <= most_unfolded(io.BytesIO(twice)) <= 2 * (size + BLOCK)


def test_streams_of_unknown_length_are_walked_too() -> None:
    sink = io.BytesIO()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        for _ in range(40):
            stream.write(b"1" * 100_000)
        stream.flush()
        data = sink.getvalue()
    assert 3_000_000 <= most_unfolded(io.BytesIO(data)) <= 4_000_000 + BLOCK


@pytest.mark.parametrize("cut", [0, 3, 4, 5, 7, 12])
def test_damaged_frames_end_the_walk(cut: int) -> None:
    data = packed(b"a" * 1_000_000)
    assert most_unfolded(io.BytesIO(data[:cut])) >= 0
    assert most_unfolded(io.BytesIO(b"not zstd at all")) == 0


def test_60_a_line_of_600_megabytes_in_18_kilobytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "crops.csv.zst"
    with pa.CompressedOutputStream(str(path), "zstd") as stream:
        stream.write(b"a,b,y\n")
        for _ in range(600):
            stream.write(b"1" * 1_000_000)
    with pytest.raises(FileError, match=r"crops.csv.zst unfolds from 18,\d+ to some 600,\d+,\d+ bytes, .*zstd -d"):
        open_table(path)
