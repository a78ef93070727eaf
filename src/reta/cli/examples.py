"""Commands whose help ends with examples, each whole on its line."""

from __future__ import annotations

from difflib import get_close_matches
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

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the words; an option that takes one value may be given once."""
        try:
            if not ctx.resilient_parsing:
                _, _, met = self.make_parser(ctx).parse_args(args=list(args))
                _refuse_repeated([param for param in met if isinstance(param, click.Option)], ctx)
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            known = [name for param in self.get_params(ctx) for name in (*param.opts, *param.secondary_opts)]
            raise click.UsageError(
                f"No option '{error.option_name}'{_did_you_mean(error.option_name, known)}", ctx
            ) from None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, unwrapped."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class ExampleGroup(ExampleCommand, click.Group):
    """A group with examples."""

    command_class = ExampleCommand

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one is nearest, whatever click's version would say."""
        name, known = args[0], self.list_commands(ctx)
        if name not in known and not name.startswith("-"):
            near = _did_you_mean(name, known) or f": there are {', '.join(known)}"
            raise click.UsageError(f"No command '{name}'{near}", ctx)
        return super().resolve_command(ctx, args)


def _refuse_repeated(met: Sequence[click.Option], ctx: click.Context) -> None:
    for option in met:
        plain_flag = option.is_flag and not option.secondary_opts
        if met.count(option) > 1 and not option.multiple and not plain_flag:
            raise click.UsageError(f"{option.opts[0]} is given {met.count(option)} times: give it once", ctx)


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f": did you mean '{close[0]}'?" if close else ""
