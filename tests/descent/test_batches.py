"""Both roads against a descent by PyTorch, batch by batch."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from reta.descent import MSE, Loss, Parameters, Update, batches, compiled_road, road_for, run_batches

# Of the largest parameter. Rounding alone differs, and steps that contract do not let it grow.
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}

UPDATES = [
    Update(0.02),
    Update(0.02, momentum=0.9),
    Update(0.02, momentum=0.5, dampening=0.5, weight_decay=0.01),
    Update(0.02, momentum=0.9, nesterov=True, weight_decay=0.1),
    Update(0.02, weight_decay=0.1),
    Update(1e-4, momentum=0.2, maximize=True),
]
LOSSES = [Loss("huber", 0.5), Loss("absolute"), Loss("quantile", 0.8)]
SHAPES = [(p, k) for p, k in itertools.product((1, 2, 3, 4, 7, 20), (1, 2, 5))]


def assert_close(found, expected, dtype):
    scale = float(max(np.abs(expected.weight).max(), 1 if expected.bias is None else np.abs(expected.bias).max()))
    for name in ("weight", "bias", "weight_velocity", "bias_velocity"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert (ours is None) == (theirs is None), name
        if ours is not None:
            assert ours.dtype == dtype
            assert ours == pytest.approx(theirs, rel=0, abs=TOLERANCE[dtype] * scale), name


def both(problem, update, loss, road, torch_descent, weights=None):
    found = problem.start.copy()
    losses = run_batches(found, problem.X, problem.Y, problem.order, problem.starts, update, loss, weights, road=road)
    expected, expected_losses = torch_descent(problem, update, loss, weights)
    dtype = problem.X.dtype.name
    assert_close(found, expected, dtype)
    assert losses.dtype == np.float64
    assert losses == pytest.approx(expected_losses, rel=10 * TOLERANCE[dtype], abs=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("p", "k"), SHAPES)
def test_shapes(p, k, dtype, road, made_up, torch_descent):
    both(made_up(p=p, k=k, dtype=dtype, seed=p * k), UPDATES[0], MSE, road, torch_descent)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("update", UPDATES, ids=str)
def test_updates(update, bias, dtype, road, made_up, torch_descent):
    both(made_up(bias=bias, dtype=dtype, epochs=100), update, MSE, road, torch_descent)


@pytest.mark.parametrize("batch_size", [1, 2, 5, 22, 23])
def test_batch_sizes(batch_size, road, made_up, torch_descent):
    both(made_up(batch_size=batch_size), UPDATES[1], MSE, road, torch_descent)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_a_batch_of_many_rows(dtype, road, made_up, torch_descent):
    both(made_up(n=20_011, batch_size=10_000, dtype=dtype), UPDATES[1], MSE, road, torch_descent)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("loss", [MSE, *LOSSES], ids=str)
def test_losses(loss, weighted, dtype, road, made_up, torch_descent):
    problem = made_up(dtype=dtype, epochs=20)
    weights = np.random.default_rng(1).uniform(0, 2, size=len(problem.X)) if weighted else None
    if weighted:
        weights[3] = 0.0
    both(problem, UPDATES[1], loss, road, torch_descent, None if weights is None else weights.astype(dtype))


def test_a_batch_large_enough_for_threads_of_blas(made_up, torch_descent):
    both(made_up(n=15_000, p=20, batch_size=14_000), UPDATES[1], MSE, "blas", torch_descent)


def test_velocities_of_weights_alone_go_on_over_pieces(made_up, monkeypatch):
    problem, update = made_up(), Update(0.02, momentum=0.9)
    problem.start.weight_velocity = np.ones((2, 3))
    data = problem.X, problem.Y, problem.order, problem.starts, update
    at_once, in_pieces = problem.start.copy(), problem.start.copy()
    run_batches(at_once, *data, road="compiled")
    monkeypatch.setattr(compiled_road, "_PIECE", 38 * 13)
    run_batches(in_pieces, *data, road="compiled")
    assert in_pieces.weight.tolist() == at_once.weight.tolist()
    assert in_pieces.bias.tolist() == at_once.bias.tolist()


def test_bias_with_steps_of_its_own(road, made_up):
    problem = made_up()
    found, frozen = problem.start.copy(), problem.start.bias.copy()
    arguments = (problem.X, problem.Y, problem.order, problem.starts, Update(0.02, momentum=0.9))
    run_batches(found, *arguments, bias_update=Update(0.0), road=road)
    assert found.bias.tolist() == frozen.tolist()
    assert found.bias_velocity is None
    assert found.weight_velocity is not None


def test_in_parts_is_the_same_as_at_once(road, made_up):
    problem, update = made_up(), Update(0.02, momentum=0.9)
    at_once, in_parts = problem.start.copy(), problem.start.copy()
    losses = run_batches(at_once, problem.X, problem.Y, problem.order, problem.starts, update, road=road)
    parts = [problem.starts[:8], problem.starts[7:8], problem.starts[7:]]
    found = [run_batches(in_parts, problem.X, problem.Y, problem.order, part, update, road=road) for part in parts]
    assert np.concatenate(found).tolist() == losses.tolist()
    for name in ("weight", "bias", "weight_velocity", "bias_velocity"):
        assert getattr(in_parts, name).tolist() == getattr(at_once, name).tolist()


def test_pieces_are_whole_batches_and_change_no_bit(made_up, monkeypatch):
    problem, update = made_up(), Update(0.02, momentum=0.9, nesterov=True)
    at_once, in_pieces = problem.start.copy(), problem.start.copy()
    arguments = (problem.X, problem.Y, problem.order, problem.starts, update)
    losses = run_batches(at_once, *arguments, road="compiled")
    monkeypatch.setattr(compiled_road, "_PIECE", 38 * 13)
    pieces = list(compiled_road._pieces(problem.starts, 3, 2))
    assert pieces[:3] == [(0, 2), (2, 4), (4, 6)]
    assert [first for first, _last in pieces[1:]] == [last for _first, last in pieces[:-1]]
    assert run_batches(in_pieces, *arguments, road="compiled").tolist() == losses.tolist()
    assert in_pieces.weight.tolist() == at_once.weight.tolist()
    assert in_pieces.bias_velocity.tolist() == at_once.bias_velocity.tolist()


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize(
    ("n_batches", "n_rows", "p", "k", "expected"),
    [
        (300, 1_500, 3, 2, "numpy"),
        (8_000, 40_000, 3, 2, "numpy"),
        (200_000, 1_000_000, 3, 2, "compiled"),
        (40_000, 10_000_000, 3, 2, "compiled"),
        (4_000, 1_000_000, 500, 10, "blas"),
        (10, 1_000, 500, 10, "blas"),
        (1_000_000, 1_000_000, 500, 10, "compiled"),
    ],
)
def test_the_road_follows_from_the_size_and_from_what_is_loaded(n_batches, n_rows, p, k, expected, loaded, monkeypatch):
    monkeypatch.setattr(batches, "_by_numpy", Counter())
    monkeypatch.setattr(compiled_road, "_loaded", {np.float32} if loaded else set())
    known = "compiled" if loaded and expected == "numpy" else expected
    assert road_for(n_batches, n_rows, p, k, np.float32) == known
    assert road_for(n_batches, n_rows, p, k) == expected


def test_work_in_pieces_loads_the_kernel_once_and_little_work_never_does(monkeypatch):
    monkeypatch.setattr(compiled_road, "_loaded", set())
    monkeypatch.setattr(batches, "_by_numpy", Counter())
    assert [road_for(300, 1_500, 3, 2) for _ in range(1000)] == ["numpy"] * 1000
    assert [road_for(8_000, 40_000, 3, 2) for _ in range(5)] == ["numpy"] * 4 + ["compiled"]
    assert road_for(300, 1_500, 3, 2) == "numpy"
    assert road_for(8_000, 40_000, 3, 2, np.float32) == "numpy"


def test_the_kernel_is_known_to_be_loaded_once_it_ran(made_up, monkeypatch):
    monkeypatch.setattr(compiled_road, "_loaded", set())
    monkeypatch.setattr(batches, "_by_numpy", Counter())
    problem = made_up()
    data = problem.X, problem.Y, problem.order, problem.starts, Update(0.1)
    run_batches(problem.start.copy(), *data)
    assert not compiled_road.is_loaded(np.float64)
    run_batches(problem.start.copy(), *data, road="compiled")
    assert compiled_road.is_loaded(np.float64)
    assert not compiled_road.is_loaded(np.float32)


@pytest.mark.parametrize("loss", [MSE, *LOSSES], ids=str)
def test_the_sum_of_a_batch_is_its_mean_times_its_size(loss, road, made_up):
    problem = made_up(batch_size=8, n=24)
    found, expected = problem.start.copy(), problem.start.copy()
    data = problem.X, problem.Y, problem.order, problem.starts
    sums = run_batches(found, *data, Update(0.001, momentum=0.9), loss, reduction="sum", road=road)
    means = run_batches(expected, *data, Update(0.016, momentum=0.9), loss, road=road)
    assert sums == pytest.approx(16 * means, rel=1e-12)
    assert_close(Parameters(found.weight, found.bias), Parameters(expected.weight, expected.bias), "float64")


def test_no_batch_changes_nothing(road, made_up):
    problem = made_up()
    found = problem.start.copy()
    none = np.array([0], dtype=np.int64)
    losses = run_batches(found, problem.X, problem.Y, problem.order, none, Update(0.1, momentum=0.9), road=road)
    assert losses.tolist() == []
    assert found.weight.tolist() == problem.start.weight.tolist()
    assert found.weight_velocity is None


def test_an_empty_batch_steps_by_its_velocity_alone(road, made_up, torch_descent):
    problem = made_up()
    problem.starts = np.array([0, 5, 5, 10], dtype=np.int64)
    found = problem.start.copy()
    update = Update(0.02, momentum=0.9)
    losses = run_batches(found, problem.X, problem.Y, problem.order, problem.starts, update, road=road)
    assert np.isnan(losses).tolist() == [False, True, False]
    expected, _losses = torch_descent(problem, update, MSE)
    assert_close(found, expected, "float64")


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_numbers_without_bound_go_on_as_in_pytorch(dtype, road, made_up, torch_descent):
    problem = made_up(dtype=dtype, epochs=400)
    found = problem.start.copy()
    losses = run_batches(found, problem.X, problem.Y, problem.order, problem.starts, Update(10.0), road=road)
    expected, expected_losses = torch_descent(problem, Update(10.0), MSE)
    assert not np.isfinite(losses[-1])
    assert np.isnan(found.weight).tolist() == np.isnan(expected.weight).tolist()
    # The kernel's sums are float64, and so overflow up to one batch later than float32's.
    later = np.isfinite(losses).sum() - np.isfinite(expected_losses).sum()
    assert later in ((0, 1) if dtype == "float32" else (0,))


def test_nan_in_a_row_reaches_the_parameters(road, made_up):
    problem = made_up()
    problem.X[4, 1] = np.nan
    found = problem.start.copy()
    run_batches(found, problem.X, problem.Y, problem.order, problem.starts, Update(0.1), road=road)
    assert np.isnan(found.weight).all()


@pytest.mark.parametrize("row", [-1, 23])
def test_a_row_that_is_not_there(row, road, made_up):
    problem = made_up()
    problem.order[7] = row
    with pytest.raises(IndexError, match="there are 23"):
        run_batches(problem.start, problem.X, problem.Y, problem.order, problem.starts, Update(0.1), road=road)


@pytest.mark.parametrize("starts", [[0, 5, 3], [-1, 5], [0, 1000]])
def test_batches_outside_of_the_order(starts, road, made_up):
    problem = made_up()
    with pytest.raises(IndexError, match="must rise"):
        run_batches(problem.start, problem.X, problem.Y, problem.order, np.array(starts), Update(0.1), road=road)


def test_inputs_may_be_read_only(road, made_up):
    problem = made_up()
    for array in (problem.X, problem.Y, problem.order, problem.starts):
        array.flags.writeable = False
    found = Parameters(np.zeros((2, 3)), np.zeros(2))
    assert run_batches(found, problem.X, problem.Y, problem.order, problem.starts, Update(0.1), road=road)[-1] < 1
