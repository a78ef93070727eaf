"""``reta diagnose``."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def model(reta):
    assert reta("fit", "crops.csv", "--targets", "apples,oranges", "-o", "crops.reta.json").code == 0
    return "crops.reta.json"


TESTS = [
    "breusch_pagan",
    "white",
    "reset",
    "durbin_watson",
    "jarque_bera",
    "skewness",
    "kurtosis",
    "press",
    "loo_r_squared",
]


def test_the_document(reta, model, exact):
    document = reta("diagnose", model, "crops.csv", "--json").document
    assert [row["test"] for row in document["tests"]] == TESTS * 2
    hat = exact.X @ exact.covariance @ exact.X.T
    left_out = (exact.Y - exact.X @ exact.coef) / (1 - np.diag(hat))[:, None]
    press = [row["statistic"] for row in document["tests"] if row["test"] == "press"]
    np.testing.assert_allclose(press, (left_out**2).sum(axis=0), rtol=1e-9)
    rows = [row["row"] for row in document["influential"] if row["target"] == "apples"]
    cooks = left_out[:, 0] ** 2 * np.diag(hat)
    assert rows == (np.argsort(-cooks)[:5] + 1).tolist()
    assert document["notes"] == []


def test_the_screen_in_two_languages(reta, model):
    run = reta("diagnose", model, "crops.csv")
    assert (run.code, run.err) == (0, "")
    assert "Tests of the residuals of oranges" in run.out
    assert (
        "  RESET              12.39     p 0.003   something is missing: a curve, or a product of features\n" in run.out
    )
    assert "Rows that move the fit most" in run.out
    assert "see every row   reta augment crops.reta.json crops.csv -o rows.csv" in run.out
    portuguese = reta("diagnose", model, "crops.csv", "--lang", "pt-BR").out
    assert "12,39" in portuguese
    assert "falta algo: uma curva" in portuguese
    lengths = [len(line) for line in (run.out + portuguese).splitlines() if "reta augment" not in line]
    assert max(lengths) <= 100


def test_many_targets_are_counted_and_rows_without_judgement_said(reta, tmp_path):
    names = [f"t{i}" for i in range(10)]
    rows = [",".join(["x", *names]), *(",".join([str(x), *(str(x % (i + 2)) for i in range(10))]) for x in range(9))]
    (tmp_path / "many.csv").write_text("\n".join(rows) + "\n")
    reta("fit", "many.csv", "-t", ",".join(names), "-o", "many.reta.json")
    run = reta("diagnose", "many.reta.json", "many.csv")
    assert "2 more targets: add --json to see all" in run.out
    (tmp_path / "two.csv").write_text("x,y\n1,2\n2,4\n")
    reta("fit", "two.csv", "-t", "y", "-o", "two.reta.json")
    assert "none can be judged" in reta("diagnose", "two.reta.json", "two.csv").out


def test_other_rows_are_warned_of_and_absent_columns_named(reta, model, tmp_path):
    lines = (tmp_path / "crops.csv").read_text().splitlines()
    (tmp_path / "other.csv").write_text("\n".join(lines[:9]) + "\n")
    assert "other.csv does not hold the 15 rows" in reta("diagnose", model, "other.csv").err
    (tmp_path / "less.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines) + "\n")
    run = reta("diagnose", model, "less.csv")
    assert (run.code, run.err.count("\n")) == (3, 1)
    assert "less.csv lacks the target `oranges`" in run.err
