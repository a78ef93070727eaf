"""``reta tutorial`` writes a notebook once, and never over another."""

from __future__ import annotations

import json

import pytest

from reta.cli.main import main


@pytest.mark.parametrize(("language", "name"), [("en", "linear_regression.ipynb"), ("pt-BR", "regressao_linear.ipynb")])
def test_it_writes_the_notebook_of_the_language(language, name, tmp_path, capsys):
    assert main(["tutorial", "--lang", language, "-o", str(tmp_path / "lessons")]) == 0
    cells = json.loads((tmp_path / "lessons" / name).read_text(encoding="utf-8"))["cells"]
    assert len(cells) > 50
    assert f"lessons/{name}" in capsys.readouterr().out


def test_a_notebook_that_is_there_stays(tmp_path, capsys):
    path = tmp_path / "linear_regression.ipynb"
    path.write_text("mine", encoding="utf-8")
    assert main(["tutorial", "--lang", "en", "-o", str(tmp_path)]) == 4
    assert path.read_text(encoding="utf-8") == "mine"
    assert "is there already" in capsys.readouterr().err


def test_open_starts_jupyter_or_says_what_is_missing(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    assert main(["tutorial", "--open", "-o", str(tmp_path)]) == 2
    assert "pip install jupyterlab" in capsys.readouterr().err
    program = tmp_path / "jupyter-lab"
    program.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n', encoding="utf-8")
    program.chmod(0o755)
    assert main(["tutorial", "--open", "--lang", "en", "-o", str(tmp_path)]) == 0
    assert (tmp_path / "opened").read_text().strip().endswith("linear_regression.ipynb")
