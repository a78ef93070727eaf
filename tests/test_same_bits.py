"""The same source gives the same bits, whatever the number of threads and cores."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest

SEED = 8
ROWS = 200_000
SCRIPT = """
import os, sys
cores = int(sys.argv[1])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
import numpy as np, polars as pl, reta
assert pl.thread_pool_size() == cores
frame = pl.read_parquet(sys.argv[2])
for source in (sys.argv[2], sys.argv[3], frame):
    print(reta.fit(source, targets=["y"]).provenance.fingerprint)
values = np.tile(frame.to_numpy(), (20, 1))
print(reta.fit((values[:, :5], values[:, 5])).provenance.fingerprint)
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


def fingerprints(cores: int, files: list[str]) -> list[str]:
    environment = {**os.environ, "POLARS_MAX_THREADS": str(cores), "OPENBLAS_NUM_THREADS": str(cores)}
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(cores), *files], capture_output=True, text=True, env=environment, check=True
    )
    return ran.stdout.split()


def test_one_core_and_all_cores_give_the_same_bits(files: list[str]) -> None:
    alone = fingerprints(1, files)
    together = fingerprints(min(2, len(os.sched_getaffinity(0))), files)
    assert alone == together
    parquet, csv, frame, arrays = alone
    assert parquet == csv == frame != arrays
