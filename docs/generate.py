"""Write the pages of docs/reference/ that are made from the code; with ``--check``, fail where one is out of date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reta.cli.main import command as reta

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parent / "reference"
WIDTH = 100
OPENING = """\
# The command line

What `reta COMMAND --help` says of every command. This page is generated: `make docs` writes it anew.

Results go to stdout; notes, warnings and progress to stderr. Exit codes: 0 done, 2 usage, 3 data, 4 file or network,
5 numerical, 130 interrupted.
"""


def command_line_page() -> str:
    """Return the page of every command's help."""
    sections = [f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n" for context in _contexts(_root())]
    return "\n".join([OPENING, *sections])


def _root() -> click.Context:
    return reta.make_context("reta", [], resilient_parsing=True, terminal_width=WIDTH)


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            found = context.command.get_command(context, name)
            if found is not None:
                yield from _contexts(found.make_context(name, [], parent=context, resilient_parsing=True))


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the exit code."""
    pages = {REFERENCE / "command-line.md": command_line_page()}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if arguments == ["--check"]:
        sys.stderr.writelines(f"{path.relative_to(REFERENCE.parent)} is out of date: run make docs\n" for path in stale)
        return 1 if stale else 0
    for path in stale:
        path.write_text(pages[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
