"""The tutorial runs from top to bottom, in both languages, and shows the figures that it speaks of."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

from reta.tutorial import notebook_name, notebook_text

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ["en", "pt-BR"]
PICTURES = 5
FIGURES = {
    "17517.363": "the loss after one step",
    "12127.2": "after two",
    "305.74": "after 100 more",
    "2201.73": "the same with gradients accumulated",
    "6275.40": "the loss of the second part's start",
}


@pytest.fixture(scope="module", params=LANGUAGES)
def notebook(request, require):
    require(find_spec("torch") and find_spec("matplotlib"), "the lessons use PyTorch and matplotlib")
    sys.path.insert(0, str(DOCS))
    try:
        from tutorial import executed  # docs/tutorial.py, which writes what the documentation shows
    finally:
        sys.path.remove(str(DOCS))
    return request.param, executed(request.param)


def outputs(cells):
    return [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]


def text(output):
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def test_it_shows_its_figures_and_pictures(notebook):
    language, ran = notebook
    shown = "\n".join(text(output) for output in outputs(ran.cells))
    for figure, what in FIGURES.items():
        assert figure in shown, what
    assert sum("image/png" in output.get("data", {}) for output in outputs(ran.cells)) == PICTURES
    assert ("56.6 million" if language == "en" else "56,6 milhões") in shown
    assert not [
        output for output in outputs(ran.cells) if output.output_type == "error" or output.get("name") == "stderr"
    ]


def test_the_new_region_is_predicted_as_it_should_be(notebook):
    _, ran = notebook
    shown = "\n".join(text(output) for output in outputs(ran.cells))
    apples, oranges = map(float, re.search(r"tensor\(\[\[(5\d\.\d+), (6\d\.\d+)\]\]", shown).groups())
    assert abs(apples - 54.0239) < 4 * 0.0494
    assert abs(oranges - 68.7651) < 4 * 0.1709


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documentation_shows_the_same_notebook(language):
    shipped = nbformat.reads(notebook_text(language), as_version=4)
    shown = nbformat.read(DOCS / "tutorial" / notebook_name(language), as_version=4)
    assert [cell.source for cell in shown.cells] == [cell.source for cell in shipped.cells]
    assert sum("image/png" in output.get("data", {}) for output in outputs(shown.cells)) == PICTURES
    assert not any(output for output in outputs(shipped.cells)), "what ships has no results"


def test_both_languages_have_the_same_cells():
    english, portuguese = (nbformat.reads(notebook_text(language), as_version=4) for language in LANGUAGES)
    assert [cell.cell_type for cell in english.cells] == [cell.cell_type for cell in portuguese.cells]
    for one, other in zip(english.cells, portuguese.cells, strict=True):
        if one.cell_type == "code":
            assert without_words(one.source) == without_words(other.source)


def without_words(code):
    """Return code without what people read: texts and comments."""
    return re.sub(r'"[^"]*"|#.*', "", code)
