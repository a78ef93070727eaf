"""Damages to the bytes of a file, and to its name."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pyarrow as pa

from fuzz.case import FILES, TEXT, Damage

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from fuzz.case import Case, Promise


def compressed(case: Case, rng: Random) -> Promise:
    """In gzip, in several members perhaps, or in zstd."""
    zstd = rng.random() < 0.4
    case.packed = "zstd" if zstd else "gzip"
    case.dialect.suffix += ".zst" if zstd else ".gz"
    members = rng.randint(1, 3)
    case.bytes_damages.append(lambda data: b"".join(_squeezed(part, zstd=zstd) for part in _parts(data, members)))
    return "right or refused" if zstd and not case.dialect.encoding.startswith("utf-8") else "right"


def other_name(case: Case, rng: Random) -> Promise:
    """A name that says nothing of the content, or the wrong thing."""
    case.dialect.suffix = rng.choice(["", ".dat", ".txt", ".CSV", ".tsv", ".parquet", ".xlsx", ".ndjson", ".db", ".gz"])
    return "right or refused"


def cut(case: Case, rng: Random) -> Promise:
    """The end of the file is missing."""
    share = rng.choice([0.0, 0.02, 0.5, 0.9, 0.99, 0.999])
    case.bytes_damages.append(lambda data: data[: min(len(data) - 1, int(len(data) * share))])
    return "anything but a crash" if _plain(case) else "right or refused"


def flipped(case: Case, rng: Random) -> Promise:
    """Some bits are others."""
    seed = rng.random()
    case.bytes_damages.append(lambda data: _flip(data, type(rng)(seed)))
    return "right or refused" if case.packed == "gzip" else "anything but a crash"


def garbage(case: Case, rng: Random) -> Promise:
    """Bytes of something else at the end, at the start or in the middle."""
    seed = rng.random()
    case.bytes_damages.append(lambda data: _with_garbage(data, type(rng)(seed)))
    return "anything but a crash"


def empty(case: Case, rng: Random) -> Promise:
    """Nothing is there."""
    case.bytes_damages.append(lambda _: b"")
    return "refused"


def _squeezed(data: bytes, *, zstd: bool) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True) if zstd else gzip.compress(data, mtime=0)


def _parts(data: bytes, count: int) -> list[bytes]:
    size = max(1, len(data) // count)
    return [data[start : start + size] for start in range(0, len(data), size)]


def _plain(case: Case) -> bool:
    """Whether nothing tells that the end is missing: the text of a table may stop anywhere."""
    return case.form in ("text", "ndjson") and not case.packed


def _flip(data: bytes, rng: Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if damaged:
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _with_garbage(data: bytes, rng: Random) -> bytes:
    kinds: list[Callable[[], bytes]] = [
        lambda: rng.randbytes(rng.randint(1, 200)),
        lambda: b"\0" * rng.randint(1, 50),
        lambda: b"\xff\xfe",
        lambda: data[: rng.randint(0, 100)],
        lambda: b"\x1f\x8b\x08",
    ]
    place = rng.choice([0, len(data) // 2, len(data)])
    return data[:place] + rng.choice(kinds)() + data[place:]


RAW_DAMAGES = [
    Damage("compressed", TEXT, compressed, 5),
    Damage("other_name", TEXT, other_name, 5),
    Damage("cut", FILES, cut, 6),
    Damage("flipped", FILES, flipped, 6),
    Damage("garbage", FILES, garbage, 6),
    Damage("empty", FILES, empty, 7),
]
