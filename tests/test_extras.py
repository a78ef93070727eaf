"""Optional parts that are absent or broken are named, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from reta.errors import ExtraBroken, ExtraMissing
from reta.extras import load_extra

LIBRARY = "libsomething.so.3: cannot open shared object file"


@pytest.fixture
def package(tmp_path, monkeypatch):
    """``package("body")``: a package whose loading does that."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(body):
        (tmp_path / "flowers.py").write_text(body)

    yield write
    sys.modules.pop("flowers", None)


def test_a_part_that_is_there_comes_back():
    assert load_extra("json.decoder", "reading", extra="excel").JSONDecoder


@pytest.mark.parametrize("body", [None, "import no_such_module_anywhere"])
def test_a_part_that_is_absent_or_needs_another_says_what_to_install(package, body):
    if body is not None:
        package(body)
    with pytest.raises(ExtraMissing, match=r"^reading x needs an optional part: pip install 'reta\[excel\]'$") as met:
        load_extra("flowers", "reading x", extra="excel")
    assert not isinstance(met.value, ExtraBroken)


@pytest.mark.parametrize("error", ["OSError", "ImportError", "RuntimeError"])
def test_a_part_that_does_not_load_is_named(package, error):
    package(f"raise {error}({LIBRARY!r} + chr(10) + 'and more')")
    with pytest.raises(ExtraBroken) as met:
        load_extra("flowers", "reading x", extra="excel")
    assert str(met.value) == (
        f"reading x needs flowers, which is installed and does not load: {error}: {LIBRARY}. "
        "Install it anew: pip install --force-reinstall flowers"
    )


def test_the_command_line_names_it_too(tmp_path):
    (tmp_path / "fastexcel.py").write_text(f"raise OSError({LIBRARY!r})")
    (tmp_path / "crops.xlsx").write_bytes(b"PK")
    ran = subprocess.run(
        [sys.executable, "-m", "reta", "fit", "crops.xlsx", "--targets", "y"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: reading crops.xlsx needs fastexcel, which is installed and does not load: OS")


def test_without_pytorch_its_tests_are_skipped(tmp_path, repository):
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", ".", "tests/torch"],
        cwd=repository,
        env={**environment, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, ran.stdout + ran.stderr
    assert "no torch" in ran.stdout


@pytest.mark.parametrize("name", ["fit", "certify"])
def test_a_pytorch_that_does_not_load_is_named(tmp_path, name):
    (tmp_path / "torch.py").write_text(f"raise OSError({LIBRARY!r})")
    ran = subprocess.run(
        [sys.executable, "-c", f"from reta.torch import {name}"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        f"ExtraBroken: reta.torch needs torch, which is installed and does not load: OSError: {LIBRARY}" in ran.stderr
    )
