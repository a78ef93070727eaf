"""How much a zstd file unfolds to, from the sizes of its blocks, without unpacking any."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from reta.errors import FileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["most_unfolded", "refuse_bomb"]

MOST_TIMES = 1_000  # tables of numbers unfold to some 3 to 20 times their size
LARGE = 256 << 20
_TELLING = 64 << 20  # bytes: a larger file cannot be walked at once, and is not small

_MAGIC, _SKIPPABLE = 0xFD2FB528, 0x184D2A5
_LARGEST_BLOCK = 128 << 10
_RUN_LENGTH, _COMPRESSED = 1, 2
_MOST_BLOCKS = 1 << 20


def refuse_bomb(path: Path, label: str) -> None:
    """Raise FileError where a small file unfolds to very much: a line of a gigabyte would be held in memory whole."""
    packed = path.stat().st_size
    if packed > _TELLING:
        return
    with path.open("rb") as file:
        unfolded = most_unfolded(file)
    if unfolded > max(LARGE, MOST_TIMES * packed):
        raise FileError(
            f"{label} unfolds from {packed:,} to some {unfolded:,} bytes, and {MOST_TIMES:,} times the size is the most"
            " that is unpacked here: unpack it first (zstd -d), if that is meant"
        )


def most_unfolded(file: BinaryIO) -> int:
    """Return the most bytes that the frames may hold; of damaged ones those up to the damage.

    References
    ----------
    RFC 8878, "Zstandard Compression and the 'application/zstd' Media Type", section 3.1.
    """
    total = 0
    while len(start := file.read(4)) == 4:
        magic = int.from_bytes(start, "little")
        if magic >> 4 == _SKIPPABLE:
            file.seek(int.from_bytes(file.read(4), "little"), 1)
        elif magic == _MAGIC and (descriptor := file.read(1)):
            file.seek(_header_bytes(descriptor[0]), 1)
            total += _blocks(file)
            file.seek(4 * (descriptor[0] >> 2 & 1), 1)
        else:
            break
    return total


def _header_bytes(descriptor: int) -> int:
    """Return the length of a frame's header after its descriptor: window, dictionary, content size."""
    single_segment = descriptor >> 5 & 1
    content_size = (single_segment, 2, 4, 8)[descriptor >> 6]
    return (1 - single_segment) + (0, 1, 2, 4)[descriptor & 3] + content_size


def _blocks(file: BinaryIO) -> int:
    total = 0
    for _ in range(_MOST_BLOCKS):
        if len(header := file.read(3)) < 3:
            break
        word = int.from_bytes(header, "little")
        kind, size = word >> 1 & 3, word >> 3
        total += _LARGEST_BLOCK if kind == _COMPRESSED else size
        file.seek(1 if kind == _RUN_LENGTH else size, 1)
        if word & 1:
            break
    return total
