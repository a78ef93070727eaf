from __future__ import annotations

import numpy as np
import pytest

# The same sums in another order: a few units in the last place, times the condition of 15 rows.
CLOSE = {"rtol": 1e-9}


@pytest.fixture
def parts(reta, tmp_path):
    header, *rows = (tmp_path / "crops.csv").read_text().splitlines(keepends=True)
    for name, chosen in (("a", rows[:9]), ("b", rows[9:])):
        (tmp_path / f"{name}.csv").write_text("".join([header, *chosen]))
        run = reta("moments", "build", f"{name}.csv", "--targets", "apples,oranges", "-o", f"{name}.moments")
        assert run.code == 0, run.err
    return "a.moments", "b.moments"


def estimates(document):
    return np.array([row["estimate"] for row in document["coefficients"]]).reshape(2, 4).T


def test_a_model_from_merged_moments_is_the_model_of_all_rows(reta, parts, exact):
    assert reta("moments", "merge", *parts, "-o", "all.moments").code == 0
    np.testing.assert_allclose(estimates(reta("fit", "all.moments", "--json").document), exact.coef, **CLOSE)


def test_subtracting_a_part_leaves_the_other(reta, parts):
    reta("moments", "merge", *parts, "-o", "all.moments")
    assert reta("moments", "subtract", "all.moments", "b.moments", "-o", "rest.moments").code == 0
    rest = reta("moments", "show", "rest.moments", "--json").document
    first = reta("moments", "show", "a.moments", "--json").document
    assert rest["n_samples"] == first["n_samples"] == 9
    np.testing.assert_allclose(rest["mean"], first["mean"], **CLOSE)


def test_the_screen_lists_every_column(reta, parts, tmp_path):
    screen = reta("show", "a.moments").out
    assert screen == reta("moments", "show", "a.moments").out
    assert screen.splitlines()[0] == "Moments of 9 rows"
    data = np.loadtxt(tmp_path / "a.csv", delimiter=",", skiprows=1)
    rows = {line.split()[0]: line.split() for line in screen.splitlines() if line.strip()}
    assert rows["temp"] == [
        "temp",
        "feature",
        f"{data[:, 0].mean():.6g}",
        f"{data[:, 0].min():g}",
        f"{data[:, 0].max():g}",
        "0",
    ]
    assert rows["apples"][1] == "target"
    assert "reta fit a.moments" in screen
    assert "Momentos de 9 linhas" in reta("show", "a.moments", "--lang", "pt-BR").out


def test_moments_must_be_saved_somewhere(reta):
    run = reta("moments", "build", "crops.csv", "--targets", "apples")
    assert run.code == 2
    assert "'--output'" in run.err


def test_moments_of_other_columns_do_not_merge(reta, parts):
    reta("moments", "build", "b.csv", "--targets", "apples", "--features", "temp", "-o", "c.moments")
    run = reta("moments", "merge", "a.moments", "c.moments", "-o", "all.moments")
    assert run.code in {2, 3}
    assert run.err.startswith("error: ")
