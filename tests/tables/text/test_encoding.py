from __future__ import annotations

import pytest

from reta.errors import DataError
from reta.tables.text.dialect import Dialect
from reta.tables.text.encoding import detect_encoding, to_utf8

TEXT = "umidade média;região\r\n43,5;€ São\n"


def recoded(data: bytes, encoding: str, size: int, newline: str = "\n") -> str:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(to_utf8(chunks, Dialect(encoding=encoding, newline=newline), "crops.csv")).decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_characters_cut_by_a_chunk_survive(encoding: str, size: int) -> None:
    if encoding == "utf-8-sig" and size < 3:
        size = 3  # the mark is looked for in the first chunk, which is never so small
    assert recoded(TEXT.encode(encoding), encoding, size) == TEXT


def test_carriage_returns_become_line_feeds() -> None:
    assert recoded(b"a,b\r1,2\r", "utf-8", 4, newline="\r") == "a,b\n1,2\n"


@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_byte_that_the_encoding_lacks_is_located(size: int) -> None:
    with pytest.raises(DataError, match=r"crops.csv is not UTF-16 from byte 4 on: say what it is with --encoding"):
        recoded("ab".encode("utf-16-le") + b"\x00\xd8" + "c".encode("utf-16-le"), "utf-16-le", size)


def test_binary_is_no_utf16() -> None:
    with pytest.raises(DataError, match="holds binary data at byte 2"):
        detect_encoding(b"a,\0\0\0\0\0b\0\0\0\0", True, "crops.csv")
    assert detect_encoding("año,ß\n".encode("utf-16-be"), True, "crops.csv") == "utf-16-be"
