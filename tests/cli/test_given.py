"""A saved model of given weights on the command line."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from reta.model.given import given_model

NAMES, TARGETS = ["temp", "rainfall", "humidity"], ["apples", "oranges"]
WEIGHT = np.array([[-0.4, 0.84, 0.69], [-0.18, 0.82, -0.8]])
BIAS = np.array([0.11, -0.25])
WITHOUT_ROWS = "only least squares has them, and this model is weights that were given, without rows"


@pytest.fixture
def given(reta, tmp_path):
    given_model(WEIGHT, BIAS, NAMES, TARGETS, source="torch.nn.Linear").save(tmp_path / "given.reta.json")
    return "given.reta.json"


def test_predictions(reta, given, exact):
    run = reta("predict", given, "crops.csv")
    assert run.code == 0
    rows = list(csv.DictReader(io.StringIO(run.out)))
    found = [[float(row[f"{target}_predicted"]) for target in TARGETS] for row in rows]
    np.testing.assert_allclose(found, exact.X[:, 1:] @ WEIGHT.T + BIAS, rtol=1e-12)
    assert "outside" not in run.err


def test_evaluation(reta, given, exact):
    scores = reta("evaluate", given, "crops.csv", "--json").document["scores"]
    error = exact.Y - exact.X[:, 1:] @ WEIGHT.T - BIAS
    np.testing.assert_allclose([s["rmse"] for s in scores], np.sqrt((error**2).mean(axis=0)), rtol=1e-12)
    assert reta("evaluate", given, "crops.csv").code == 0


def test_show(reta, given):
    shown = reta("show", given)
    assert (shown.code, shown.err) == (0, "")
    assert "weights as given, with intercept; the rows they were found on are not known" in shown.out
    assert f"reta predict {given} NEW.csv\n" in shown.out
    assert [word for word in ("Rows", "95%", "error", "Trust", "nan") if word in shown.out] == []


def test_show_as_json_has_null_for_what_is_not_known(reta, given):
    document = reta("show", given, "--json").document
    assert document["condition"] is None
    assert (document["n_samples"], document["degrees_of_freedom"], document["overlap"]) == (0, 0, [])
    for row in document["fit"]:
        assert {name for name, value in row.items() if value is not None} == {"target", "n_samples"}
    assert [row["estimate"] for row in document["coefficients"]][:2] == [0.11, -0.4]


@pytest.mark.parametrize(
    "command",
    [
        ("test",),
        ("test", "--joint"),
        ("test", "absent = 0"),
        ("show", "--collinearity"),
        ("predict", "--interval", "0.95", "crops.csv"),
        ("augment", "crops.csv"),
        ("diagnose", "crops.csv"),
    ],
)
def test_what_needs_rows_is_refused_in_one_line(reta, given, command):
    name, *rest = command
    run = reta(name, given, *rest)
    assert (run.code, run.out) == (2, "")
    assert WITHOUT_ROWS in run.err
    assert len(run.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["predict", "evaluate"])
def test_there_are_no_means_to_fill_gaps_with(reta, given, name):
    run = reta(name, given, "crops.csv", "--missing", "mean")
    assert run.code == 2
    assert "this model knows no means, only weights; leave such rows out with 'drop'" in run.err
