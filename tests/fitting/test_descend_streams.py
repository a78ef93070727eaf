"""Descent on rows that do not fit in memory, and runs that are ended and go on."""

from __future__ import annotations

import gzip
import warnings

import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import FileError, RetaWarning, UsageError
from reta.fitting import descent_checkpoint

N = 500
TARGETS = {"targets": ["y"]}
STEPS = {"lr": 0.01, "batch_size": 16, "epochs": 4}


@pytest.fixture
def table():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(N, 3)) + 1.0
    y = X @ [1.0, -2.0, 0.5] + 3.0 + 0.2 * rng.normal(size=N)
    return pl.DataFrame(np.column_stack([X, y]), schema=["a", "b", "c", "y"])


@pytest.fixture
def parts(table, tmp_path):
    for at, rows in enumerate(table.iter_slices(130)):
        rows.write_parquet(tmp_path / f"part-{at}.parquet")
    return str(tmp_path / "part-*.parquet")


def quietly(*args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        return reta.descend(*args, **{**TARGETS, **STEPS, **options})


def same_bits(one, other):
    return (
        one.model.coef_.tobytes() == other.model.coef_.tobytes()
        and one.model.intercept_.tobytes() == other.model.intercept_.tobytes()
        and one.history.equals(other.history)
    )


@pytest.mark.parametrize("source", ["parquet", "csv", "frame"])
@pytest.mark.parametrize("loss", ["mse", "huber"])
def test_without_shuffling_a_stream_is_memory(table, parts, tmp_path, source, loss):
    table.write_csv(tmp_path / "table.csv")
    data = {"parquet": parts, "csv": tmp_path / "table.csv", "frame": table}[source]
    memory = quietly(table, shuffle=False, loss=loss)
    for buffer_rows in (1, 50, 499):
        stream = quietly(data, shuffle=False, loss=loss, buffer_rows=buffer_rows)
        np.testing.assert_allclose(stream.model.coef_, memory.model.coef_, rtol=1e-12)
        assert stream.model.passes > memory.model.passes


@pytest.mark.parametrize("validation", [0.0, 0.2])
def test_the_same_seed_gives_the_same_bits(parts, validation):
    options = {"buffer_rows": 150, "validation": validation}
    first, again, other = (quietly(parts, seed=seed, **options) for seed in (3, 3, 4))
    assert same_bits(first, again)
    assert not np.array_equal(first.model.coef_, other.model.coef_)


def test_both_roads_agree_on_average(table, parts):
    """Over seeds; each differs from the exact answer by the noise of its last steps, far less than 0.1."""
    memory, stream = (
        np.mean([quietly(data, seed=seed, buffer_rows=size, epochs=30).model.coef_ for seed in range(4)], axis=0)
        for data, size in ((table, 10_000), (parts, 100))
    )
    exact = reta.fit(table, **TARGETS).coef_
    np.testing.assert_allclose(memory, exact, atol=0.05)
    np.testing.assert_allclose(stream, exact, atol=0.05)


def test_the_rows_kept_aside_are_the_same_in_every_reading(table, parts):
    memory = quietly(table, validation=0.3, epochs=1)
    stream = quietly(parts, validation=0.3, epochs=1, buffer_rows=300)
    assert memory.model.n_samples == stream.model.n_samples
    assert memory.history["validation_loss"][0] == pytest.approx(stream.history["validation_loss"][0], rel=1e-12)
    with pytest.raises(UsageError, match="more than 100 rows would be kept in memory"):
        quietly(parts, validation=0.5, buffer_rows=100)


class KilledError(Exception):
    """Ends a run in the middle."""


def ended_after(epochs):
    def on_epoch(epoch, _):
        if epoch == epochs:
            raise KilledError

    return on_epoch


@pytest.fixture
def saving_always(monkeypatch):
    monkeypatch.setattr(descent_checkpoint, "SAVE_EVERY_S", 0.0)


@pytest.mark.usefixtures("saving_always")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True, "fit_intercept": False},
        {"validation": 0.2, "patience": 3},
        {"buffer_rows": 120, "schedule": "cosine"},
        {"loss": "absolute", "lr": "auto"},
        {"loss": "huber", "batch_size": None},
    ],
    ids=repr,
)
@pytest.mark.parametrize("at", [1, 7])
def test_a_run_goes_on_with_the_same_bits(parts, tmp_path, options, at):
    options = {**options, "epochs": 12}
    whole = quietly(parts, **options)
    file = tmp_path / "run.descent"
    with pytest.raises(KilledError):
        quietly(parts, checkpoint=file, on_epoch=ended_after(at + 1), **options)
    rest = quietly(parts, checkpoint=file, resume=True, **options)
    assert same_bits(whole, rest)
    assert any(f"went on after epoch {at}, from" in note.text for note in rest.model.notes)
    assert same_bits(whole, quietly(parts, checkpoint=file, resume=True, **options))


@pytest.mark.usefixtures("saving_always")
def test_more_epochs_go_on_from_fewer(parts, tmp_path):
    file = tmp_path / "run.descent"
    quietly(parts, checkpoint=file, epochs=3)
    assert same_bits(quietly(parts, epochs=8), quietly(parts, checkpoint=file, resume=True, epochs=8))
    with pytest.raises(UsageError, match="has 8 epochs behind it, more than epochs=5"):
        quietly(parts, checkpoint=file, resume=True, epochs=5)


@pytest.mark.parametrize(
    "other",
    [
        {"lr": 0.02},
        {"batch_size": 8},
        {"momentum": 0.5},
        {"seed": 1},
        {"loss": "huber"},
        {"standardize": True},
        {"validation": 0.1},
        {"weight_decay": 0.1},
        {"schedule": "cosine"},
        {"fit_intercept": False},
        {"features": ["a", "b"]},
        {"shuffle": False},
        {"buffer_rows": 100},
        {"initial": (np.ones((1, 3)), np.ones(1))},
    ],
    ids=repr,
)
def test_another_run_is_refused(table, tmp_path, other):
    file = tmp_path / "run.descent"
    quietly(table, checkpoint=file)
    with pytest.raises(UsageError, match="belongs to a run on other data or with other settings"):
        quietly(table, checkpoint=file, resume=True, **other)


def test_other_data_are_refused(table, tmp_path):
    file = tmp_path / "run.descent"
    quietly(table, checkpoint=file)
    changed = table.with_columns(pl.when(pl.int_range(N) == 7).then(5.0).otherwise("a").alias("a"))
    with pytest.raises(UsageError, match="other data"):
        quietly(changed, checkpoint=file, resume=True)


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "changed", "model", "gzip"])
def test_a_damaged_file(table, tmp_path, damage):
    file = tmp_path / "run.descent"
    quietly(table, checkpoint=file)
    content = file.read_bytes()
    broken = {
        "cut": content[: len(content) // 2],
        "empty": b"",
        "text": b"hello " * 100,
        "changed": content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
        "gzip": gzip.compress(content),
    }
    if damage == "model":
        reta.moments(table, **TARGETS).save(file)
    else:
        file.write_bytes(broken[damage])
    with pytest.raises(FileError, match=r"run\.descent") as caught:
        quietly(table, checkpoint=file, resume=True)
    assert "\n" not in str(caught.value)


def test_nothing_to_go_on_from_is_said(table, tmp_path):
    run = quietly(table, checkpoint=tmp_path / "run.descent", resume=True)
    assert any("does not exist yet" in note.text for note in run.model.notes)
    assert (tmp_path / "run.descent").exists()


def test_full_batches_need_no_checkpoint(table, tmp_path):
    run = quietly(table, checkpoint=tmp_path / "run.descent", batch_size=None)
    assert any("there is no checkpoint to write" in note.text for note in run.model.notes)
    assert not (tmp_path / "run.descent").exists()


def test_a_folder_that_is_not_there(table, tmp_path):
    with pytest.raises(FileError, match="nowhere"):
        quietly(table, checkpoint=tmp_path / "nowhere" / "run.descent")
