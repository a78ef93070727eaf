"""Files that are replaced whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from reta.errors import FileError
from reta.files.flushing import Flushing

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

__all__ = ["atomic_write"]

_SUFFIX = ".reta-part"
_NAME_KEPT = 50  # characters of the target's name in the part's name: with four bytes each still under the usual 255


@contextlib.contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Write a file so that a reader sees the old content or the new, never a part.

    The bytes go to a hidden file in the same folder, which takes the name of ``path`` when the block ends well and
    vanishes when it does not. What an earlier, killed writer of the same ``path`` left behind is removed first.

    Parameters
    ----------
    path
        The file to create or replace. A link is followed; a device or a pipe (``/dev/stdout``) is written directly.

    Yields
    ------
    BinaryIO
        Open for writing, buffered.

    Raises
    ------
    FileError
        The folder or the disk refuses. Whatever stood at ``path`` is untouched.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> target = Path(folder.name, "answer.txt")
    >>> with atomic_write(target) as file:
    ...     _ = file.write(b"42")
    >>> target.read_bytes()
    b'42'
    >>> folder.cleanup()
    """
    target = Path(os.path.realpath(path))
    direct = Path(path).exists() and not Path(path).is_file()
    with _explained(path):
        part, descriptor = (Path(path), os.open(path, os.O_WRONLY)) if direct else _claimed_part(target)
    raw = _PartFile(descriptor, path, on_disk=not direct)
    file: io.BufferedWriter = io.BufferedWriter(raw)
    try:
        yield cast("BinaryIO", file)
        with _explained(path):
            file.flush()
            raw.settle()
            if not direct:
                _put_in_place(file, part, target)
    finally:
        with contextlib.suppress(OSError):
            file.close()
        if not direct:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


class _PartFile(io.FileIO):
    """A raw file whose failing writes say which file could not be written.

    They alone do: a failing read of something else inside the block is not blamed on the disk.
    """

    def __init__(self, descriptor: int, wanted: str | os.PathLike[str], *, on_disk: bool) -> None:
        super().__init__(descriptor, "wb")
        self._wanted = wanted
        self._flushing = Flushing(descriptor) if on_disk else None

    def write(self, data: ReadableBuffer, /) -> int:
        with _explained(self._wanted):
            written = super().write(data)
            if self._flushing is not None:
                self._flushing.wrote(written)
            return written

    def settle(self) -> None:
        """Wait until no other thread writes to the disk."""
        if self._flushing is not None:
            self._flushing.wait()

    def close(self) -> None:
        """Close the file; a failure of the disk was raised before, or the file goes anyway."""
        with contextlib.suppress(OSError):
            self.settle()
        super().close()


def _claimed_part(target: Path) -> tuple[Path, int]:
    """Create a part and lock it, so that no other writer takes it for abandoned."""
    _remove_leftovers(target)
    while True:
        part = target.with_name(f"{_prefix(target)}{secrets.token_hex(4)}{_SUFFIX}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        if _claim(descriptor, wait=True) and os.fstat(descriptor).st_nlink > 0:
            _copy_permissions(target, descriptor)
            return part, descriptor
        os.close(descriptor)


def _prefix(target: Path) -> str:
    return f".{target.name[:_NAME_KEPT]}."


def _copy_permissions(target: Path, descriptor: int) -> None:
    if sys.platform != "win32" and target.exists():
        os.fchmod(descriptor, stat.S_IMODE(target.stat().st_mode))


def _put_in_place(file: io.BufferedWriter, part: Path, target: Path) -> None:
    """Give the part its name while its lock is held, so that no other writer takes it for abandoned in between."""
    os.fsync(file.fileno())
    if sys.platform == "win32":
        file.close()
    part.replace(target)
    _sync_folder(target.parent)


def _remove_leftovers(target: Path) -> None:
    """Remove parts whose writer is dead; a living one holds a lock on its part (on Windows: keeps it open)."""
    prefix = _prefix(target)
    for entry in target.parent.iterdir():
        if entry.name.startswith(prefix) and entry.name.endswith(_SUFFIX):
            with contextlib.suppress(OSError):
                _remove_if_abandoned(entry)


def _remove_if_abandoned(part: Path) -> None:
    descriptor = os.open(part, os.O_RDONLY)
    try:
        abandoned = _claim(descriptor, wait=False)
        if abandoned and sys.platform != "win32":
            part.unlink()
    finally:
        os.close(descriptor)
    if sys.platform == "win32":
        part.unlink()


def _claim(descriptor: int, *, wait: bool) -> bool:
    """Lock an open part; the system gives the lock back when its holder ends, however it ends."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
    return True


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _explained(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        message = f"cannot write {os.fspath(path)}: {_reason(error, Path(path))}"
        raise FileError(message) from error


def _reason(error: OSError, path: Path) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no folder {path.parent}"
    if isinstance(error, IsADirectoryError) or path.is_dir():
        return "it is a folder; name a file in it"
    return error.strerror or str(error)
