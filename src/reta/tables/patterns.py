"""From names and patterns, as a user gives them, to the files that they stand for, each once."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

from reta.errors import FileError
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["expanded", "require_text_name", "spelled", "without_repetitions"]

_PATTERN_CHARACTERS = frozenset("*?[")
_ANY_DEPTH = "**"


def expanded(name: str | Path) -> list[Path]:
    """Return the path itself, or the files that a pattern stands for, sorted.

    Raises
    ------
    FileError
        No file matches the pattern.
    """
    path = _with_home(Path(name))
    if not _PATTERN_CHARACTERS & set(str(path)) or path.exists():
        return [path]
    files = [match for match in sorted(set(_matches(path))) if not match.is_dir()]
    if not files:
        raise FileError(f"no file matches '{spelled(path)}'")
    return files


def without_repetitions(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Note, ...]]:
    """Return each file once, under the first of its names, and what to say where others were left out."""
    first: dict[object, Path] = {}
    repeated: list[tuple[Path, Path]] = []
    for path in paths:
        known = first.setdefault(_identity(path), path)
        if known is not path:
            repeated.append((path, known))
    return tuple(first.values()), _said(repeated)


def spelled(path: object) -> str:
    """Return a path as text that every encoding has: a byte of its name that is no text comes as an escape."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def require_text_name(path: Path) -> Path:
    """Return the path, for a library that takes names as text.

    Raises
    ------
    FileError
        Some byte of it is no text.
    """
    if spelled(path) != str(path):
        raise FileError(f"{spelled(path)} has a name that is no text in UTF-8: rename it, or give a link to it")
    return path


def _said(repeated: Sequence[tuple[Path, Path]]) -> tuple[Note, ...]:
    if not repeated:
        return ()
    name, known = repeated[0]
    which = (
        f"{spelled(name)} is named twice" if name == known else f"{spelled(name)} is the same file as {spelled(known)}"
    )
    others = len(repeated) - 1
    more = f", and {counted(others, 'other name')} of files that are read already" if others else ""
    return (Note("dropped", f"{which}{more}: each file is read once"),)


def _identity(path: Path) -> object:
    """Return what two names of one file have in common; of a pipe, whose name it is."""
    try:
        status = path.stat()
    except OSError:
        return str(path)
    return (status.st_dev, status.st_ino) if status.st_ino else str(path.resolve())


def _with_home(path: Path) -> Path:
    """Return the path with ``~`` as the home folder, unless there is a file or folder of that very name."""
    first = path.parts[0] if path.parts else ""
    if not first.startswith("~") or Path(first).exists():
        return path
    try:
        return path.expanduser()
    except RuntimeError:  # nobody has that name
        return path


def _matches(pattern: Path) -> Iterator[Path]:
    parts = pattern.parts
    if _ANY_DEPTH not in parts:
        return (Path(match) for match in glob.iglob(str(pattern)))  # noqa: PTH207 - takes absolute patterns
    at = parts.index(_ANY_DEPTH)
    below = parts[at + 1 :] or ("*",)
    return _at_any_depth(Path(*parts[:at]), Path(*below))


def _at_any_depth(root: Path, below: Path) -> Iterator[Path]:
    """Yield what matches ``below`` in the folders of a pattern and all folders in them, each real folder once."""
    for folder in _folders(root):
        yield from _matches(Path(glob.escape(str(folder))) / below)


def _folders(root: Path) -> Iterator[Path]:
    """Yield folders and those in them, nearest first; a link back to one of them is not followed again."""
    level = [match for match in _matches(root) if match.is_dir()] if root.parts else [Path()]
    seen: set[object] = set()
    while level:
        found = []
        for folder in level:
            if (identity := _identity(folder)) not in seen:
                seen.add(identity)
                found.append(folder)
        yield from found
        level = [inner for folder in found for inner in _inner_folders(folder)]


def _inner_folders(folder: Path) -> Iterable[Path]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))
    except OSError:
        return ()
    return [folder / name for name in names]
