"""Random models on the same rows from everywhere: every answer has the same bits."""

from __future__ import annotations

import gzip
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import reta
from reta.errors import RetaError, RetaWarning

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG = 70_000  # more than a batch
CASES = range(14)
QUESTIONS: dict[str, Callable[[reta.LinearModel, Any], Any]] = {
    "predict": lambda model, rows: model.predict(rows),
    "intervals": lambda model, rows: model.predict(rows, interval=0.9),
    "evaluate": lambda model, rows: model.evaluate(rows),
    "augment": lambda model, rows: model.augment(rows),
    "diagnose": lambda model, rows: model.diagnose(rows),
}


def made_up(random: np.random.Generator, n: int, p: int, k: int) -> pl.DataFrame:
    """Columns of any size and place, levels, weights of which some are zero, and gaps in the first column."""
    X = random.normal(size=(n, p)) * 10.0 ** random.integers(-2, 3, p) + 10.0 ** random.integers(-1, 4, p)
    Y = X @ random.normal(size=(p, k)) + random.normal(size=(n, k))
    frame = pl.DataFrame(np.hstack([X, Y]), schema=[*(f"x{j}" for j in range(p)), *(f"y{j}" for j in range(k))])
    return frame.with_columns(
        g=pl.Series([f"level {level}" for level in random.integers(0, 3, n)]),
        w=pl.Series(random.uniform(0.0, 3.0, n).round(3) * (random.random(n) > 0.15)),
    )


def fitted(random: np.random.Generator, frame: pl.DataFrame, p: int, k: int, missing: str) -> reta.LinearModel:
    """A model of columns or of a formula, weighted or not, with or without intercept."""
    targets, others = [f"y{j}" for j in range(k)], [f"x{j}" for j in range(p)]
    weights = "w" if random.random() < 0.5 else None
    if random.random() < 0.5:
        first = random.choice(["poly(x0, 3)", "x0 + I(x0**2)", "x0*C(g)"])
        intercept = " - 1" if random.random() < 0.3 else ""
        formula = f"{' + '.join(targets)} ~ {' + '.join([first, *others[1:]])}{intercept}"
        return reta.fit(frame, formula=formula, weights=weights, missing=missing)
    return reta.fit(
        frame,
        targets=targets,
        features=[*others, "g"],
        categorical=["g"],
        weights=weights,
        fit_intercept=bool(random.random() < 0.7),
        missing=missing,
    )


def sources(frame: pl.DataFrame, folder: Path) -> dict[str, Any]:
    third = frame.height // 3
    frame.write_csv(folder / "rows.csv")
    (folder / "rows.csv.gz").write_bytes(gzip.compress((folder / "rows.csv").read_bytes(), 1))
    frame.write_parquet(folder / "rows.parquet", row_group_size=max(1, third))
    frame.write_ipc(folder / "rows.arrow")
    frame.write_ndjson(folder / "rows.ndjson")
    frame[:third].write_csv(folder / "part1.csv")
    frame[third:].write_csv(folder / "part2.csv")
    return {
        "lazy": frame.lazy(),
        "pandas": frame.to_pandas(),
        "pyarrow": frame.to_arrow(),
        "parts": [folder / "part1.csv", folder / "part2.csv"],
        **{name: folder / f"rows.{name}" for name in ("csv", "csv.gz", "parquet", "arrow", "ndjson")},
    }


def answer(question: str, model: reta.LinearModel, rows: Any) -> pl.DataFrame | str:
    """Return the answer as a Polars frame, or the kind of error."""
    try:
        found = QUESTIONS[question](model, rows)
    except RetaError as error:
        return type(error).__name__
    if isinstance(found, pd.DataFrame):
        found = pl.DataFrame({name: found[name].to_numpy() for name in found.columns})
    frame = pl.DataFrame(found) if isinstance(found, pa.Table) else found
    return frame.with_columns(pl.selectors.numeric().cast(pl.Float64)).with_columns(pl.selectors.float().fill_nan(None))


@pytest.mark.parametrize("seed", CASES)
def test_every_source_gives_the_same_bits(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    n, p, k = (LONG if seed == CASES[-1] else int(random.choice([12, 60, 700]))), *random.integers(1, 4, 2).tolist()
    missing = str(random.choice(["error", "drop", "mean"]))
    frame = made_up(random, n, p, k)
    gappy = frame.with_columns(x0=pl.when(pl.int_range(n) % 7 == 3).then(None).otherwise("x0"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        model = fitted(random, frame if missing == "error" else gappy, p, k, missing)
        rows = gappy if seed % 2 else frame
        everywhere = sources(rows, tmp_path)
        for question in QUESTIONS:
            expected = answer(question, model, rows)
            for name, source in everywhere.items():
                found = answer(question, model, source)
                if isinstance(expected, str) or isinstance(found, str):
                    assert found == expected, (question, name)
                else:
                    names = [column for column in expected.columns if column not in rows.columns]
                    assert found.select(names).equals(expected.select(names)), (question, name)
