"""Commands whose help ends with examples, each whole on its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ExampleCommand", "ExampleGroup"]


class ExampleCommand(click.Command):
    """A command with examples.

    Parameters
    ----------
    *args, **kwargs
        As for ``click.Command``.
    examples
        Lines of shell.
    """

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, unwrapped."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class ExampleGroup(ExampleCommand, click.Group):
    """A group with examples."""
