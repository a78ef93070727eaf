from __future__ import annotations

import pytest


@pytest.fixture
def model(reta):
    assert reta("fit", "crops.csv", "--targets", "apples,oranges", "-o", "crops.reta.json").code == 0
    return "crops.reta.json"


def section(screen, title):
    lines = screen.splitlines()
    start = lines.index(title)
    return lines[start : lines.index("", start)]


def test_the_saved_model_shows_what_the_fit_showed(reta, model):
    fitted = reta("fit", "crops.csv", "--targets", "apples,oranges").out
    shown = reta("show", model).out
    for title in ("Coefficients with 95% confidence intervals", "Fit", "Trust"):
        assert section(shown, title) == section(fitted, title)


def test_the_document_is_that_of_the_fit(reta, model):
    fitted = reta("fit", "crops.csv", "--targets", "apples,oranges", "--json").document
    assert reta("show", model, "--json").document == {**fitted, "saved": model}


def test_notes_of_the_fit_are_kept(reta, tmp_path):
    (tmp_path / "farm.csv").write_text("region,x,y\nnorth,1,2\nsouth,2,4.5\nnorth,3,5.5\nsouth,4,8.5\nnorth,5,9\n")
    reta("fit", "farm.csv", "--targets", "y", "--categorical", "region", "-o", "farm.reta.json")
    run = reta("show", "farm.reta.json")
    assert "`region` has 2 levels; baseline 'north'" in run.out
    assert "region[south]" in run.out


@pytest.mark.parametrize("content", [b"", b"temp,rain\n1,2\n", b"{}", b"\x00" * 40, b"\x10\0\0\0\0\0\0\0{not json"])
def test_any_other_file_is_refused(reta, tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    run = reta("show", "other")
    assert run.code == 4
    assert run.err.startswith("error: other ")
    assert len(run.err.splitlines()) == 1


def test_an_absent_file(reta):
    run = reta("show", "absent.reta.json")
    assert run.code == 4
    assert "absent.reta.json does not exist" in run.err
