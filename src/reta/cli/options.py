"""Options that several commands share, each defined once."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args

import click

from reta.cli.face import Face
from reta.cli.values import language
from reta.errors import FileError, UsageError
from reta.types import CovarianceKind, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "character",
    "covariance_options",
    "data_and_formula_argument",
    "data_argument",
    "design_options",
    "digits_option",
    "face_options",
    "missing_option",
    "missing_words",
    "names",
    "one_or_many",
    "output_option",
    "reading_options",
    "refuse_overwriting",
    "take_reading",
    "weights_option",
]

Command = TypeVar("Command", bound="Callable[..., Any]")

SPOKEN_CHARACTERS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";"}


def names(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Split names with commas between them; a name that has a comma itself stands in double quotes."""
    if not isinstance(value, str):
        return value
    import csv

    found = tuple(name.strip() for name in next(csv.reader([value], skipinitialspace=True), []))
    if not all(found):
        raise click.BadParameter(f"'{value}' has an empty name: write a,b,c")
    return found


def missing_words(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Split cells that mean no value; a number with a decimal comma looks like two of them."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d+,0+", value):
        whole, zeros = value.split(",")
        raise click.BadParameter(
            f"'{value}' may be one number or two: write {whole} for one, which means {whole},{zeros} too, or give the "
            f"option twice, {whole} and {zeros}"
        )
    return names(value)


def character(value: str) -> str:
    """Take one character, or the name of one that is hard to type."""
    meant = SPOKEN_CHARACTERS.get(value, value)
    if len(meant) != 1:
        raise click.BadParameter(f"'{value}' is not one character (write tab for a tabulator)")
    return meant


def _together(options: Iterable[Callable[[Command], Command]], command: Command) -> Command:
    for option in reversed(list(options)):
        command = option(command)
    return command


def _tell_face(attribute: str, ctx: click.Context, _: click.Parameter, value: Any) -> None:
    if value:
        setattr(ctx.ensure_object(Face), attribute, value)


def _face_option(*names: str, attribute: str, **details: Any) -> Callable[[Command], Command]:
    tell = partial(_tell_face, attribute)
    return click.option(*names, expose_value=False, is_eager=True, callback=tell, **details)


def _joined(
    default: tuple[str, ...] | None, _ctx: click.Context, _param: click.Parameter, values: tuple[tuple[str, ...], ...]
) -> tuple[str, ...] | None:
    return tuple(name for several in values for name in several) if values else default


def _names_option(
    *names_of_it: str,
    explained: str,
    default: tuple[str, ...] | None = (),
    split: Callable[[str], tuple[str, ...]] = names,
) -> Callable[[Command], Command]:
    """Return an option that takes names with commas between them, and may be given again for more."""
    return click.option(
        *names_of_it, type=split, multiple=True, metavar="A,B", callback=partial(_joined, default), help=explained
    )


def data_argument(command: Command) -> Command:
    """One or more sources of rows."""
    return click.argument("data", nargs=-1, required=True)(command)


def data_and_formula_argument(command: Command) -> Command:
    """One or more sources of rows, and perhaps a formula; ``take_formula`` parts them."""
    return click.argument("data", nargs=-1, required=True, metavar="DATA... [FORMULA]")(command)


def face_options(command: Command) -> Command:
    """How the command answers."""
    return _together(
        [
            _face_option("--json", attribute="as_json", is_flag=True, help="Print one JSON document, numbers in full."),
            _face_option("--quiet", "-q", attribute="quiet", is_flag=True, help="No notes, warnings or progress."),
            _face_option(
                "--lang",
                attribute="language",
                type=language,
                metavar="[en|pt-BR]",
                help="Language of the screens; the locale's by default.",
            ),
        ],
        command,
    )


def design_options(command: Command) -> Command:
    """Which columns play which part."""
    return _together(
        [
            _names_option("--targets", "-t", explained="Columns to explain and predict."),
            _names_option("--features", default=None, explained="Columns that explain; all others by default."),
            _names_option("--exclude", explained="Columns that are no features."),
            _names_option("--categorical", explained="Features to take as levels."),
            click.option("--weights", metavar="COLUMN", help="Column of row weights."),
        ],
        command,
    )


def covariance_options(command: Command) -> Command:
    """Where the errors of the coefficients come from."""
    return _together(
        [
            click.option(
                "--covariance",
                type=click.Choice(get_args(CovarianceKind), case_sensitive=False),
                default="classical",
                show_default=True,
                help="Errors of the coefficients: for residuals of equal spread, of unequal spread (HC0 to HC3), alike "
                "within clusters, or alike in neighbouring rows. All but the first read the data twice.",
            ),
            click.option("--cluster", metavar="COLUMN", help="Says which rows belong together; no feature by default."),
            click.option(
                "--lags",
                type=click.IntRange(min=0),
                metavar="N",
                help="Neighbouring rows that may be alike, for newey_west; by the number of rows by default.",
            ),
        ],
        command,
    )


def missing_option(default: str | None = "error") -> Callable[[Command], Command]:
    """Return the option that says what a row with a missing value gets."""
    return click.option(
        "--missing",
        type=click.Choice(["error", "drop", "mean"]),
        default=default,
        show_default=default is not None,
        help="Missing values: stop, leave the row out, or fill features with their mean."
        + ("" if default else " As when fitting, by default."),
    )


def digits_option(command: Command) -> Command:
    """Add the option that says how exact the sums must be."""
    return click.option(
        "--digits",
        type=click.IntRange(0, 15),
        default=10,
        show_default=True,
        help="Digits wanted of every coefficient. Long tables are summed in float64 where it leaves so many, and in "
        "extended precision where it does not; 15 asks for that from the start.",
    )(command)


def weights_option(command: Command) -> Command:
    """Column of weights, for commands that read the rows of a fit."""
    return click.option("--weights", metavar="COLUMN", help="Column of row weights; that of the fit by default.")(
        command
    )


def output_option(help_text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """Return the option that says where the result goes."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(path_type=Path, allow_dash=True),
        metavar="FILE",
        required=required,
        help=help_text,
    )


def reading_options(command: Command) -> Command:
    """How the rows are read; whatever is not given is found out, and said."""
    return _together(
        [
            click.option(
                "--delimiter",
                type=character,
                metavar="CHAR",
                help="Between the cells of a text file; tab for a tabulator.",
            ),
            click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of a text file."),
            click.option("--thousands", type=character, metavar="CHAR", help="Mark between groups of three digits."),
            click.option("--encoding", metavar="NAME", help="Of a text file, for example latin-1."),
            click.option(
                "--header/--no-header", default=None, help="Whether the first row of a text file names the columns."
            ),
            click.option(
                "--skip-rows",
                type=click.IntRange(min=0),
                default=0,
                metavar="N",
                help="Lines of a text file, or rows of a sheet, above the header: titles.",
            ),
            click.option(
                "--symbols",
                is_flag=True,
                help="Leave currencies, percent signs and units out of numbers: R$ 10 is 10, 45% is 45.",
            ),
            _names_option(
                "--missing-values",
                split=missing_words,
                explained="Cells that mean no value, besides the empty cell, NA and NaN; numbers count as numbers.",
            ),
            click.option(
                "--bad-rows",
                type=click.Choice(["error", "drop"]),
                default="error",
                show_default=True,
                help="Rows with a cell that is no number, or with too few or too many cells: stop, or leave them out.",
            ),
            click.option("--sheet", metavar="NAME", help="Sheet of a spreadsheet; the first by default."),
            click.option("--query", metavar="SQL", help="What to select, where DATA is a database."),
            click.option("--verify", is_flag=True, help="Look at the checksums of the pages of Parquet files."),
        ],
        command,
    )


def take_reading(options: dict[str, Any]) -> Reading:
    """Take what was said by ``reading_options`` out of a command's options; defaults need not be said."""
    from reta.tables.table import ReadOptions

    given = {name: options.pop(name) for name in Reading.__annotations__}
    return cast("Reading", {name: value for name, value in given.items() if value != getattr(ReadOptions(), name)})


def one_or_many(data: tuple[str, ...]) -> str | list[str]:
    """Return the only source by itself, several as a list."""
    return data[0] if len(data) == 1 else list(data)


def refuse_overwriting(output: Path | None, *inputs: str, option: str = "-o") -> None:
    """Raise UsageError where what an option names to be written is one of the files that are read."""
    if output is None or not output.exists():
        return
    for name in inputs:
        for path in _paths(name):
            if path.exists() and output.samefile(path):
                raise UsageError(f"{option} {output} would overwrite {path}, which is being read: give another name")


def _paths(name: str) -> list[Path]:
    """Return the files that a source names, whether or not they are there."""
    from reta.tables.patterns import expanded

    try:
        return expanded(re.sub(r"^(file://|sqlite:///)", "", name))
    except FileError:
        return []
