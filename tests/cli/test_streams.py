"""Standard streams that are closed or full: an exit code, one line, and nothing after it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from reta.cli.streams import standard_streams
from reta.datasets import crops_15

FIT = "fit crops.csv --targets apples,oranges"
COMMANDS = {
    "--help": "--help",
    "--version": "--version",
    "help of a command": "fit --help",
    "fit": FIT,
    "fit as JSON": f"{FIT} --json",
    "show": "show m.reta.json",
    "test": "test m.reta.json",
    "evaluate": "evaluate m.reta.json crops.csv",
    "diagnose": "diagnose m.reta.json crops.csv",
    "augment": "augment m.reta.json crops.csv",
    "descend": "descend crops.csv --targets apples,oranges --quiet",
    "moments": "moments build crops.csv --targets apples,oranges -o a.moments",
    "predict": "predict m.reta.json new.csv",
    "predict to NDJSON": "predict m.reta.json new.csv --to ndjson",
    "predict to Parquet": "predict m.reta.json new.csv --to parquet",
}
NO_SPACE = "error: standard output: No space left on device\n"
CLOSED = "error: standard output: it is closed\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams")
    (folder / "crops.csv").write_bytes(crops_15().read_bytes())
    (folder / "new.csv").write_text("temp,rainfall,humidity\n75,63,44\n")
    run(f"{FIT} -o m.reta.json --quiet", folder, ">/dev/null", check=True)
    return folder


def run(arguments, folder, redirected, *, unbuffered=False, check=False):
    """Run a command with streams redirected as a shell writes it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = f"exec {shlex.quote(sys.executable)} -m reta {arguments} {redirected}"
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**environment, "PYTHONUNBUFFERED": "1"} if unbuffered else environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=check,
    )


@pytest.fixture
def full():
    """Stop where there is no device that is always full."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_full_disk_is_code_4_and_one_line(folder, command):
    ran = run(command, folder, ">/dev/full")
    assert (ran.returncode, ran.stderr) == (4, NO_SPACE)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("command", ["fit", "predict to Parquet"])
def test_a_full_disk_is_the_same_without_buffers(folder, command):
    ran = run(COMMANDS[command], folder, ">/dev/full", unbuffered=True)
    assert (ran.returncode, ran.stderr) == (4, NO_SPACE)


@pytest.mark.usefixtures("full")
def test_a_file_on_a_full_disk_is_named(folder):
    ran = run("predict m.reta.json new.csv --to parquet -o /dev/full", folder, "")
    assert (ran.returncode, ran.stderr) == (4, "error: cannot write /dev/full: No space left on device\n")


@pytest.mark.parametrize("command", ["--help", "fit", "fit as JSON", "predict", "predict to Parquet"])
def test_a_closed_standard_output_is_code_4_and_one_line(folder, command):
    ran = run(COMMANDS[command], folder, ">&-")
    assert (ran.returncode, ran.stderr) == (4, CLOSED)


def test_a_closed_standard_output_refuses_no_second_time(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with standard_streams():
        output = sys.stdout
        output.write("Linear model")
        with pytest.raises(OSError, match="it is closed"):
            output.flush()
    output.close()


def test_a_closed_standard_output_does_not_matter_to_whom_writes_a_file(folder):
    ran = run("predict m.reta.json new.csv -o out.csv --quiet", folder, ">&-")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (folder / "out.csv").read_text().startswith("temp,rainfall,humidity,apples")


def test_a_closed_standard_input_is_code_4_and_one_line(folder):
    ran = run("fit - --targets y", folder, "<&-")
    assert ran.returncode == 4
    assert ran.stderr.startswith("error: standard input is closed: ")
    assert ran.stderr.count("\n") == 1


def test_a_closed_standard_input_does_not_matter_to_whom_reads_a_file(folder):
    assert run(FIT, folder, "<&-").returncode == 0


@pytest.mark.parametrize("redirected", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("arguments", "code"), [("fit absent.csv --targets y", 4), ("fit", 2)])
def test_where_no_line_can_be_said_the_code_is_the_same(folder, redirected, arguments, code):
    ran = run(arguments, folder, redirected)
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", "")


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(("arguments", "code"), [("fit absent.csv --targets y", 4), ("fit", 2), (FIT, 0)])
def test_a_full_standard_error_changes_no_code(folder, arguments, code):
    assert run(arguments, folder, "2>/dev/full").returncode == code


def test_no_file_takes_the_place_of_a_closed_stream(folder):
    ran = run(f"{FIT} -o fresh.reta.json", folder, "<&- >&- 2>&-")
    assert ran.returncode == 4  # the screen had nowhere to go; the model is whole
    assert run("show fresh.reta.json", folder, "").returncode == 0
