"""``reta descend``: what it prints, its exit codes, and runs that a signal ended."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import reta as library

CROPS = ("descend", "crops.csv", "--targets", "apples,oranges")
SMALL = (*CROPS, "--lr", "1e-5")
DEADLINE_S = 120.0
NOT_CONVERGED = 5


def test_it_converges_and_saves(reta):
    run = reta(*CROPS, "--epochs", "60", "-o", "model.json")
    assert run.code == 0
    saved = library.load("model.json")
    exact = library.fit("crops.csv", targets=["apples", "oranges"])
    np.testing.assert_allclose(saved.predict([[75, 63, 44]]), exact.predict([[75, 63, 44]]), rtol=1e-3)
    for part in ("gradient descent (lr auto, epochs 60", "as good as it gets", "reta fit crops.csv", "model.json"):
        assert part in run.out
    assert "chosen from the moments" in run.err


def test_a_rate_too_small_is_shown_saved_and_exits_with_5(reta):
    run = reta(*SMALL, "-o", "model.json")
    assert run.code == NOT_CONVERGED
    assert library.load("model.json").solver == "gradient descent"
    flat = " ".join(run.out.split())
    for part in ("still to gain", "almost pure intercept", "million epochs", "17 full-batch epochs"):
        assert part in flat
    assert "warning: not converged after 100 epochs" in run.err


@pytest.mark.parametrize("more", [(), ("--batch-size", "5"), ("--momentum", "0.9"), ("--schedule", "cosine")])
def test_a_rate_too_large_stops_with_a_proposal_that_works(reta, more):
    run = reta(*CROPS, "--lr", "1", "-o", "model.json", *more)
    assert run.code == NOT_CONVERGED
    assert run.out == ""
    error = run.err.strip().splitlines()[-1]
    assert re.match(r"error: the loss rises from .* to .* in epoch 1: lr=1 is too large", error)
    assert re.search(r"stable under 0\.0001\d+|stable under 0\.0004\d+|stable under 0\.0002\d+", error)
    assert not Path("model.json").exists()
    proposal = re.search(r"Try lr=([\d.e-]+)", error)[1]
    again = reta(*CROPS, "--lr", proposal, "--json", *more)
    losses = [row["loss"] for row in again.document["history"]]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--batch-size", "0"), "0 is not in the range x>=1"),
        (("--epochs", "-1"), "-1 is not in the range x>=0"),
        (("--lr", "fast"), "'fast' is neither a number nor auto"),
        (("--lr", "0"), "lr=0.0: a number above 0"),
        (("--lr", "nan"), "lr=nan: a number above 0"),
        (("--lr", "-1"), "lr=-1.0: a number above 0"),
        (("--momentum", "-1"), "-1 is less than 0"),
        (("--nesterov",), "nesterov looks ahead"),
        (("--validation", "1"), "validation=1.0: a share"),
        (("--loss", "mae"), "'mae' is not one of"),
        (("--loss", "huber", "--delta", "0"), "delta is 0.0"),
        (("--schedule", "linear"), "'linear' is not one of"),
        (("--resume",), "say which file"),
    ],
    ids=" ".join,
)
def test_usage_errors(reta, options, message):
    run = reta(*CROPS, *options)
    assert run.code == 2
    assert message in run.err
    assert "Traceback" not in run.err
    assert run.out == ""


def test_json_is_strict_and_whole(reta):
    run = reta(*SMALL, "--batch-size", "5", "--epochs", "3", "--json")
    document = json.loads(run.out, parse_constant=pytest.fail)
    assert run.code == NOT_CONVERGED
    assert document["converged"] is False
    assert [row["epoch"] for row in document["history"]] == [0, 1, 2, 3]
    assert document["history"][0]["validation_loss"] is None
    assert document["certificate"]["slowest"] == "almost pure intercept"
    assert document["certificate"]["gap"] > 0
    assert document["solver"] == "gradient descent"
    assert all(row["std_error"] is None for row in document["coefficients"])
    robust = reta(*CROPS, "--loss", "absolute", "--json")
    assert robust.code == 0
    document = json.loads(robust.out, parse_constant=pytest.fail)
    assert document["certificate"] is None
    assert document["converged"] is True
    least = document["least_loss"]
    assert least["at_least"] <= least["at_most"] <= least["loss"] < least["null_loss"]
    too_far = json.loads(reta(*CROPS, "--lr", "1e-4", "--momentum", "1", "--json").out, parse_constant=pytest.fail)
    assert too_far["certificate"]["epochs_needed"] is None


def test_progress_is_ten_lines_on_stderr(reta):
    run = reta(*SMALL, "--batch-size", "5", "--epochs", "50")
    lines = [line for line in run.err.splitlines() if line.startswith("epoch ")]
    assert len(lines) == 10
    assert re.fullmatch(r"epoch 50 of 50, loss \d+\.\d+", lines[-1])
    assert reta(*SMALL, "--batch-size", "5", "--quiet").err == ""
    assert [line for line in reta(*SMALL).err.splitlines() if line.startswith("epoch ")] == []


def test_a_start_from_a_model(reta):
    reta("fit", "crops.csv", "--targets", "apples,oranges", "-o", "exact.json")
    run = reta(*SMALL, "--epochs", "0", "--start", "exact.json")
    assert run.code == 0
    assert "as good as it gets" in run.out


def test_early_stopping_is_no_failure(reta):
    run = reta(*SMALL, "--validation", "0.3", "--patience", "1", "--epochs", "100000", "--batch-size", "3", "--json")
    assert run.code == 0
    assert run.document["stopped_early"]


def test_stdin_longer_than_the_buffer(reta):
    text = "x,y\n" + "".join(f"{i % 7},{i % 5}\n" for i in range(300))
    run = reta("descend", "-", "--targets", "y", "--batch-size", "5", "--buffer-rows", "100", stdin=text)
    assert run.code == 2
    assert "can be read once only: save it to a file first, or raise buffer_rows" in run.err
    assert reta("descend", "-", "--targets", "y", "--epochs", "50", stdin=text).code == 0


def test_formulas_and_categories(reta):
    run = reta("descend", "crops.csv", "apples ~ temp + log(rainfall)", "--epochs", "2000", "--json")
    assert run.code == 0
    assert [row["term"] for row in run.document["coefficients"]] == ["intercept", "temp", "log(rainfall)"]


def test_what_a_model_of_a_descent_can_do(reta):
    reta(*CROPS, "-o", "model.json", "--epochs", "100")
    shown = reta("show", "model.json").out
    assert "gradient descent (lr auto, epochs 100" in shown
    assert "--interval" not in shown
    assert reta("show", "model.json", "--collinearity").code == 2
    assert json.loads(reta("show", "model.json", "--json").out, parse_constant=pytest.fail)["digits"] == 0
    assert reta("evaluate", "model.json", "crops.csv").code == 0
    assert reta("predict", "model.json", "crops.csv").code == 0
    for refused in (
        ("predict", "model.json", "crops.csv", "--interval", "0.95"),
        ("test", "model.json", "temp = 0"),
        ("augment", "model.json", "crops.csv"),
        ("diagnose", "model.json", "crops.csv"),
    ):
        run = reta(*refused)
        assert run.code == 2, refused
        assert "only least squares has them" in run.err
        assert "Traceback" not in run.err
        assert run.out == ""


RUN = ["--targets", "y", "--lr", "1e-4", "--batch-size", "4", "--json"]


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(6)
    X = rng.normal(size=(20_000, 4))
    frame = pl.DataFrame(np.column_stack([X, X @ [1.0, 2.0, 3.0, 4.0] + rng.normal(size=20_000)]))
    frame.columns = ["a", "b", "c", "d", "y"]
    frame.write_parquet(tmp_path / "table.parquet")
    return tmp_path


def descending(folder, *more, epochs="1200", quiet=True, stderr=subprocess.DEVNULL):
    options = [*RUN, "--epochs", epochs, *more, *(["--quiet"] if quiet else [])]
    command = [sys.executable, "-m", "reta", "descend", "table.parquet", *options]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=stderr)


def finished(process):
    out, _ = process.communicate(timeout=DEADLINE_S)
    document = json.loads(out)
    return [(row["target"], row["term"], row["estimate"]) for row in document["coefficients"]], document["history"]


@pytest.mark.parametrize("more", [(), ("--validation", "0.2", "--patience", "1200", "--momentum", "0.5")], ids=str)
def test_a_killed_run_goes_on_with_the_same_bits(table, more):
    checkpoint = table / "run.descent"
    process = descending(table, "--checkpoint", "run.descent", "--resume", *more)
    deadline = time.monotonic() + DEADLINE_S
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=DEADLINE_S)
    assert checkpoint.exists()
    assert process.returncode == -signal.SIGKILL, "the run was over before it could be killed"
    resumed = finished(descending(table, "--checkpoint", "run.descent", "--resume", *more))
    assert resumed == finished(descending(table, *more))
    assert len(resumed[1]) == 1201


def test_ctrl_c_says_how_to_go_on(table):
    checkpoint = table / "run.descent"
    process = descending(table, "--checkpoint", "run.descent", epochs="100000", quiet=False, stderr=subprocess.PIPE)
    deadline = time.monotonic() + DEADLINE_S
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert out == b""
    assert b"run.descent remembers the run: the same command with --resume goes on from there" in err
    assert err.endswith(b"interrupted\n")


@pytest.mark.parametrize("loss", [("huber",), ("absolute",), ("quantile", "--quantile", "0.1")], ids=" ".join)
def test_other_losses_say_whether_they_have_converged(reta, loss):
    """What least squares give is not their answer, and not called so."""
    short, long = (reta(*CROPS, "--loss", *loss, "--epochs", epochs) for epochs in ("4", "1500"))
    assert (short.code, long.code) == (NOT_CONVERGED, 0)
    assert re.search(r"warning: not converged after 4 epochs: the loss is [\d.]+, and [\d.]+ is possible", short.err)
    assert "warning" not in long.err
    for run in (short, long):
        assert "least squares, to compare   reta fit crops.csv" in run.out
        assert "exact answer" not in run.out


def test_the_exact_answer_is_asked_for_with_the_same_columns(reta):
    more = ("--features", "temp,rainfall", "--weights", "humidity", "--no-intercept", "--missing", "drop")
    run = reta(*CROPS, *more)
    command = "reta fit crops.csv --targets apples,oranges --features temp,rainfall --weights humidity --missing drop"
    assert f"{command} --no-intercept" in run.out
    plain = reta(*CROPS)
    assert "reta fit crops.csv --targets apples,oranges\n" in plain.out
