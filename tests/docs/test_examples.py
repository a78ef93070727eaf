"""Every example in README.md and docs/ runs, and prints what the page says.

In a page, blocks run from top to bottom in one temporary folder that starts with the sample tables:

- ``console``: a line after ``$ `` is a command (a backslash at its end continues it), the lines after it what a shell
  shows, errors included. Every command must exit with 0, except the last one of ``console exit=3``.
- ``python``: statements after ``>>> `` print what follows them; without prompts the block must just run. The blocks of
  a page share one namespace.
- any language and a file name (``csv farm.csv``): the file is written with that content.

Runs of blanks count as one. A line ``…`` stands for any lines, ``…`` within a line for any text.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from reta.datasets import crops_5, crops_15

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON_OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
COMMAND_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page: the words after the fence, its lines, and the line it opens on."""

    info: tuple[str, ...]
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Command:
    """A shell command and what the page says it prints."""

    text: str
    expected: str


def blocks_of(page: str) -> list[Block]:
    return [
        Block(tuple(found["info"].split()), found["body"], page.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(page)
    ]


def commands_of(body: str) -> list[Command]:
    opening, *parts = re.split(r"^\$ ", body, flags=re.MULTILINE)
    assert not opening.strip(), f"a console block opens with output: {opening!r}"
    commands = []
    for part in parts:
        text, _, expected = re.sub(r"\\\n\s*", "", part).partition("\n")
        commands.append(Command(text, expected))
    return commands


def matches(expected: str, printed: str) -> bool:
    pattern = ""
    for line in _meaningful_lines(expected):
        pattern += r"(.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _meaningful_lines(printed))) is not None


def run_console(block: Block, folder: Path) -> None:
    commands = commands_of(block.body)
    last_exit = next((int(word.removeprefix("exit=")) for word in block.info if word.startswith("exit=")), 0)
    for command in commands:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command.text],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=_environment(),
            timeout=COMMAND_SECONDS,
            check=False,
        )
        expected_exit = last_exit if command is commands[-1] else 0
        assert done.returncode == expected_exit, f"$ {command.text}\nexit {done.returncode}\n{done.stdout}"
        assert matches(command.expected, done.stdout), (
            f"$ {command.text}\n{done.stdout}\ninstead of\n{command.expected}"
        )


def run_python(block: Block, namespace: dict[str, object], page: str) -> None:
    if ">>> " not in block.body:
        exec(compile("\n" * block.line + block.body, page, "exec"), namespace)
        return
    test = doctest.DocTestParser().get_doctest(block.body, namespace, page, page, block.line)
    for example in test.examples:
        example.want = example.want.replace("…", "...")
    report: list[str] = []
    doctest.DocTestRunner(optionflags=PYTHON_OPTIONS).run(test, out=report.append, clear_globs=False)
    namespace.update(test.globs)
    assert not report, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_example_of_a_page_does_what_it_says(page, tmp_path, monkeypatch, require):
    require(find_spec("torch") or "import torch" not in page.read_text(), "its examples use PyTorch")
    monkeypatch.chdir(tmp_path)
    for sample in (crops_5(), crops_15()):
        shutil.copy(sample, tmp_path)
    namespace: dict[str, object] = {}
    for block in blocks_of(page.read_text()):
        match block.info:
            case ("console", *_):
                run_console(block, tmp_path)
            case ("python",):
                run_python(block, namespace, f"{page.name}, line {block.line}")
            case (_, name):
                (tmp_path / name).write_text(block.body)
            case _:
                pass


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_every_link_between_pages_leads_somewhere(page):
    prose = FENCE.sub("", page.read_text())
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", prose)]
    local = [target for target in targets if target and not target.startswith(("https://", "mailto:"))]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_the_index_names_every_page():
    index = REPOSITORY / "docs" / "README.md"
    named = {(index.parent / target).resolve() for target in re.findall(r"\]\(([^)\s]+)\)", index.read_text())}
    assert set(PAGES) - named == {index}


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a  b\n", "a b\n", True),
        ("a\n", "b\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nb\nc\n", False),
        ("rows: … of 9\n", "rows: 4 of 9\n", True),
        ("", "anything\n", False),
    ],
)
def test_the_comparison_can_fail(expected, printed, same):
    assert matches(expected, printed) is same


def test_a_wrong_exit_code_is_a_failure(tmp_path):
    with pytest.raises(AssertionError, match="exit 3"):
        run_console(Block(("console",), "$ exit 3\n", 1), tmp_path)
    run_console(Block(("console", "exit=3"), "$ true\n$ exit 3\n", 1), tmp_path)


def test_a_wrong_value_in_a_session_is_a_failure():
    with pytest.raises(AssertionError, match="Expected"):
        run_python(Block(("python",), ">>> 1 + 1\n3\n", 1), {}, "page")


def _meaningful_lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _environment() -> dict[str, str]:
    folder = str(Path(sys.executable).parent)
    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "LC_ALL", "LC_MESSAGES"}}
    return {**kept, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8", "COLUMNS": "100"}
