"""The same source gives the same bits, whatever the number of threads and cores; other processors, the same digits."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

import reta

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 8
NARROW, WIDE = (20_000, 12), (3_000, 130)  # tall and wide enough for OpenBLAS to share out, were it let
TARGETS = ("u", "v")
ROWS = 200_000
SAME_DIGITS = 1e-13  # ten times the rounding of the digits that a fit of these rows claims
SCRIPT = """
import json, os, sys
cores = int(sys.argv[1])
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
import numpy as np, polars as pl, reta
assert pl.thread_pool_size() == cores
frame = pl.read_parquet(sys.argv[2])
values = np.tile(frame.to_numpy(), (20, 1))
models = [reta.fit(source, targets=["y"]) for source in (sys.argv[2], sys.argv[3], frame)]
models.append(reta.fit((values[:, :5], values[:, 5])))
print(json.dumps([[m.provenance.fingerprint, m.coef_.tolist(), m.intercept_.tolist()] for m in models]))
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    rng = np.random.default_rng(SEED)
    values = rng.normal(size=(ROWS, 6)) * [1, 10, 100, 1e-3, 1e3, 1] + [0, 1e3, 0, 5, -1e5, 7]
    frame = pl.DataFrame(values, schema=["a", "b", "c", "d", "e", "y"])
    folder = tmp_path_factory.mktemp("bits")
    frame.write_parquet(folder / "d.parquet", row_group_size=30_000)
    frame.write_csv(folder / "d.csv")
    return [str(folder / "d.parquet"), str(folder / "d.csv")]


def fits(cores: int, files: list[str], **environment: str) -> list[list[object]]:
    limits = {"POLARS_MAX_THREADS": str(cores), "OPENBLAS_NUM_THREADS": str(cores)}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(cores), *files],
        capture_output=True,
        text=True,
        env={**os.environ, **limits, **environment},
        check=True,
    )
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def alone(files: list[str]) -> list[list[object]]:
    """Fits on one core."""
    return fits(1, files)


def test_one_core_and_all_cores_give_the_same_bits(files: list[str], alone: list[list[object]]) -> None:
    together = fits(min(2, os.cpu_count() or 1), files)
    assert alone == together
    parquet, csv, frame, arrays = (fingerprint for fingerprint, *_ in alone)
    assert parquet == csv == frame != arrays


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="the kernels named here are those of x86-64")
@pytest.mark.parametrize("kernel", ["Haswell", "Prescott"])
def test_other_processors_give_the_same_digits(files: list[str], alone: list[list[object]], kernel: str) -> None:
    elsewhere = fits(1, files, OPENBLAS_CORETYPE=kernel)
    for (_, *here), (_, *there) in zip(alone, elsewhere, strict=True):
        for mine, other in zip(here, there, strict=True):
            np.testing.assert_allclose(mine, other, rtol=SAME_DIGITS)


@pytest.mark.parametrize("shape", [NARROW, WIDE], ids=["narrow", "wide"])
def test_no_answer_depends_on_how_many_threads_blas_may_use(shape: tuple[int, int]) -> None:
    with threadpool_limits(1, user_api="blas"):
        one = hashes(shape)
    with threadpool_limits(3, user_api="blas"):
        three = hashes(shape)
    assert {name for name in one if one[name] != three[name]} == set()


def _table(shape: tuple[int, int]) -> pl.DataFrame:
    """Rows of related columns, and two targets of them."""
    n, p = shape
    rng = np.random.default_rng(SEED)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + 3.0
    Y = X @ rng.normal(size=(p, 2)) + rng.normal(size=(n, 2)) * (1.0 + 0.1 * np.abs(X[:, :1]))
    names = [f"x{j}" for j in range(p)]
    return pl.DataFrame(np.column_stack([X, Y]), schema=[*names, *TARGETS])


def hashes(shape: tuple[int, int]) -> dict[str, str]:
    """Return a hash of every answer to a question about the table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", reta.errors.RetaWarning)
        return {name: _hash(value) for name, value in _answers(_table(shape))}


def _answers(frame: pl.DataFrame) -> Iterator[tuple[str, Any]]:
    targets, names = list(TARGETS), [name for name in frame.columns if name not in TARGETS]
    X, Y = frame.select(names).to_numpy(), frame.select(targets).to_numpy()
    yield from _of_model("frame", reta.fit(frame, targets=targets), frame)
    model = reta.fit(X, Y, covariance="HC3")
    yield from _of_model("arrays", model, None)
    yield "predicted arrays", model.predict(X)
    yield "intervals", [getattr(model.predict(X, interval=0.9), part) for part in ("lower", "upper")]
    for extended in (False, True):
        moments = reta.Moments.from_arrays(X, Y, extended=extended)
        yield f"moments, {extended=}", (moments.mean, moments.scatter, moments.scatter_low)
        yield f"of moments, {extended=}", reta.fit(moments).coef_
    path = reta.trajectory(X, Y, standardize=True)
    yield "trajectory", (*path.at([3, 100]), *path.gradient([3, 100]), path.loss([3, 100]), path.best_lr)
    for batch_size in (None, len(X) // 2):
        run = reta.descend(frame, targets=targets, epochs=3, batch_size=batch_size, loss="huber")
        yield f"descent, {batch_size=}", (run.model.coef_, run.model.intercept_, run.history.to_numpy())


def _of_model(name: str, model: reta.LinearModel, frame: pl.DataFrame | None) -> Iterator[tuple[str, Any]]:
    yield f"{name}: model", (model.coef_, model.intercept_, model.residual_covariance, model.digits_trusted)
    yield f"{name}: tidy", model.tidy().drop("target", "term").to_numpy()
    yield f"{name}: glance", model.glance().drop("target").to_numpy()
    yield f"{name}: covariance", model.coefficient_covariance(model.target_names[0])
    yield f"{name}: test", model.test().drop("target").to_numpy()
    yield f"{name}: multivariate", model.multivariate_test().drop("test").to_numpy()
    yield f"{name}: collinearity", model.collinearity()["vif"].to_numpy()
    yield f"{name}: condition", model.condition_indices()["variance_proportion"].to_numpy()
    if frame is not None:
        region = model.prediction_region(frame)
        yield f"{name}: region", (region.centers, region.shape, region.radius)
        yield f"{name}: predicted", model.predict(frame, interval=0.9).to_numpy()
        yield f"{name}: evaluated", model.evaluate(frame).drop("target").to_numpy()
        yield f"{name}: diagnosed", model.diagnose(frame)["statistic"].to_numpy()
        augmented = model.augment(frame.head(500))
        yield f"{name}: augmented", augmented.select("fitted", "leverage", "cooks_distance", "dffits").to_numpy()


def _hash(value: Any) -> str:
    arrays = value if isinstance(value, (tuple, list)) else (value,)
    bits = hashlib.sha256()
    for array in arrays:
        bits.update(np.ascontiguousarray(np.asarray(array, dtype=np.float64)).tobytes())
    return bits.hexdigest()[:16]
