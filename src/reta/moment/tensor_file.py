"""The safetensors container: named arrays and text in one file, read strictly.

Layout: the length of the header, 8 bytes, little-endian; the header, a JSON object; the numbers, little-endian. The
header gives each array ``dtype``, ``shape`` and ``data_offsets`` and holds a map of text, ``__metadata__``.
"""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from reta.files import too_many_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["LARGEST_HEADER", "Untrusted", "parsed_json", "read_tensors", "write_tensors"]

LARGEST_HEADER = 100_000_000  # bytes; the format's own limit
_TYPES = {"F64": np.dtype("<f8"), "I64": np.dtype("<i8")}


class Untrusted(Exception):  # noqa: N818 - the reason why bytes are not taken; becomes a FileError with the path
    """Why the bytes are not taken."""


def write_tensors(file: BinaryIO, tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write arrays of float64 and int64, and text."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)}
    start = 0
    for name, array in tensors.items():
        stop = start + array.nbytes
        dtype = {"f": "F64", "i": "I64"}[array.dtype.kind]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [start, stop]}
        start = stop
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for name, array in tensors.items():
        file.write(np.ascontiguousarray(array, dtype=_TYPES[header[name]["dtype"]]).tobytes())


def read_tensors(file: BinaryIO) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return arrays and text; ``Untrusted`` where the bytes are anything but exactly such a file."""
    header, n_bytes = _header(file)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise Untrusted("its metadata are no map of text")
    spans = {name: _span(name, entry) for name, entry in header.items()}
    expected = 0
    for start, stop in sorted(spans.values()):
        if start != expected:
            raise Untrusted("its arrays overlap or leave gaps")
        expected = stop
    if n_bytes != expected:
        raise Untrusted(f"its arrays take {n_bytes} bytes where its header says {expected}")
    data = file.read(expected)
    if len(data) != expected:
        raise Untrusted(f"it ended after {len(data)} of {expected} bytes of arrays while it was read")
    return {name: _array(data[slice(*span)], header[name]) for name, span in spans.items()}, metadata


def parsed_json(text: bytes | str, what: str) -> Any:
    """Parse JSON in UTF-8 without duplicate keys, NaN or infinity, and not of too many values."""
    raw = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    if (excess := too_many_values(raw)) is not None:
        raise Untrusted(f"{what} is too large: {excess}")
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        return json.loads(decoded, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Untrusted(f"{what} is no proper JSON ({error})") from None


def _header(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """Return the header, and how many bytes of arrays follow."""
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if size < 8:
        raise Untrusted(f"it ends after {size} bytes")
    if length > LARGEST_HEADER:
        raise Untrusted(f"its header would take {length} bytes, more than {LARGEST_HEADER}")
    if 8 + length > size:
        raise Untrusted(f"it ends after {size} bytes, inside its header")
    header = parsed_json(file.read(length), "its header")
    if not isinstance(header, dict):
        raise Untrusted("its header is no JSON object")
    return header, size - 8 - length


def _span(name: str, entry: object) -> tuple[int, int]:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise Untrusted(f"the entry of {name!r} is malformed")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if dtype not in _TYPES:
        raise Untrusted(f"{name!r} has the type {dtype!r}; {' and '.join(_TYPES)} are known")
    if not _whole_numbers(shape) or not _whole_numbers(offsets) or len(offsets) != 2:
        raise Untrusted(f"the entry of {name!r} is malformed")
    if offsets[1] - offsets[0] != 8 * math.prod(shape):
        raise Untrusted(f"the offsets {offsets} of {name!r} do not fit its shape {shape}")
    return offsets[0], offsets[1]


def _whole_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(each) is int and each >= 0 for each in value)


def _array(data: bytes, entry: dict[str, Any]) -> NDArray[Any]:
    flat = np.frombuffer(data, dtype=_TYPES[entry["dtype"]])
    return flat.astype(flat.dtype.newbyteorder("=")).reshape(entry["shape"])


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key comes twice")
    return result


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not allowed")
