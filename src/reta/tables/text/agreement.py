"""What several text files say together: their dialects, columns and notes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from reta.tables.parts import compare_parts
from reta.tables.table import Column
from reta.tables.text.probe import kind_of_shapes
from reta.types import Note, NoteKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.tables.text.dialect import Dialect
    from reta.tables.text.part import Part

__all__ = ["agreed_dialects", "common_columns", "differences", "joint_notes", "numbers_throughout"]

_GROUPS = {"one_point_group", "one_comma_group", "point_groups", "comma_groups"}
_TYPES = {"number": pl.Float64(), "boolean": pl.Boolean(), "text": pl.String(), "date": pl.Date()}


def agreed_dialects(parts: Sequence[Part]) -> list[Dialect]:
    """Return the dialect of each file; the marks that one leaves open are those that the others agree on."""
    marks: dict[str, set[tuple[str, str | None]]] = {}
    for part in parts:
        found = part.probe.dialect
        if found.decimal_decided:
            marks.setdefault(found.delimiter, set()).add((found.decimal, found.thousands))
    return [_completed(part.probe.dialect, marks.get(part.probe.dialect.delimiter, set())) for part in parts]


def _completed(found: Dialect, marks: set[tuple[str, str | None]]) -> Dialect:
    decimals = {decimal for decimal, _ in marks}
    if found.decimal_decided or len(decimals) != 1:
        return found
    thousands = next((mark for _, mark in sorted(marks, key=str) if mark is not None), None)
    return replace(found, decimal=decimals.pop(), thousands=thousands, decimal_decided=True)


def common_columns(parts: Sequence[Part]) -> tuple[Column, ...]:
    """Return the columns of the first file, their kinds told from the samples of all."""
    shapes: dict[str, Counter[str]] = {}
    for part in parts:
        for name, found in zip(part.probe.header.names, part.probe.shapes, strict=True):
            shapes.setdefault(name, Counter()).update(found)
    return tuple(Column(name, kind_of_shapes(shapes[name])) for name in parts[0].names)


def numbers_throughout(parts: Sequence[Part], dialects: Sequence[Dialect]) -> tuple[str, ...]:
    """Return the columns of whose samples every cell that is there is a number, or true or false.

    What is written as no number would be, 01234 or 20 digits, is the name of something: as a number it would be lost.
    """
    others: set[str] = set()
    for part, dialect in zip(parts, dialects, strict=True):
        probe = part.probe
        for name, found, coded in zip(probe.header.names, probe.shapes, probe.coded, strict=True):
            if coded or (set(found) - {"boolean"} and set(found) - _plain_shapes(dialect)):
                others.add(name)
    return tuple(
        column.name
        for column in common_columns(parts)
        if column.kind in ("number", "boolean") and column.name not in others and _has_values(parts, column.name)
    )


def _has_values(parts: Sequence[Part], name: str) -> bool:
    return any(part.probe.shapes[part.probe.header.names.index(name)] for part in parts if name in part.names)


def _plain_shapes(dialect: Dialect) -> set[str]:
    """Return the shapes of cells that are numbers as this dialect writes them, beyond doubt."""
    if not dialect.decimal_decided:
        return {"integer"}
    mark = "point" if dialect.decimal == "." else "comma"
    plain = {"integer", mark, f"one_{mark}_group"}
    return plain if dialect.thousands is None else plain | _GROUPS


def differences(parts: Sequence[Part], columns: Sequence[Column], needed: Sequence[str]) -> list[Note]:
    """Say which files have other columns than the first.

    Raises
    ------
    DataError
        One lacks a column that is needed.
    """
    types = {column.name: _TYPES[column.kind] for column in columns}
    schemas = [pl.Schema({name: types.get(name, pl.String()) for name in part.names}) for part in parts]
    return compare_parts([part.label for part in parts], schemas, needed)


def joint_notes(parts: Sequence[Part]) -> list[Note]:
    """Return what was assumed about the files, naming those that a note is about unless it is about all."""
    files: dict[tuple[NoteKind, str], list[str]] = {}
    for part in parts:
        for note in part.probe.notes:
            files.setdefault((note.kind, note.text), []).append(part.label)
    return [
        Note(kind, text if len(labels) == len(parts) else f"{_some(labels)}: {text}")
        for (kind, text), labels in files.items()
    ]


def _some(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else f"{labels[0]} and {len(labels) - 1} more"
