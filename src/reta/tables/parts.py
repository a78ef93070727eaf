"""Several files as the parts of one table: columns are matched by name, and the odd file is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from reta.errors import DataError
from reta.tables.kinds import kind_of
from reta.tables.patterns import spelled
from reta.types import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

__all__ = ["compare_parts", "part_labels", "source_labels"]


def part_labels(paths: Sequence[Path]) -> list[str]:
    """Return what to call each file in a message: the path as given, or the bare name where one folder holds all."""
    one_folder = len(paths) > 1 and len({path.parent for path in paths}) == 1
    return [spelled(path.name if one_folder else path) for path in paths]


def source_labels(sources: Sequence[Path | BinaryIO], description: str) -> list[str]:
    """Return the same where pipes may be among the files: the name that each was opened by."""
    if len(sources) == 1 and not isinstance(sources[0], Path):
        return [description]
    return part_labels([source if isinstance(source, Path) else Path(source.name) for source in sources])


def compare_parts(labels: Sequence[str], schemas: Sequence[pl.Schema], needed: Sequence[str]) -> list[Note]:
    """Return what to say about parts that differ from the first.

    Raises
    ------
    DataError
        When a part lacks a needed column.
    """
    odd = []
    for label, schema in zip(labels[1:], schemas[1:], strict=True):
        for name in needed:
            if name not in schema:
                raise DataError(f"{label} has no column `{name}`, which {labels[0]} has; it has {_listed(schema)}")
        if differences := _differences(schemas[0], schema):
            odd.append(f"{label} differs from {labels[0]}: {differences}")
    if not odd:
        return []
    others = len(odd) - 1
    more = f" (so do {others} other files)" if others > 1 else " (so does another file)" if others else ""
    return [Note("warning", f"{odd[0]}{more}; columns are matched by name")]


def _differences(first: pl.Schema, other: pl.Schema) -> str:
    shared = [name for name in first if name in other]
    findings = []
    if lacking := [name for name in first if name not in other]:
        findings.append(f"without {_listed(lacking)}")
    if extra := [name for name in other if name not in first]:
        findings.append(f"with {_listed(extra)} besides")
    findings += [
        f"`{name}` is {kind_of(other[name])}, not {kind_of(first[name])}"
        for name in shared
        if kind_of(other[name]) != kind_of(first[name])
    ]
    if shared != [name for name in other if name in first]:
        findings.append("columns in another order")
    return ", ".join(findings)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
