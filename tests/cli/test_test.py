from __future__ import annotations

import numpy as np
import pytest

from reta.inference import f_sf

PEER = 1e-9  # the sample is small and well conditioned


@pytest.fixture
def model(reta):
    assert reta("fit", "crops.csv", "--targets", "apples,oranges", "-o", "crops.reta.json").code == 0
    return "crops.reta.json"


def test_the_screen_says_what_was_tested_and_how_it_came_out(reta, model):
    run = reta("test", model, "rainfall = humidity, temp=-0.4")
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[0] == "Test of crops.reta.json"
    assert "  Hypotheses   rainfall = humidity" in lines
    assert "               temp = -0.4" in lines
    assert any(line.split() == ["F", "degrees", "of", "freedom", "p"] for line in lines)
    assert any(line.split()[:1] == ["apples"] and "2 and 11" in line for line in lines)


def test_the_document_has_every_digit(reta, model, exact):
    document = reta("test", model, "rainfall = humidity", "--json").document
    gap = exact.coef[2] - exact.coef[3]
    R = np.array([0.0, 0.0, 1.0, -1.0])
    statistics = gap**2 / (R @ exact.covariance @ R) / exact.sigma**2
    assert document["hypotheses"] == ["rainfall = humidity"]
    assert (document["joint"], document["distribution"], document["model"]) == (False, "F", model)
    assert [row["target"] for row in document["tests"]] == ["apples", "oranges"]
    assert [row["statistic"] for row in document["tests"]] == pytest.approx(statistics, rel=PEER)
    assert [row["p_value"] for row in document["tests"]] == pytest.approx(
        [f_sf(f, 1, 11) for f in statistics], rel=PEER
    )


def test_without_a_hypothesis_it_is_the_test_of_the_whole(reta, model):
    fitted = reta("show", model, "--json").document["fit"]
    tested = reta("test", model, "--json").document["tests"]
    assert [row["statistic"] for row in tested] == pytest.approx([row["statistic"] for row in fitted], rel=PEER)


def test_all_targets_together(reta, model):
    run = reta("test", model, "temp = 0", "--joint")
    assert run.out.startswith("Test of crops.reta.json, all targets together")
    for name in ("Wilks' lambda", "Pillai's trace", "Hotelling-Lawley trace", "Roy's largest root"):
        assert name in run.out
    document = reta("test", model, "temp = 0", "--joint", "--json").document
    assert document["joint"] is True
    assert [row["test"] for row in document["tests"]] == ["wilks", "pillai", "hotelling_lawley", "roy"]


def test_in_portuguese(reta, model):
    run = reta("test", model, "temp = 0", "--lang", "pt-BR", "--distribution", "chi2")
    assert "Hipótese   temp = 0" in run.out
    assert "qui-quadrado" in run.out
    assert "<0,001" in run.out
    joint = reta("test", model, "--joint", "--lang", "pt-BR").out
    assert "traço de Pillai" in joint
    assert "11,71" in joint  # 11.714 degrees of freedom


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tmp = 0"], "no coefficient `tmp`; there are intercept, temp, rainfall, humidity; did you mean `temp`?"),
        (["temp = 0, temp = 1"], "the hypothesis 'temp = 1' contradicts the others"),
        (["temp = 0, 2*temp = 0"], "the hypothesis '2*temp = 0' follows from the others: leave it out"),
        (["temp"], "write 'temp = 0'"),
        (["temp = 0", "--joint", "--distribution", "chi2"], "--joint has F approximations only"),
    ],
)
def test_one_line_for_what_makes_no_sense(reta, model, arguments, message):
    run = reta("test", model, *arguments)
    assert run.code == 2
    assert run.out == ""
    assert message in run.err
    assert len(run.err.splitlines()) == 1


def test_a_dropped_column_and_a_perfect_fit(reta, tmp_path):
    rows = "a,b,c,y,z\n1,2,3,1,2\n2,1,3,2.5,4\n3,5,8,2.9,6\n4,4,8,4.2,8\n5,1,6,4.8,10\n7,3,10,7.1,14\n"
    (tmp_path / "t.csv").write_text(rows)
    reta("fit", "t.csv", "--targets", "y,z", "-o", "t.json")
    run = reta("test", "t.json", "c = 0")
    assert (run.code, run.err) == (
        2,
        "error: nothing can be tested about `c`: it was dropped from the fit, because `c` = `a` + `b`\n",
    )
    shown = reta("test", "t.json", "a = b")
    assert "z: no test is possible, because the fit leaves no residuals to judge by" in shown.out
    assert reta("test", "t.json", "a = b", "--json").document["tests"][1]["p_value"] is None
    joint = reta("test", "t.json", "a = b", "--joint")
    assert joint.code == 3
    assert "`z` is reproduced to rounding" in joint.err


def test_moments_are_no_model(reta):
    reta("moments", "build", "crops.csv", "--targets", "apples", "-o", "c.moments")
    run = reta("test", "c.moments", "temp = 0")
    assert run.code == 4
    assert len(run.err.splitlines()) == 1
