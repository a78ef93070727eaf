"""``reta tutorial``: the tutorial's notebook, to run and to change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click

from reta.cli.examples import ExampleCommand
from reta.cli.face import Face
from reta.cli.options import face_options
from reta.cli.shell import shell_line
from reta.errors import FileError, UsageError

__all__ = ["command"]


@click.command(
    "tutorial",
    cls=ExampleCommand,
    examples=["reta tutorial", "reta tutorial --lang pt-BR --open", "reta tutorial -o lessons"],
)
@click.option(
    "--output",
    "-o",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="Where to write it; here by default.",
)
@click.option("--open", "opened", is_flag=True, help="Open it in Jupyter, where that is installed.")
@face_options
@click.make_pass_decorator(Face, ensure=True)
def command(face: Face, /, folder: Path, *, opened: bool) -> int:
    """Write the tutorial out as a notebook: linear regression from the first gradient step.

    In English or Portuguese, as --lang or the locale says. It needs PyTorch and matplotlib: pip install
    'reta[torch,plots]'. A notebook that is there already is left as it is.
    """
    from reta.files import atomic_write
    from reta.tutorial import notebook_name, notebook_text

    jupyter = _jupyter() if opened else None
    path = folder / notebook_name(face.language)
    if path.exists():
        if not opened:
            raise FileError(f"{path} is there already: name another folder with -o, or open it")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as file:
            file.write(notebook_text(face.language).encode())
    if jupyter is not None:
        return subprocess.call([*jupyter, str(path)])  # noqa: S603 - Jupyter, found on the user's own path
    if face.as_json:
        face.document({"notebook": str(path)})
    else:
        click.echo(face.speech.say("tutorial_written", path=path))
        click.echo(f"  {shell_line(['jupyter', 'lab', str(path)])}")
    return 0


def _jupyter() -> list[str]:
    """Return the command that opens a notebook: beside this Python first, then on the path."""
    beside = str(Path(sys.executable).parent)
    for program in ("jupyter-lab", "jupyter-notebook"):
        found = shutil.which(program, path=beside) or shutil.which(program)
        if found:
            return [found]
    raise UsageError("no Jupyter here: pip install jupyterlab, or open the notebook in an editor that runs notebooks")
