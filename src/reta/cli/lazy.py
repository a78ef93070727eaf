"""A group of commands that imports a command only when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from reta.cli.examples import ExampleGroup

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

__all__ = ["Interrupted", "LazyGroup", "Member", "ReaderGone"]


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it
    """Ctrl-C, before click prints a line of its own about it."""


class ReaderGone(Exception):  # noqa: N818 - not an error: `head` has seen enough
    """Whoever read stdout closed it; click would end with code 1."""


class Member(NamedTuple):
    """Where a command lives, and what the list of commands says about it."""

    module: str
    short_help: str


class LazyGroup(ExampleGroup):
    """A click group over modules that each define ``command``."""

    def __init__(self, *args: Any, members: Mapping[str, Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = dict(members)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were given."""
        return list(self.members)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return its ``command``."""
        if cmd_name not in self.members:
            return None
        command: click.Command = import_module(self.members[cmd_name].module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, member.short_help) for name, member in self.members.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            raise Interrupted from interrupt
        except BrokenPipeError as error:
            raise ReaderGone from error
