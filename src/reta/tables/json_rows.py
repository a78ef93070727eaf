"""Lines of JSON objects looked at one by one: every key, every value, and the line of whatever cannot be read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from reta.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["JsonRows", "Nested", "Number", "read_rows"]

_SHOWN_CHARACTERS = 40
_NO_INTEGER = 99


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Nested(str):
    """A list or an object, as JSON."""

    __slots__ = ()


Value: TypeAlias = "Number | Nested | str | bool | None"


@dataclass(slots=True)
class JsonRows:
    """Some lines, column by column.

    Attributes
    ----------
    columns
        The values of every key, one a row, ``None`` where a line lacks the key or has null.
    lines
        The line of each row.
    first
        The line where each key first comes.
    """

    columns: dict[str, list[Value]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)

    def add(self, pairs: Sequence[tuple[str, Value]], line: int) -> None:
        """Append a row."""
        for name, value in pairs:
            if name not in self.columns:
                self.columns[name] = [None] * len(self.lines)
                self.first[name] = line
            self.columns[name].append(value)
        self.lines.append(line)
        for values in self.columns.values():
            if len(values) < len(self.lines):
                values.append(None)

    def holds(self, name: str) -> bool:
        """Whether a column has any value."""
        return any(value is not None for value in self.columns.get(name, ()))

    def type_of(self, name: str) -> pl.DataType:
        """Return the type that holds a column: of numbers, of truth values, else text."""
        met = {type(value) for value in self.columns[name] if value is not None}
        if met <= {Number}:
            digits = max((_digits(value) for value in self.columns[name] if value is not None), default=_NO_INTEGER)
            return pl.Int64() if digits <= 18 else pl.Int128() if digits <= 38 else pl.Float64()
        return pl.Boolean() if met == {bool} else pl.String()

    def series(self, name: str, dtype: pl.DataType, *, is_truth: bool = False) -> pl.Series:
        """Return a column in the type that it holds: the one expected, or text for what does not fit.

        Parameters
        ----------
        name, dtype
            Which column, and what is expected of it.
        is_truth
            Whether it is a column of truth values, in which no other value has a place.
        """
        values = self.columns.get(name) or [None] * len(self.lines)
        own = self.type_of(name) if name in self.columns else dtype
        if not self.holds(name):
            return pl.Series(name, values, dtype=dtype)
        if own.is_integer() or (own == pl.Float64 and dtype.is_numeric()):
            return _numbers(name, values, own)
        if own == pl.Boolean and dtype == pl.Boolean:
            return pl.Series(name, values, dtype=pl.Boolean)
        return pl.Series(name, [_text(value, is_truth=is_truth) for value in values], dtype=pl.String)

    def nested_line(self, name: str) -> tuple[int, str] | None:
        """Return the first line where a column has a list or an object, and what it has there."""
        found = zip(self.lines, self.columns.get(name, ()), strict=False)
        return next(((line, value) for line, value in found if isinstance(value, Nested)), None)


def read_rows(lines: Iterable[bytes], first_line: int, label: str) -> JsonRows:
    """Read lines that hold one object each; blank ones are left out.

    Parameters
    ----------
    lines
        The lines.
    first_line
        The number of the first.
    label
        What messages call the file.

    Raises
    ------
    DataError
        A line is no JSON object, or has a key twice.
    """
    rows = JsonRows()
    for number, line in enumerate(lines, start=first_line):
        if line.strip():
            rows.add(_pairs(line, f"{label}, line {number}"), number)
    return rows


def _pairs(line: bytes, place: str) -> list[tuple[str, Value]]:
    try:
        met = _DECODER.decode(line.decode().strip())
    except (ValueError, RecursionError) as error:
        shown = line.decode(errors="replace").strip()[:_SHOWN_CHARACTERS]
        raise DataError(f"{place}: {shown!r} is not a JSON object ({error}). Write one object a line") from None
    if isinstance(met, list):
        raise DataError(f"{place}: a JSON list. Write one object a line, for example with: jq -c '.[]'")
    if not isinstance(met, _Object):
        raise DataError(f"{place}: {met!r} is not a JSON object. Write one object a line")
    seen: set[str] = set()
    for name, _ in met.pairs:
        if name in seen:
            raise DataError(f"{place}: the key `{name}` comes twice. Rename or remove one")
        seen.add(name)
    return [(name, _value(value)) for name, value in met.pairs]


@dataclass(frozen=True, slots=True)
class _Object:
    """Pairs of an object, repeated keys among them."""

    pairs: list[tuple[str, Any]]


def _refuse_constant(name: str) -> None:
    raise ValueError(f"JSON has no {name}: write null")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Object, parse_int=Number, parse_float=Number, parse_constant=_refuse_constant
)


def _value(value: Any) -> Value:
    return Nested(_shown(value)) if isinstance(value, (_Object, list)) else value


def _shown(value: Any) -> str:
    """Return a nested value as JSON has it."""
    if isinstance(value, _Object):
        return "{" + ", ".join(f"{json.dumps(key)}: {_shown(inner)}" for key, inner in value.pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def _digits(value: Value) -> int:
    """Return how many digits a number has that is written as an integer; more than any integer type has, of others."""
    text = str(value).removeprefix("-")
    return len(text) if text.isdigit() and value != "-0" else _NO_INTEGER


def _numbers(name: str, values: Sequence[Value], dtype: pl.DataType) -> pl.Series:
    """Return numbers in float64 if any has a fraction; as text where float64 would lose digits, so that it is said."""
    if dtype.is_integer():
        return pl.Series(name, [None if value is None else int(value) for value in values], dtype=dtype)
    numbers = [None if value is None else float(value) for value in values]
    wide = any(number is not None and abs(number) >= 2**53 for number in numbers)
    if wide:
        return pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)
    return pl.Series(name, numbers, dtype=pl.Float64)


def _text(value: Value, *, is_truth: bool) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(int(value)) if is_truth else str(value).lower()
    return f"{value} among true and false" if is_truth else str(value)
