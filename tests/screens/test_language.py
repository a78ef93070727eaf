from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import reta.cli
import reta.screens
from reta.screens.catalogue import CATALOGUE
from reta.screens.language import Speech, language_of_locale

SOURCES = [*Path(reta.cli.__path__[0]).glob("*.py"), *Path(reta.screens.__path__[0]).glob("*.py")]
COUNTED = {"n_row", "n_target", "n_coefficient", "n_degree", "n_digit", "n_pass"}


def blanks(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "pt_BR.UTF-8"}, "pt-BR"),
        ({"LANG": "pt_PT.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "pt_BR", "LANG": "de_DE"}, "pt-BR"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "pt_BR.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_locale_s(environment, language):
    assert language_of_locale(environment) == language


@pytest.mark.parametrize("phrase", sorted(CATALOGUE))
def test_both_languages_leave_the_same_blanks(phrase):
    english, portuguese = CATALOGUE[phrase]
    assert blanks(english) == blanks(portuguese)
    assert english.strip()
    assert portuguese.strip()


def test_every_phrase_is_said_somewhere():
    code = "\n".join(path.read_text() for path in SOURCES if path.name != "catalogue.py")
    quoted = set(re.findall(r"[\"'](\w+)[\"']", code)) | {
        f"note_{kind}" for kind in ("assumed", "encoded", "dropped", "warning")
    }
    verdicts = {f"{meaning}_{end}" for meaning in quoted for end in ("absent", "found", "means")}
    everything = "\n".join(
        path.read_text() for path in Path(reta.__path__[0]).rglob("*.py") if path.name != "catalogue.py"
    )
    obstacles = {f"obstacle_{word}" for word in re.findall(r"[\"'](\w+)[\"']", everything)}
    assert set(CATALOGUE) - quoted - verdicts - obstacles - {f"{phrase}s" for phrase in COUNTED} == set()


def test_numbers_follow_the_language():
    assert Speech("en").count(1, "n_row") == "1 row"
    assert Speech("en").count(4_000_000, "n_row") == "4,000,000 rows"
    assert Speech("pt-BR").count(4_000_000, "n_row") == "4.000.000 linhas"
    assert Speech("pt-BR").numeral("-0.42") == "-0,42"
