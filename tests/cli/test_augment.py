"""``reta augment``."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import polars as pl
import pytest

CLOSE = {"rtol": 1e-9}  # the same sums in another order: a few units in the last place, times the condition of 15 rows


@pytest.fixture
def model(reta):
    assert reta("fit", "crops.csv", "--targets", "apples,oranges", "-o", "crops.reta.json").code == 0
    return "crops.reta.json"


def test_rows_come_out_as_they_went_in_once_a_target(reta, model, exact):
    header, *rows = csv.reader(io.StringIO(reta("augment", model, "crops.csv").out))
    assert header[:8] == ["temp", "rainfall", "humidity", "apples", "oranges", "target", "fitted", "residual"]
    assert [row[:6] for row in rows[:2]] == [["73", "67", "43", "56", "70", name] for name in ("apples", "oranges")]
    fitted = np.array([row[6] for row in rows], float).reshape(-1, 2)
    np.testing.assert_allclose(fitted, exact.X @ exact.coef, **CLOSE)
    leverage = np.array([row[8] for row in rows], float).reshape(-1, 2)[:, 0]
    np.testing.assert_allclose(leverage, np.einsum("ij,jk,ik->i", exact.X, exact.covariance, exact.X), **CLOSE)


@pytest.mark.parametrize("name", ["rows.csv", "rows.ndjson", "rows.parquet"])
def test_the_file_s_name_says_the_format(reta, model, tmp_path, name):
    run = reta("augment", model, "crops.csv", "-o", name)
    assert (run.code, run.out) == (0, "")
    assert run.err == f"note: 30 rows written to {name}\n"
    read = {"csv": pl.read_csv, "ndjson": pl.read_ndjson, "parquet": pl.read_parquet}[name.partition(".")[2]]
    frame = read(tmp_path / name)
    assert (frame.height, frame["cooks_distance"].null_count()) == (30, 0)


def test_json_from_standard_input(reta, model, tmp_path):
    run = reta("augment", model, "-", "--json", stdin=(tmp_path / "crops.csv").read_text())
    assert (len(run.document["rows"]), run.document["n_rows"], run.document["notes"]) == (30, 30, [])
    assert run.document["rows"][0]["temp"] == 73.0
    saved = reta("augment", model, "crops.csv", "-o", "rows.parquet", "--json")
    assert saved.document == {"n_rows": 30, "output": "rows.parquet", "notes": []}


def test_other_rows_are_warned_of_and_taken_names_are_told(reta, model, tmp_path):
    text = (tmp_path / "crops.csv").read_text().replace("humidity,", "humidity,fitted,", 1)
    lines = text.splitlines()
    rows = [lines[0], *(",".join([*line.split(",")[:3], "0", *line.split(",")[3:]]) for line in lines[1:9])]
    (tmp_path / "other.csv").write_text("\n".join(rows) + "\n")
    run = reta("augment", model, "other.csv", "--to", "ndjson")
    assert "the rows have `fitted` already: ours begin with `model_`" in run.err
    assert "warning: other.csv does not hold the 15 rows that the model was fitted to" in run.err
    assert json.loads(run.out.splitlines()[0])["model_fitted"] == pytest.approx(57.3231, abs=1e-4)


def test_the_rows_are_not_overwritten(reta, model):
    run = reta("augment", model, "crops.csv", "-o", "crops.csv")
    assert run.code == 2
    assert "would overwrite" in run.err
