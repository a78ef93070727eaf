"""NumPy and the kernel add in one order: equal bits, whatever the work is."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reta.descent import Loss, Parameters, Update, numpy_road, run_batches
from reta.descent.lanes import stacked

WIDTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 40]
LOSSES = [Loss("mse"), Loss("huber", 0.3), Loss("absolute"), Loss("quantile", 0.85)]

updates = st.builds(
    Update,
    lr=st.sampled_from([1e-4, 0.01, 0.3, 3.0]),
    momentum=st.sampled_from([0.0, 0.5, 0.9]),
    dampening=st.sampled_from([0.0, 0.3, 1.0]),
    weight_decay=st.sampled_from([0.0, 0.1]),
    nesterov=st.booleans(),
    maximize=st.booleans(),
)


@st.composite
def problems(draw):
    """Return rows, batches, a start and what else ``run_batches`` takes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    dtype, n = draw(st.sampled_from(["float64", "float32"])), draw(st.integers(1, 40) | st.just(3000))
    p, k = draw(st.sampled_from(WIDTHS)), draw(st.sampled_from([1, 2, 3, 9]))
    X, Y = rng.normal(size=(n, p)) * 10.0 ** rng.integers(-3, 4, size=p), rng.normal(size=(n, k))
    odd = draw(st.sampled_from(["plain", "whole numbers", "NaN", "huge"]))
    if odd == "whole numbers":
        X, Y = np.round(X), np.round(Y)
    elif odd == "NaN":
        X[rng.integers(n)] = np.nan
    elif odd == "huge":
        X *= 1e30
    order = np.concatenate([rng.permutation(n) for _ in range(draw(st.integers(1, 3)))])
    starts = np.append(np.arange(0, len(order), draw(st.integers(1, n + 2))), len(order))
    if draw(st.booleans()):
        starts = np.sort(np.append(starts, rng.choice(starts, 2)))  # some batches are empty
    bias = draw(st.booleans())
    start = Parameters(rng.normal(size=(k, p)).astype(dtype), rng.normal(size=k).astype(dtype) if bias else None)
    if draw(st.booleans()):
        start.weight_velocity = rng.normal(size=(k, p)).astype(dtype)
    options = {
        "loss": draw(st.sampled_from(LOSSES)),
        "row_weights": rng.uniform(0, 2, size=n) if draw(st.booleans()) else None,
        "bias_update": draw(st.none() | updates),
        "reduction": draw(st.sampled_from(["mean", "sum"])),
    }
    return start, (X.astype(dtype), Y.astype(dtype), order, starts, draw(updates)), options


def run(problem, road):
    start, data, options = problem
    found = start.copy()
    losses = run_batches(found, *data, **options, road=road)
    return [losses, found.weight, found.bias, found.weight_velocity, found.bias_velocity]


@settings(max_examples=400)
@given(problem=problems())
def test_numpy_and_the_kernel_come_to_the_same_bits(problem):
    for ours, theirs in zip(run(problem, "numpy"), run(problem, "compiled"), strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)
            there = ~np.isnan(ours)
            assert (np.signbit(ours) == np.signbit(theirs))[there].all()


@pytest.mark.parametrize(("n_features", "bias", "width"), [(3, True, 4), (4, False, 4), (4, True, 8), (17, True, 24)])
def test_as_wide_as_whole_lanes(n_features, bias, width):
    parameters = Parameters(np.ones((2, n_features)), np.full(2, 5.0) if bias else None)
    stack = stacked(parameters, np.float64)
    assert stack.theta.shape == stack.velocity.shape == (2, width)
    assert stack.theta.tolist() == [[1.0] * n_features + [5.0] * bias + [0.0] * (width - n_features - bias)] * 2


def test_blocks_of_rows_change_no_bit(made_up, monkeypatch):
    problem = made_up(n=500, p=20, batch_size=300)
    data = problem.X, problem.Y, problem.order, problem.starts, Update(0.02, momentum=0.9)
    at_once, in_blocks = problem.start.copy(), problem.start.copy()
    losses = run_batches(at_once, *data, road="numpy")
    monkeypatch.setattr(numpy_road, "_BLOCK", 7 * 2 * 24)
    monkeypatch.setattr(numpy_road, "_GATHERED", 10 * 24)
    assert run_batches(in_blocks, *data, road="numpy").tolist() == losses.tolist()
    assert in_blocks.weight.tolist() == at_once.weight.tolist()


SCRIPT = """
import hashlib, sys, numpy as np
from reta.descent import Parameters, Update, run_batches
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(4000, 60)), rng.normal(size=(4000, 40))
found = Parameters(np.zeros((40, 60)), np.zeros(40))
run_batches(found, X, Y, np.arange(4000), np.arange(0, 4001, 1000), Update(0.1, momentum=0.9), road=sys.argv[1])
print(hashlib.sha256(found.weight.tobytes()).hexdigest())
"""


def digest(road, **environment):
    command = [sys.executable, "-c", SCRIPT, road]
    run = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True)
    return run.stdout


@pytest.mark.parametrize("road", ["numpy", "blas"])
def test_any_number_of_blas_threads_gives_the_same_bits(road):
    one, two = (digest(road, OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads) for threads in "12")
    assert one == two


def test_code_for_any_processor_gives_the_same_bits(tmp_path):
    plainest = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert digest("compiled", **plainest) == digest("numpy")
