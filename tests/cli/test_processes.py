"""What only a real process shows: pipes, signals, terminals."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import signal
import subprocess
import sys

import polars as pl
import pytest

from reta.datasets import crops_15

RETA = [sys.executable, "-m", "reta"]
FIT = [*RETA, "fit", "crops.csv", "--targets", "apples,oranges"]
SECONDS = 60
MORE_THAN_A_PIPE_HOLDS = 400_000


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "crops.csv").write_bytes(crops_15().read_bytes())
    return tmp_path


@pytest.fixture
def environment():
    removed = {"NO_COLOR", "COLUMNS", "LC_ALL", "LC_MESSAGES", "RETA_DEBUG"}
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    return {**kept, "LANG": "C.UTF-8", "TERM": "xterm-256color"}


def on_a_terminal(command, folder, environment):
    """Run ``command`` on a terminal of 80 columns and return what it shows."""
    master, terminal = pty.openpty()
    with subprocess.Popen(
        ["stty", "cols", "80"], stdin=terminal, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as stty:
        stty.wait(SECONDS)
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=folder, env=environment)
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(master, 65536):
            shown += chunk
    except OSError:
        pass  # how Linux says that the other end is gone
    finally:
        os.close(master)
    assert process.wait(SECONDS) == 0
    return shown.decode().replace("\r\n", "\n")


def interrupted(process):
    """Press Ctrl-C, again where the first one came just before a read began to wait; return the exit code."""
    for _ in range(SECONDS):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(1)
    process.kill()
    return None


def plain(shown):
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


def test_a_terminal_gets_colour_and_the_same_words(folder, environment):
    shown = on_a_terminal(FIT, folder, environment)
    assert "\x1b[" in shown
    assert "adjusted R²" in shown
    piped = subprocess.run(
        FIT, cwd=folder, env={**environment, "COLUMNS": "80"}, capture_output=True, text=True, check=True
    )
    lines = [line.rstrip() for line in plain(shown).translate({ord("²"): "2", ord("─"): "-"}).splitlines()]
    assert lines == piped.stdout.splitlines()


def test_no_color_means_no_colour(folder, environment):
    shown = on_a_terminal(FIT, folder, {**environment, "NO_COLOR": "1"})
    assert "\x1b" not in shown


def test_a_terminal_shows_every_note_once(folder, environment):
    (folder / "farm.csv").write_text("region,x,y\nnorth,1,2\nsouth,2,4.5\nnorth,3,5.5\nsouth,4,8.5\nnorth,5,9\n")
    shown = on_a_terminal([*RETA, "fit", "farm.csv", "-t", "y", "--categorical", "region"], folder, environment)
    assert shown.count("baseline 'north'") == 1


def test_a_reader_that_leaves_early_is_no_error(folder, environment):
    subprocess.run([*FIT, "-o", "m.reta.json"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    header, *rows = (folder / "crops.csv").read_text().splitlines(keepends=True)
    (folder / "long.csv").write_text("".join([header, *rows * 2_000]))
    with subprocess.Popen(
        [*RETA, "predict", "m.reta.json", "long.csv", "--quiet"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert (
            process.stdout.readline() == b"temp,rainfall,humidity,apples,oranges,apples_predicted,oranges_predicted\n"
        )
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(SECONDS) == 0


@pytest.mark.parametrize("command", ["fit", "predict"])
def test_ctrl_c_is_one_line_and_leaves_no_file(folder, environment, command):
    subprocess.run([*FIT, "-o", "m.reta.json"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    before = sorted(path.name for path in folder.iterdir())
    arguments = {
        "fit": ["fit", "-", "--targets", "apples,oranges", "-o", "new.reta.json"],
        "predict": ["predict", "m.reta.json", "-", "-o", "new.parquet"],
    }[command]
    header, *rows = (folder / "crops.csv").read_bytes().splitlines(keepends=True)
    endless = header + b"".join(rows * (MORE_THAN_A_PIPE_HOLDS // sum(map(len, rows))))
    with subprocess.Popen(
        [*RETA, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdin.write(endless)  # comes back when the process has read some of it, so it is at work
        process.stdin.flush()
        assert interrupted(process) == 130
        assert process.stderr.read() == b"interrupted\n"
        process.stdin.close()
    assert sorted(path.name for path in folder.iterdir()) == before


def test_parquet_goes_through_a_pipe(folder, environment):
    subprocess.run([*FIT, "-o", "m.reta.json"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    command = [*RETA, "predict", "m.reta.json", "crops.csv", "--to", "parquet", "--quiet"]
    written = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True).stdout
    assert pl.read_parquet(io.BytesIO(written)).columns[-2:] == ["apples_predicted", "oranges_predicted"]


def test_an_ascii_terminal_gets_no_traceback(folder, environment):
    (folder / "uva.csv").write_text("uva,maçã\n1,2\n2,4.5\n3,5.5\n4,8.5\n", "utf-8")
    run = subprocess.run(
        [*RETA, "fit", "uva.csv", "-t", "maçã"],
        cwd=folder,
        env={**environment, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
