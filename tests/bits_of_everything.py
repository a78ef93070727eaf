"""All that reta computes on two tables, one of them wide, as hashes: for tests that compare bits."""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import reta

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 11
NARROW, WIDE = (20_000, 12), (3_000, 130)  # tall and wide enough for OpenBLAS to share out, were it let
TARGETS = ("u", "v")


def table(shape: tuple[int, int]) -> pl.DataFrame:
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
        return {name: _hash(value) for name, value in _answers(table(shape))}


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
