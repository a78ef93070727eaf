"""``reta``: the list of commands, and what becomes of every way in which one can end."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from typing import TYPE_CHECKING

import click

from reta.cli.face import Face
from reta.cli.lazy import Interrupted, LazyGroup, Member, ReaderGone
from reta.cli.options import face_options
from reta.cli.streams import let_go_of_stdout, standard_streams
from reta.errors import RetaError, RetaWarning

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["command", "main"]

DONE, INTERNAL, USAGE, DATA, FILE, INTERRUPTED = 0, 1, 2, 3, 4, 130

COMMANDS = {
    "fit": Member("reta.cli.fit", "Fit a linear model of one or more targets to a table."),
    "descend": Member("reta.cli.descend", "Fit by gradient descent, and say how far from the best it stopped."),
    "predict": Member("reta.cli.predict", "Predict the targets of new rows, with intervals if asked."),
    "evaluate": Member("reta.cli.evaluate", "Measure how well a model predicts rows it has not seen."),
    "test": Member("reta.cli.test", "Test hypotheses about the coefficients of a model."),
    "diagnose": Member("reta.cli.diagnose", "Test on its rows what a fit takes for granted."),
    "augment": Member("reta.cli.augment", "Add residuals and influence to the rows of a fit."),
    "show": Member("reta.cli.show", "Show what a saved model or moments file holds."),
    "moments": Member("reta.cli.moments", "Build, merge and subtract the sums a fit needs."),
    "tutorial": Member("reta.cli.tutorial", "Write out the tutorial, a notebook from the first gradient step."),
}


def _print_version(ctx: click.Context, _: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        from reta.version import __version__

        click.echo(f"reta {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    members=COMMANDS,
    examples=[
        "reta fit crops.csv --targets apples,oranges -o crops.reta.json",
        "reta predict crops.reta.json new.csv --interval 0.95",
    ],
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
@face_options
def command() -> None:
    """Multi-target linear regression, from a table to coefficients, intervals and predictions."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        What follows ``reta`` on the command line; ``sys.argv`` by default.

    Returns
    -------
    int
        0 done, 2 usage, 3 data, 4 file or network, 5 numerical, 130 interrupted; 1 for a defect of reta itself.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    face = Face(arguments)
    with standard_streams(), warnings.catch_warnings():
        warnings.simplefilter("always", RetaWarning)
        warnings.showwarning = face.showwarning
        code = _run(face)
        if code != FILE:  # they are about a result that nobody got
            face.say_warnings()
        return code


def _run(face: Face) -> int:
    try:
        code = command.main(face.arguments, prog_name="reta", obj=face, standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, ReaderGone):
        let_go_of_stdout()
        return DONE
    except (KeyboardInterrupt, Interrupted, click.Abort):
        return _interrupted()
    except click.ClickException as error:
        return _misused(face, error)
    except RetaError as error:
        face.error(str(error))
        return error.exit_code
    except OSError as error:
        face.error(_about(error))
        return FILE
    except MemoryError as error:
        face.error(f"memory ran out: {str(error) or 'no more can be had'}. Take fewer rows or columns at a time")
        return DATA
    except BaseException as error:
        # The last resort: one line instead of a traceback. A panic of Polars is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        return _broken(face, error)
    return code if isinstance(code, int) else DONE


def _interrupted() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    closing_echo = "\n" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{closing_echo}interrupted\n")
    return INTERRUPTED


def _misused(face: Face, error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.message, err=True)
        return USAGE
    where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "reta"
    message = error.format_message()
    face.error(f"{message if message.endswith(('.', '?')) else f'{message}.'} See {where} --help")
    return USAGE


def _about(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _broken(face: Face, error: BaseException) -> int:
    if os.environ.get("RETA_DEBUG"):
        import traceback

        traceback.print_exception(error)
    face.error(f"internal error: {type(error).__name__}: {error} (set RETA_DEBUG=1 for the traceback)")
    return INTERNAL
