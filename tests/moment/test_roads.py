"""NumPy and the compiled kernel give the same statistic, and no number of threads shows in it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from reta.moment import Moments
from reta.moment import road as choice
from reta.moment.rows import arrays_side_by_side

# Both sum n ≤ 10,000 products in lanes and blocks: far fewer than n roundings of 1.1e-16 in a row.
ROADS = 2e-14

KINDS = {
    "rows": lambda a: a,
    "columns": np.asfortranarray,
    "float32": lambda a: a.astype(np.float32),
    "integers": lambda a: (8 * a).astype(np.int64),
    "booleans": lambda a: a > 0,
    "every second row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "part of wider rows": lambda a: np.concatenate([a, a], axis=1)[:, : a.shape[1]],
    "big-endian": lambda a: a.astype(">f8"),
    "float16": lambda a: a.astype(np.float16),
}


def data(n, p, k, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.logspace(-3, 3, p) + np.linspace(-100, 100, p)
    return X, rng.normal(size=(n, k)) + 7


def by(road, X, Y, weights=None, threads=None):
    empty = Moments.empty([f"x{j}" for j in range(X.shape[1])], [f"y{j}" for j in range(Y.shape[1])])
    return empty.of_rows(arrays_side_by_side(X, Y, weights), road=road, threads=threads)


def assert_agree(a, b):
    spread = np.sqrt(np.diagonal(b.scatter))
    assert (a.n_samples, a.names) == (b.n_samples, b.names)
    assert a.weight_sum == pytest.approx(b.weight_sum, rel=ROADS)
    assert a.log_weight_sum == pytest.approx(b.log_weight_sum, rel=ROADS)
    np.testing.assert_array_equal(a.minimum, b.minimum)
    np.testing.assert_array_equal(a.maximum, b.maximum)
    assert (abs(a.scatter - b.scatter) <= ROADS * np.outer(spread, spread)).all()
    assert (abs(a.mean - b.mean + (a.mean_low - b.mean_low)) <= ROADS * spread).all()
    np.testing.assert_array_equal(a.scatter, a.scatter.T)


@pytest.mark.parametrize(("p", "k"), [(1, 0), (1, 1), (2, 1), (3, 2), (4, 1), (5, 5), (8, 2), (29, 4)])
@pytest.mark.parametrize("n", [1, 2, 255, 256, 257, 10_000])
def test_the_kernel_agrees_with_numpy(n, p, k):
    X, Y = data(n, p, k)
    assert_agree(by("compiled", X, Y), by("numpy", X, Y))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_array_counts_as_its_float64_values(kind):
    X, Y = data(1000, 5, 2)
    X, Y = KINDS[kind](X), KINDS[kind](Y)
    wanted = by("numpy", np.array(X, dtype=np.float64, order="C"), np.array(Y, dtype=np.float64, order="C"))
    assert_agree(by("compiled", X, Y), wanted)
    assert_agree(by("numpy", X, Y), wanted)


@pytest.mark.parametrize("zeros", [False, True])
def test_weights_on_both_roads(zeros):
    X, Y = data(5000, 3, 1)
    weights = np.random.default_rng(1).uniform(0.5, 2, size=5000)
    if zeros:
        weights[::3] = 0
        X[::3] = np.nan
    assert_agree(by("compiled", X, Y, weights), by("numpy", X, Y, weights))
    kept = weights > 0
    assert_agree(by("numpy", X, Y, weights), by("numpy", X[kept], Y[kept], weights[kept]))
    assert by("numpy", X, Y, weights).log_weight_sum == pytest.approx(np.log(weights[kept]).sum(), rel=ROADS)


@pytest.mark.parametrize("weighted", [False, True])
def test_any_number_of_threads_gives_the_same_bits(weighted, monkeypatch):
    monkeypatch.setattr("reta.moment.partition._PART_CELLS", 5 * 512)
    X, Y = data(10_000, 4, 1)
    weights = np.random.default_rng(2).uniform(size=10_000) if weighted else None
    alone = by("compiled", X, Y, weights, threads=1)
    for threads in (2, 3, 16):
        assert by("compiled", X, Y, weights, threads=threads) == alone


def test_any_number_of_blas_threads_gives_the_same_bits():
    script = (
        "import hashlib, numpy as np; from reta.moment import Moments\n"
        "X = np.random.default_rng(0).normal(size=(3000, 70)); m = Moments.from_arrays(X)\n"
        "print(hashlib.sha256(m.scatter.tobytes() + m.mean.tobytes()).hexdigest())"
    )
    digests = set()
    for threads in "123":
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        run = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout)
    assert len(digests) == 1
    assert len(digests.pop().strip()) == hashlib.sha256().digest_size * 2


@pytest.mark.parametrize(
    ("n", "q", "road"),
    [
        (15, 5, "numpy"),
        (choice.COMPILED_FROM_CELLS // 8 - 1, 8, "numpy"),
        (choice.COMPILED_FROM_CELLS // 8, 8, "compiled"),
        (choice.COMPILED_FROM_CELLS // 256, 256, "compiled"),
        (choice.COMPILED_FROM_CELLS // 256, 257, "numpy"),
    ],
)
def test_size_alone_chooses_the_road(n, q, road):
    X = np.broadcast_to(np.float64(0), (n, q))
    assert choice.road_by_size(*X.shape) == road


def test_a_nan_stays_in_its_column_on_both_roads():
    X, Y = data(600, 4, 1)
    X[300, 1], X[5, 2] = np.nan, np.inf
    for road in ("numpy", "compiled"):
        m = by(road, X, Y)
        broken = np.array([False, True, True, False, False])
        np.testing.assert_array_equal(~np.isfinite(np.diagonal(m.scatter)), broken)
        np.testing.assert_array_equal(~np.isfinite(m.mean), broken)
        assert np.isfinite(m.scatter[np.ix_(~broken, ~broken)]).all()
        assert np.isfinite(m.minimum[~broken]).all()


def test_a_nan_among_equal_values_is_no_constant_column():
    X = np.full((600, 2), 5.0)
    X[400, 0] = np.nan
    for road in ("numpy", "compiled"):
        m = by(road, X, np.empty((600, 0)))
        assert np.isnan(m.scatter[0, 0])
        assert m.scatter[1, 1] == 0
        assert np.isnan(m.minimum[0])


def test_a_misleading_sample_costs_a_second_pass_and_no_digits():
    n = 50_000
    index = np.random.default_rng(0).permutation(n)
    X = (index[:, None] % 7).astype(float)
    sampled = ((np.arange(1, 65) * 0.6180339887498949 % 1) * n).astype(int)
    X[sampled] = 1e8
    exact = Moments.from_arrays(np.sort(X, axis=0))
    for road in ("numpy", "compiled"):
        assert_agree(by(road, X, np.empty((n, 0))), exact.renamed({}))


def test_without_a_folder_for_compiled_code_the_kernel_works_all_the_same(tmp_path):
    script = (
        "import numpy as np; from reta.moment import Moments; from reta.moment.rows import arrays_side_by_side as r\n"
        "m = Moments.empty(['a']).of_rows(r(np.arange(9.0)[:, None], None, None), road='compiled'); print(m.mean[0])"
    )
    nowhere = tmp_path / "a file, not a folder"
    nowhere.touch()
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(nowhere / "cache"),
        "NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator",
    }
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (run.stdout, run.stderr) == ("4.0\n", "")
