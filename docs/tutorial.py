"""Run the tutorial's notebooks and write them, results and pictures included, to docs/tutorial/."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import nbformat
from nbclient import NotebookClient

from reta.tutorial import notebook_name, notebook_text
from reta.types import Language

FOLDER = Path(__file__).parent / "tutorial"


def executed(language: Language) -> nbformat.NotebookNode:
    """Return the notebook after it was run from top to bottom."""
    notebook = nbformat.reads(notebook_text(language), as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def main() -> None:
    """Write both."""
    FOLDER.mkdir(exist_ok=True)
    for language in get_args(Language):
        nbformat.write(executed(language), FOLDER / notebook_name(language))


if __name__ == "__main__":
    main()
