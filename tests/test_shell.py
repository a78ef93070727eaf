"""The repository's own files agree with one another."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version

import pytest

import reta

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==\S+$")
NEEDED_EXTRA = re.compile(r"\bextra=\"(\w+)\"|\bExtraMissing\(\"[^)]*?\"(\w+)\"\)")
REQUIRED = re.compile(r"^[A-Za-z0-9._-]+")


@pytest.fixture(scope="module")
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


def test_the_version_is_said_once(project):
    assert "version" in project["dynamic"]
    assert reta.__version__ == version("reta")


def test_every_requirement_is_pinned(project, repository):
    pinned = {_canonical(PINNED.match(line)[1]) for line in _lines(repository / "constraints.txt")}
    asked = [*project["dependencies"], *(part for extra in project["optional-dependencies"].values() for part in extra)]
    names = {_canonical(REQUIRED.match(requirement)[0]) for requirement in asked} - {"reta"}
    assert names - pinned == set()


def test_every_extra_named_in_a_message_exists(project, repository):
    named = set()
    for path in (repository / "src").rglob("*.py"):
        named |= {one or other for one, other in NEEDED_EXTRA.findall(path.read_text())}
    assert "excel" in named
    assert named <= set(project["optional-dependencies"]) - {"dev"}


def test_the_changelog_opens_with_this_version_or_what_comes_next(repository):
    headings = re.findall(r"^## \[(.+?)\]", (repository / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] in {"Unreleased", reta.__version__}


def _lines(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def _canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()
