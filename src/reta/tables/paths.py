"""From what a user calls a file, or several, to paths that exist and the format of what is there."""

from __future__ import annotations

import difflib
import glob
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from reta.errors import FileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Files", "Format", "existing_file", "find_files", "format_of"]

Format: TypeAlias = Literal["text", "parquet", "arrow", "ndjson", "spreadsheet", "sqlite"]

_SUFFIXES: dict[str, Format] = {
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "spreadsheet",
    ".xlsm": "spreadsheet",
    ".ods": "spreadsheet",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
}
_COMPRESSED = (".gz", ".zst")
_MAGIC: tuple[tuple[bytes, Format], ...] = (
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"SQLite format 3\0", "sqlite"),
    (b"PK\x03\x04", "spreadsheet"),
    (b"{", "ndjson"),
)
_MAGIC_BYTES = 16
_PATTERN_CHARACTERS = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Files:
    """Files that make one table.

    Attributes
    ----------
    paths
        At least one, in order.
    format
        What they all hold.
    description
        What to call them in a message.
    stream
        Whether the only one is a pipe or a device: it can be read once, from its start.
    """

    paths: tuple[Path, ...]
    format: Format
    description: str
    stream: bool = False


def find_files(names: Iterable[str | Path], *, asked: str | None = None) -> Files:
    """Find the files and see what they hold.

    Parameters
    ----------
    names
        Paths and patterns, each expanded in sorted order.
    asked
        How the user put it, for the description of several files.

    Raises
    ------
    FileError
        When a file is missing (with the nearest name there is), is a folder, is empty or cannot be opened.
    UsageError
        When the files hold different formats.
    """
    paths = tuple(path for name in names for path in _expanded(name))
    if not paths:
        raise UsageError("no files are given")
    description = str(paths[0]) if len(paths) == 1 else f"{len(paths)} files ({asked or _range(paths)})"
    if len(paths) == 1 and _is_stream(existing_file(paths[0])):
        return Files(paths, "text", description, stream=True)
    formats = [format_of(path) for path in paths]
    for path, met in zip(paths, formats, strict=True):
        if met != formats[0]:
            raise UsageError(f"{paths[0]} is {formats[0]} and {path} is {met}: parts of one table must be alike")
    return Files(paths, formats[0], description)


def existing_file(path: Path) -> Path:
    """Return the path if something that can be read is there.

    Raises
    ------
    FileError
        Otherwise, saying what is there instead.

    Notes
    -----
    Only ordinary files are opened: opening a pipe for a look would cut off its writer.
    """
    try:
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            path.open("rb").close()
    except FileNotFoundError:
        raise FileError(_absent(path)) from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    if stat.S_ISDIR(status.st_mode):
        raise FileError(f"{path} is a directory: use {_inside(path)}")
    if stat.S_ISREG(status.st_mode) and not status.st_size:
        raise FileError(f"{path} is empty (0 bytes)")
    return path


def format_of(path: Path) -> Format:
    """Return what a file holds: by its suffix, or by its first bytes where the suffix is not known."""
    existing_file(path)
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    known = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    return known or _format_by_magic(path)


def _format_by_magic(path: Path) -> Format:
    with path.open("rb") as file:
        start = file.read(_MAGIC_BYTES)
    return next((known for magic, known in _MAGIC if start.startswith(magic)), "text")


def _expanded(name: str | Path) -> list[Path]:
    """Return the path itself, or the files that a pattern stands for."""
    path = Path(name).expanduser()
    if not _PATTERN_CHARACTERS & set(str(path)) or path.exists():
        return [path]
    found = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207 - takes absolute patterns
    files = [match for match in found if not match.is_dir()]
    if not files:
        raise FileError(f"no file matches '{path}'")
    return files


def _is_stream(path: Path) -> bool:
    return not path.is_file()


def _range(paths: tuple[Path, ...]) -> str:
    return f"{paths[0]} to {paths[-1]}"


def _absent(path: Path) -> str:
    """Return what to say about a path where nothing is, with the nearest name beside it."""
    if not path.parent.is_dir():
        return f"{path} does not exist: there is no folder '{path.parent}'"
    names = [entry.name for entry in path.parent.iterdir()]
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"{path} does not exist" + (f": did you mean '{path.with_name(close[0])}'?" if close else "")


def _inside(folder: Path) -> str:
    """Return a pattern for the files of a folder: of the kind that it has most of."""
    suffixes = [entry.suffix for entry in folder.iterdir() if entry.suffix.lower() in _SUFFIXES]
    suffix = max(sorted(set(suffixes)), key=suffixes.count, default=".parquet")
    return str(folder / f"*{suffix}")
