"""Long files that go to the disk while they are written."""

from __future__ import annotations

import os
import threading

import pytest

from reta.errors import FileError
from reta.files import atomic_write, flushing


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(flushing, "_EVERY_BYTES", 1 << 10)


def test_a_long_file_is_whole_and_flushed_on_the_way(tmp_path, monkeypatch, often):
    flushed_by = []
    fsync = os.fsync

    def noted(descriptor):
        flushed_by.append(threading.current_thread())
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    target = tmp_path / "long.bin"
    parts = [bytes([i % 256]) * 30_000 for i in range(50)]
    with atomic_write(target) as file:
        for part in parts:
            file.write(part)
    assert target.read_bytes() == b"".join(parts)
    assert any(thread is not threading.main_thread() for thread in flushed_by)
    assert flushed_by[-1] is threading.main_thread()
    assert threading.active_count() == 1 or not any("_flush" in thread.name for thread in threading.enumerate())


def test_a_disk_that_fails_on_the_way_leaves_the_old_file(tmp_path, monkeypatch, often):
    target = tmp_path / "old.bin"
    target.write_bytes(b"old")
    fsync, failed = os.fsync, threading.Event()

    def failing(descriptor):
        if threading.current_thread() is threading.main_thread():
            fsync(descriptor)  # the disk tells a failure once
            return
        failed.set()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)

    def write_all():
        with atomic_write(target) as file:
            for _ in range(20):
                file.write(b"new" * 10_000)
            assert failed.wait(10)

    with pytest.raises(FileError, match="Input/output error"):
        write_all()
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["old.bin"]


def test_pipes_are_not_flushed_to_a_disk(often):
    reading, writing = os.pipe()
    received = []

    def read_all():
        with os.fdopen(reading, "rb") as stream:
            received.append(stream.read())

    reader = threading.Thread(target=read_all)
    reader.start()
    with atomic_write(f"/dev/fd/{writing}") as file:
        file.write(b"x" * 100_000)
    os.close(writing)
    reader.join()
    assert received == [b"x" * 100_000]
