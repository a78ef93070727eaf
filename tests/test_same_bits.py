"""The same source gives the same bits, whatever the number of threads and cores; other processors, the same digits."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

sys.path.append(str(Path(__file__).parent))  # what it compares
from bits_of_everything import NARROW, WIDE, hashes

SEED = 8
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
