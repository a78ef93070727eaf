from __future__ import annotations

import numpy as np
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


@pytest.fixture
def overlapping(reta, tmp_path):
    rng = np.random.default_rng(4)
    a, b, e, noise = rng.normal(size=(4, 60))
    rows = [f"{x},{y},{x + y + 0.1 * d},{x - y + n}" for x, y, d, n in zip(a, b, e, noise, strict=True)]
    (tmp_path / "o.csv").write_text("\n".join(["a,b,c,y", *rows]))
    assert reta("fit", "o.csv", "--targets", "y", "-o", "o.reta.json").code == 0
    return "o.reta.json"


def test_features_that_move_together_are_named_under_trust(reta, overlapping):
    trust = " ".join(" ".join(section(reta("show", overlapping).out, "Trust")).split())
    assert "Overlap some: features resemble one another (condition 784) c, a and b move together:" in trust
    assert "their separate effects cannot be told apart well (VIF 197)" in trust
    assert "easy to tell apart" not in trust
    assert "c, a e b variam juntos" in reta("show", overlapping, "--lang", "pt-BR").out
    (group,) = reta("show", overlapping, "--json").document["overlap"]
    assert group["features"] == ["c", "a", "b"]


def test_the_screen_of_collinearity(reta, overlapping, model):
    run = reta("show", overlapping, "--collinearity")
    assert run.code == 0
    rows = {line.split()[0]: line.split() for line in run.out.splitlines() if line.startswith("  ") and line.split()}
    assert rows["a"][-2:] == ["b,", "c"]
    assert float(rows["c"][1]) > 100
    assert "None: the largest condition index is 2.65" in reta("show", model, "--collinearity").out
    document = reta("show", overlapping, "--collinearity", "--json").document
    assert [row["term"] for row in document["features"]] == ["a", "b", "c"]
    assert len(document["condition_indices"]) == 9


def test_a_near_copy_shows_who_takes_part(reta, tmp_path):
    rng = np.random.default_rng(5)
    a, e = rng.normal(size=(2, 60))
    rows = [f"{x},{x + 0.001 * d},{i % 7},{x + d}" for i, (x, d) in enumerate(zip(a, e, strict=True))]
    (tmp_path / "n.csv").write_text("\n".join(["a,a copy,c,y", *rows]))
    reta("fit", "n.csv", "--targets", "y", "-o", "n.reta.json")
    shown = reta("show", "n.reta.json", "--collinearity", "--lang", "pt-BR").out
    assert "participantes" in shown
    assert shown.splitlines()[-1].endswith("a, a copy")


def test_dropped_features_are_counted_and_a_perfect_fit_has_no_interval(reta, tmp_path):
    rows = "a,b,c,z\n1,2,3,2\n2,1,3,4\n3,5,8,6\n4,4,8,8\n5,1,6,10\n7,3,10,14\n"
    (tmp_path / "t.csv").write_text(rows)
    run = reta("fit", "t.csv", "--targets", "z")
    assert "Features   a, b, c; 1 of them dropped, see Notes" in run.out
    (line,) = [line for line in run.out.splitlines() if line.split()[:1] == ["a"]]
    assert line.split()[2:] == ["-", "-", "-"]
