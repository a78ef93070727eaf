"""Rows that are not in the encoding that the file had so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from reta.tables.text.records import Records
    from reta.types import BoolArray

__all__ = ["first_foreign_byte", "foreign_records", "made_readable", "with_replacements"]

_ASCII_END = 0x80
_REPLACEMENT = "\ufffd"


def foreign_records(data: bytes, records: Records) -> BoolArray:
    """Find the records that are not UTF-8."""
    beyond_ascii = np.flatnonzero(np.frombuffer(data, np.uint8) >= _ASCII_END)
    foreign = np.zeros(records.starts.size, np.bool_)
    for record in np.unique(np.searchsorted(records.ends, beyond_ascii)):
        foreign[record] = first_foreign_byte(data[records.starts[record] : records.ends[record]]) is not None
    return foreign


def first_foreign_byte(record: bytes) -> int | None:
    """Return the first byte that is no UTF-8, if there is one."""
    try:
        record.decode()
    except UnicodeDecodeError as error:
        return record[error.start]
    return None


def made_readable(data: bytes) -> bytes:
    """Put a replacement character for what is no UTF-8, so that the other cells can be parsed."""
    return data.decode(errors="replace").encode()


def with_replacements(cells: pl.DataFrame) -> BoolArray:
    """Whether some cell of a row holds a replacement character."""
    held: BoolArray = (
        cells.select(pl.any_horizontal(pl.all().str.contains(_REPLACEMENT, literal=True))).to_series().to_numpy()
    )
    return held
