"""Tables with a planted truth, and models of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import reta
from reta import LinearModel

SEED = 20
ROWS = 60
COEF = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]])
INTERCEPT = np.array([4.0, -7.0])


@pytest.fixture
def frame() -> pl.DataFrame:
    """Two targets of three features, with noise."""
    rng = np.random.default_rng(SEED)
    X = rng.normal(size=(ROWS, 3)) * [1.0, 5.0, 0.2] + [3.0, 100.0, 0.0]
    Y = X @ COEF.T + INTERCEPT + rng.normal(scale=0.3, size=(ROWS, 2))
    return pl.DataFrame(np.hstack([X, Y]), schema=["a", "b", "c", "y", "z"])


@pytest.fixture
def model(frame: pl.DataFrame) -> LinearModel:
    return reta.fit(frame, targets=["y", "z"])


@pytest.fixture
def regions() -> pl.DataFrame:
    """One target of a number and three regions, without noise: y = 2·a + {north: 1, south: 4, west: −2}."""
    region = ["south", "north", "west", "south", "north", "west", "south", "north"]
    a = [1.0, 2.5, 3.0, 4.0, 6.0, 7.0, 8.5, 9.0]
    effect = {"north": 1.0, "south": 4.0, "west": -2.0}
    noise = [0.01, -0.02, 0.01, 0.0, 0.01, -0.01, -0.01, 0.01]
    y = [2 * x + effect[r] + e for x, r, e in zip(a, region, noise, strict=True)]
    return pl.DataFrame({"region": region, "a": a, "y": y})
