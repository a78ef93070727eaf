"""A file is replaced whole or not at all, whatever ends the writer."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reta.errors import DataError, FileError
from reta.files import atomic_write

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals, limits and permissions of Unix")

KILLED_WHILE_WRITING = """
import sys
from reta.files import atomic_write
with atomic_write(sys.argv[1]) as file:
    file.write(b"half of the new" * 100_000)
    file.flush()
    print("written", flush=True)
    sys.stdin.read()
"""

FULL_DISK = """
import resource, sys
from reta.files import atomic_write
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
with atomic_write(sys.argv[1]) as file:
    for _ in range(int(sys.argv[2])):
        file.write(b"0123456789")
"""


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "crops.moments"
    path.write_bytes(b"old")
    return path


def write(path, data=b"new"):
    with atomic_write(path) as file:
        file.write(data)


def write_and_raise(path, error):
    with atomic_write(path) as file:
        file.write(b"new")
        raise error


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def killed_writer(target):
    """Start a writer, and kill it when it has written a part."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_WHILE_WRITING, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout.readline().strip() == b"written"
        writer.kill()
    assert writer.returncode == -signal.SIGKILL


def test_a_new_file(tmp_path):
    write(str(tmp_path / "a"))
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_the_old_file_stands_until_the_new_one_is_complete(target):
    with atomic_write(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert names(target.parent) == ["crops.moments"]


@pytest.mark.parametrize("error", [DataError("x"), KeyboardInterrupt(), OSError("of a read elsewhere")])
def test_any_error_leaves_the_old_file_and_comes_through_as_it_is(target, error):
    with pytest.raises(type(error)) as raised:
        write_and_raise(target, error)
    assert raised.value is error
    assert target.read_bytes() == b"old"
    assert names(target.parent) == ["crops.moments"]


@UNIX
def test_a_killed_writer_leaves_the_old_file_and_the_next_write_cleans_up(target):
    killed_writer(target)
    killed_writer(target)
    assert target.read_bytes() == b"old"
    assert len(names(target.parent)) == 2, "the second writer removed the part of the first"
    write(target)
    assert target.read_bytes() == b"new"
    assert names(target.parent) == ["crops.moments"]


@UNIX
def test_the_part_of_a_writer_that_lives_is_left_alone(target):
    with atomic_write(target) as slow:
        slow.write(b"slow")
        write(target, b"quick")
        assert target.read_bytes() == b"quick"
        assert len(names(target.parent)) == 2
    assert target.read_bytes() == b"slow"


WRITES_OVER_AND_OVER = """
import sys
from reta.files import atomic_write
for _ in range(100):
    with atomic_write(sys.argv[1]) as file:
        file.write(sys.argv[2].encode() * 1000)
"""


@UNIX
def test_many_writers_of_one_file_all_succeed_and_the_last_wins_whole(target):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITES_OVER_AND_OVER, str(target), letter], stderr=subprocess.PIPE)
        for letter in "abcd"
    ]
    failures = [writer.communicate()[1] for writer in writers]
    assert failures == [b""] * len(writers)
    content = target.read_text()
    assert content in [letter * 1000 for letter in "abcd"]
    assert names(target.parent) == ["crops.moments"]


def test_files_of_other_names_are_left_alone(target):
    others = [".crops.moments.tmp", ".other.1234.reta-part", "crops.moments.1234.reta-part"]
    for name in others:
        (target.parent / name).touch()
    write(target)
    assert names(target.parent) == sorted([*others, "crops.moments"])


@UNIX
@pytest.mark.parametrize("tens", [1_001, 100_000])
def test_a_full_disk_is_said_and_leaves_the_old_file(target, tens):
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(target), str(tens)], capture_output=True, text=True, check=False
    )
    assert run.stderr.splitlines()[-1] == f"reta.errors.FileError: cannot write {target}: File too large"
    assert target.read_bytes() == b"old"
    assert names(target.parent) == ["crops.moments"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileError, match=r"^cannot write .*no.b: there is no folder .*no$"):
        write(tmp_path / "no" / "b")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(FileError, match="it is a folder; name a file in it"):
        write(tmp_path)


@UNIX
def test_permissions_stay(target):
    target.chmod(0o640)
    write(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@UNIX
def test_a_link_is_followed(target, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(target)
    write(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@UNIX
def test_a_device_is_written_directly():
    write("/dev/null")
    assert Path("/dev/null").is_char_device()


@UNIX
def test_a_pipe_is_written_directly():
    script = "from reta.files import atomic_write\nwith atomic_write('/dev/stdout') as f: f.write(b'new')"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert run.stdout == b"new"


def test_a_long_name(tmp_path):
    path = tmp_path / ("é" * 100 + ".moments")
    write(path)
    assert names(tmp_path) == [path.name]
    assert path.stat().st_size == 3
