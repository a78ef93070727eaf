"""Reading Thrift's compact protocol, the form of Parquet's footer and page headers, into plain values."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, TypeAlias, Union

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ThriftStruct", "ThriftValue", "read_struct"]

ThriftValue: TypeAlias = Union[bool, int, float, bytes, list["ThriftValue"], "ThriftStruct"]
ThriftStruct: TypeAlias = dict[int, ThriftValue]

_STOP = 0
_TRUE = 1
_FALSE = 2
_LONG_LIST = 15
_LONGEST_SHIFT = 63
_MOST_BYTES = 1 << 26  # of one value: a name, a statistic; what damaged bytes ask for may be anything


def read_struct(stream: BinaryIO) -> ThriftStruct:
    """Read one struct: its fields by their number.

    Raises
    ------
    EOFError
        When the stream ends inside the struct.
    ValueError
        When the bytes are no compact Thrift.

    References
    ----------
    Apache Thrift, "Thrift compact protocol encoding" (doc/specs/thrift-compact-protocol.md).
    """
    fields: ThriftStruct = {}
    number = 0
    while (header := _byte(stream)) != _STOP:
        delta, kind = header >> 4, header & 0x0F
        number = number + delta if delta else _integer(stream)
        fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else _value(stream, kind)
    return fields


def _value(stream: BinaryIO, kind: int) -> ThriftValue:
    read = _READERS.get(kind)
    if read is None:
        raise ValueError(f"no Thrift type has the number {kind}")
    return read(stream)


def _byte(stream: BinaryIO) -> int:
    return _exactly(stream, 1)[0]


def _exactly(stream: BinaryIO, size: int) -> bytes:
    if size > _MOST_BYTES:
        raise ValueError(f"a Thrift value would take {size} bytes")
    met = stream.read(size)
    if len(met) < size:
        raise EOFError("the data end inside a Thrift value")
    return met


def _unsigned(stream: BinaryIO) -> int:
    """Read a base-128 number, least significant digit first."""
    total = shift = 0
    while (digit := _byte(stream)) & 0x80:
        total |= (digit & 0x7F) << shift
        shift += 7
        if shift > _LONGEST_SHIFT:
            raise ValueError("a Thrift number has more than 64 bits")
    return total | digit << shift


def _integer(stream: BinaryIO) -> int:
    """Read a zigzag number: 0, 1, 2, 3 stand for 0, −1, 1, −2."""
    folded = _unsigned(stream)
    return (folded >> 1) ^ -(folded & 1)


def _double(stream: BinaryIO) -> float:
    return float(struct.unpack("<d", _exactly(stream, 8))[0])


def _binary(stream: BinaryIO) -> bytes:
    return _exactly(stream, _unsigned(stream))


def _boolean(stream: BinaryIO) -> bool:
    return _byte(stream) == _TRUE


def _list(stream: BinaryIO) -> list[ThriftValue]:
    header = _byte(stream)
    size, kind = header >> 4, header & 0x0F
    return [_value(stream, kind) for _ in range(_unsigned(stream) if size == _LONG_LIST else size)]


_READERS: dict[int, Callable[[BinaryIO], ThriftValue]] = {
    _TRUE: _boolean,
    _FALSE: _boolean,
    3: _byte,
    4: _integer,
    5: _integer,
    6: _integer,
    7: _double,
    8: _binary,
    9: _list,
    10: _list,
    12: read_struct,
}
