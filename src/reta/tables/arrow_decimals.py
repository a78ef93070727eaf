"""Decimals of pyarrow in widths that Polars does not have: it prints a panic at some of them before it raises it."""

from __future__ import annotations

from typing import Any

__all__ = ["has_long_decimals", "with_plain_decimals"]


def with_plain_decimals(data: Any) -> Any:
    """Return pyarrow's tables, batches, readers and arrays with decimals of 128 bits where they have fewer; all else.

    What has decimals of 256 bits becomes a table, if it is none: its columns can be read cell by cell.
    """
    if not type(data).__module__.startswith("pyarrow"):
        return data
    import pyarrow as pa

    if not hasattr(data, "schema"):
        return data.cast(_plain(data.type)) if _is_short(getattr(data, "type", None)) else data
    types = data.schema.types
    if not has_long_decimals(data) and not any(map(_is_short, types)):
        return data
    table = pa.table(data)
    plain = [_plain(column.type) if _is_short(column.type) else column.type for column in table.schema]
    return table.cast(pa.schema(zip(table.column_names, plain, strict=True)))


def has_long_decimals(data: Any) -> bool:
    """Whether a table or an array of pyarrow has decimals of 256 bits, in lists and records too."""
    types = getattr(getattr(data, "schema", None), "types", None) or (getattr(data, "type", None),)
    return any("decimal256" in str(each) for each in types)


def _is_short(arrow_type: Any) -> bool:
    return str(arrow_type).startswith(("decimal32", "decimal64"))


def _plain(arrow_type: Any) -> Any:
    import pyarrow as pa

    return pa.decimal128(arrow_type.precision, arrow_type.scale)
