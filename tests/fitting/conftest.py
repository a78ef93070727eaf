"""A table of three features, two targets and regions."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

SEED = 3


@pytest.fixture
def frame() -> pl.DataFrame:
    rng = np.random.default_rng(SEED)
    X = rng.normal(size=(200, 3))
    Y = X @ np.array([[1.0, 2.0], [-1.0, 0.5], [0.3, 3.0]]) + rng.normal(size=(200, 2)) + 5
    region = rng.choice(["n", "s", "w"], 200)
    return pl.DataFrame(np.hstack([X, Y]), schema=["a", "b", "c", "y", "z"]).with_columns(region=region)
