"""From what a user calls a file, or several, to paths that exist and the format of what is there."""

from __future__ import annotations

import difflib
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from reta.errors import DataError, FileError, UsageError
from reta.tables.patterns import expanded, spelled, without_repetitions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reta.types import Note

__all__ = ["Files", "Format", "existing_file", "find_files", "format_of", "holds_objects", "is_stream"]

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
)
_SPREADSHEET_PARTS = {"[Content_Types].xml", "mimetype"}
_GLANCE = 64  # bytes, unpacked
_MARKS = b"\xef\xbb\xbf\xff\xfe\0"  # of byte order, and the zeros of UTF-16
_OBJECTS = re.compile(rb"\[?\s*\{\s*(?:[\"}]|$)")
_ARCHIVES = {".zip": "ZIP", ".7z": "7-Zip", ".rar": "RAR", ".tar": "tar", ".tgz": "tar", ".bz2": "bzip2", ".xz": "xz"}


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
    streams
        Whether some are pipes or devices: they can be read once, from their start.
    notes
        What to say about the names.
    """

    paths: tuple[Path, ...]
    format: Format
    description: str
    streams: bool = False
    notes: tuple[Note, ...] = ()


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
    names = list(names)
    if "-" in names and len(names) > 1:
        raise UsageError("standard input ('-') cannot be one part of a table and files the others: give files only")
    every = tuple(path for name in names for path in expanded(name))
    if not every:
        raise UsageError("no files are given")
    paths, notes = without_repetitions([existing_file(path) for path in every])
    description = spelled(paths[0]) if len(paths) == 1 else f"{len(paths)} files ({spelled(asked or _range(paths))})"
    formats = [None if is_stream(path) else format_of(path) for path in paths]
    known = [(path, met) for path, met in zip(paths, formats, strict=True) if met is not None]
    for path, met in known:
        if met != known[0][1]:
            first, wanted = known[0]
            raise UsageError(
                f"{spelled(first)} is {wanted} and {spelled(path)} is {met}: parts of one table must be alike"
            )
    return Files(paths, known[0][1] if known else "text", description, None in formats, notes)


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
        raise FileError(f"{spelled(path)} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except ValueError:  # a NUL in the name
        raise FileError(f"{str(path)!r} is no name of a file") from None
    if stat.S_ISDIR(status.st_mode):
        raise FileError(f"{spelled(path)} is a directory: use {_inside(path)}")
    if stat.S_ISREG(status.st_mode) and not status.st_size:
        raise FileError(f"{spelled(path)} is empty (0 bytes)")
    return path


def format_of(path: Path) -> Format:
    """Return what a file holds: by its suffix, or by its first bytes where the suffix is not known.

    Raises
    ------
    DataError
        It is an archive, which may hold many files.
    """
    existing_file(path)
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    if suffixes and suffixes[-1] in _ARCHIVES:
        raise DataError(f"{spelled(path)} is packed by {_ARCHIVES[suffixes[-1]]}: unpack it, and give the file in it")
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    known = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    return known or _format_by_magic(path)


def is_stream(path: Path) -> bool:
    """Whether it is a pipe or a device, which can be read once, from its start."""
    return not path.is_file()


def _format_by_magic(path: Path) -> Format:
    from reta.tables.text.chunks import file_chunks

    with path.open("rb") as file:
        start = file.read(_GLANCE)
    if known := next((known for magic, known in _MAGIC if start.startswith(magic)), None):
        if known == "spreadsheet":
            _refuse_archive(path)
        return known
    return "ndjson" if holds_objects(next(file_chunks(path, spelled(path), _GLANCE, at_most=1), b"")) else "text"


def holds_objects(start: bytes) -> bool:
    """Whether text that starts so, in whatever encoding, is JSON objects and no delimited text."""
    return _OBJECTS.match(start.translate(None, _MARKS)) is not None


def _refuse_archive(path: Path) -> None:
    """Raise where a file is packed as spreadsheets are and is none."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return
    if not _SPREADSHEET_PARTS & set(names):
        raise DataError(f"{spelled(path)} is packed by ZIP: unpack it, and give the file in it")


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
