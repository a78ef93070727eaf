from __future__ import annotations

import pytest

from reta.cli.lazy import Member
from reta.cli.main import command
from reta.version import __version__

FIT = ("fit", "crops.csv", "--targets", "apples")


def test_the_version(reta):
    assert reta("--version").out == f"reta {__version__}\n"


def test_help_lists_every_command_and_every_command_has_help(reta):
    listed = reta("--help").out
    for name, member in command.members.items():
        assert f"  {name} " in listed
        assert member.short_help in listed
        assert reta(name, "--help").out.startswith(f"Usage: reta {name}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fti",), "No command 'fti': did you mean 'fit'? See reta --help"),
        (
            ("xyz",),
            (
                "No command 'xyz': there are fit, descend, predict, evaluate, test, diagnose, augment, show, "
                "moments, tutorial. See reta --help"
            ),
        ),
        (
            (*FIT, "--catgorical", "a"),
            "No option '--catgorical': did you mean '--categorical'? See reta fit --help",
        ),
        ((*FIT, "--zzz"), "No option '--zzz'. See reta fit --help"),
        (("fit",), "Missing argument 'DATA... [FORMULA]'. See reta fit --help"),
        (("moments", "bild"), "No command 'bild': did you mean 'build'? See reta moments --help"),
        (
            (*FIT, "--level", "5"),
            "Invalid value for '--level': 5 is no coverage: write 0.95 or 95%. See reta fit --help",
        ),
        ((*FIT, "--lang", "fr"), "Invalid value for '--lang': 'fr' is not spoken here: write en or pt-BR"),
        ((*FIT, "-o", "a.json", "-o", "b.json"), "--output is given 2 times: give it once. See reta fit --help"),
        ((*FIT, "--missing", "ignore"), "'ignore' is not one of 'error', 'drop', 'mean'"),
        ((*FIT, "--delimiter", "ab"), "'ab' is not one character (write tab for a tabulator)"),
        ((*FIT, "--features", "a,,b"), "'a,,b' has an empty name: write a,b,c"),
        (("fit", "crops.csv"), "--targets"),
        ((*FIT, "--features", "tmep"), "did you mean `temp`?"),
    ],
)
def test_misuse_is_one_line_and_code_2(reta, arguments, message):
    run = reta(*arguments)
    assert run.code == 2
    assert run.out == ""
    assert run.err.startswith("error: ")
    assert message in run.err
    assert len(run.err.splitlines()) == 1


def test_no_command_at_all_shows_the_help(reta):
    run = reta()
    assert run.code == 2
    assert "Commands:" in run.err


def test_unusable_data_are_code_3(reta):
    run = reta("fit", "-", "--targets", "y", stdin="x,y\n1,2\nzwei,3\n4,5\n6,8\n")
    assert run.code == 3
    assert "zwei" in run.err


def test_an_absent_file_is_code_4(reta):
    run = reta("fit", "corps.csv", "--targets", "apples")
    assert run.code == 4
    assert "corps.csv" in run.err


def test_an_unwritable_output_is_code_4(reta):
    run = reta(*FIT, "-o", "no/such/folder/m.reta.json")
    assert run.code == 4
    assert run.err.startswith("error: ")


BROKEN = '''
import click

@click.command()
def command():
    """Fail."""
    raise ZeroDivisionError("of reta's own\\nmaking")
'''


def test_a_defect_of_reta_is_one_line_and_code_1(reta, tmp_path, monkeypatch):
    (tmp_path / "broken_command.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(command.members, "broken", Member("broken_command", "Fail."))
    run = reta("broken")
    assert run.code == 1
    assert run.err == (
        "error: internal error: ZeroDivisionError: of reta's own\\nmaking (set RETA_DEBUG=1 for the traceback)\n"
    )
    monkeypatch.setenv("RETA_DEBUG", "1")
    assert "Traceback (most recent call last)" in reta("broken").err


@pytest.mark.parametrize("language", ["en", "pt-BR", "PT-br"])
def test_the_language_is_taken_in_any_case(reta, language):
    assert reta(*FIT, "--lang", language).code == 0


def test_a_character_may_be_named(reta):
    run = reta("fit", "-", "--targets", "y", "--delimiter", "tab", stdin="x\ty\n1\t2\n3\t4.5\n5\t5.5\n7\t8\n")
    assert run.code == 0
