"""The standard streams while a command runs, in whatever state they came: closed, full, of a narrow alphabet."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer

__all__ = ["let_go_of_stdout", "standard_streams"]

STDOUT = "standard output"


@contextmanager
def standard_streams() -> Iterator[None]:
    """Make standard output name itself when it fails, and standard error never fail.

    Standard output that was closed is there, and refuses what is written. What standard error does not take is lost:
    nobody is left to tell, and the exit code tells the rest. A character that a stream does not have becomes ``?``.
    Streams that somebody else put in their place, in a test or a notebook, stay.
    """
    _occupy_closed_descriptors()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _output(sys.stdout), _errors(sys.stderr)
    try:
        yield
    finally:
        with suppress(OSError):
            sys.stderr.flush()
        _settle_stdout()
        sys.stdout, sys.stderr = before


def let_go_of_stdout() -> None:
    """Point standard output at nothing, so that closing it cannot fail a second time."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(raw, _ClosedOutput):
        raw.has_refused = True
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class _Output(io.FileIO):
    """Standard output below its buffers."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, or say which stream failed."""
        try:
            return super().write(data)
        except OSError as error:
            raise OSError(error.errno, error.strerror, STDOUT) from None


class _ClosedOutput(io.RawIOBase):
    """What stands for standard output where there is none."""

    has_refused = False  # and been heard: since Python 3.13, what fails once more at the end is shown

    def writable(self) -> bool:
        """Look like a file to write to."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Refuse, or lose what comes after that."""
        if self.has_refused:
            return memoryview(data).nbytes
        raise OSError(errno.EBADF, "it is closed", STDOUT)


class _Errors(io.FileIO):
    """Standard error below its buffers."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)

    def write(self, data: ReadableBuffer, /) -> int:
        """Write, or lose it."""
        with suppress(OSError):
            return super().write(data)
        return memoryview(data).nbytes


def _output(stream: TextIO | None) -> TextIO:
    if stream is None:
        return io.TextIOWrapper(io.BufferedWriter(_ClosedOutput()), encoding="utf-8")
    return _over(_Output(1), stream) if _is_own(stream) else _lenient(stream)


def _errors(stream: TextIO | None) -> TextIO:
    if stream is None:
        return io.StringIO()
    return _over(_Errors(2), stream) if _is_own(stream) else _lenient(stream)


def _is_own(stream: TextIO) -> bool:
    return stream in (sys.__stdout__, sys.__stderr__)


def _over(raw: io.FileIO, stream: TextIO) -> TextIO:
    """Return a stream like the one given, over other buffers."""
    at_once = any(getattr(stream, name, False) for name in ("line_buffering", "write_through"))
    stream.flush()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=stream.encoding, errors="replace", line_buffering=at_once)


def _lenient(stream: TextIO) -> TextIO:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream


def _settle_stdout() -> None:
    """Leave nothing in the buffers that could fail once more when the process ends."""
    try:
        sys.stdout.flush()
    except OSError:
        let_go_of_stdout()
        with suppress(OSError):
            sys.stdout.flush()


def _occupy_closed_descriptors() -> None:
    """Point closed descriptors at nothing, so that no file that is opened later is taken for a standard stream."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != descriptor:
                os.dup2(nowhere, descriptor)
                os.close(nowhere)
