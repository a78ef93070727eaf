"""What does a second look at the rows cost, beside the first?

``reta.fit`` of a Parquet file, and on the same file ``model.diagnose`` and every robust covariance, each a pass over
all rows; in turn in one process, after a first call of each on a few rows that loads what it needs. statsmodels, for
one target in memory, on as many rows as ``--peer-rows`` says.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import statsmodels.api as sm
from statsmodels.stats.diagnostic import het_breuschpagan, het_white, linear_reset
from statsmodels.stats.outliers_influence import OLSInfluence
from statsmodels.stats.stattools import durbin_watson, jarque_bera

import reta
from _side_by_side import machine, seconds
from reta.errors import RetaWarning
from reta.model.robust import CovarianceChoice, with_covariance
from reta.tables import open_table

if TYPE_CHECKING:
    from collections.abc import Callable

FEATURES, TARGETS = 8, ["y0", "y1"]
ASKED = 6.0
CHOICES = {
    "HC0": CovarianceChoice("HC0"),
    "HC3": CovarianceChoice("HC3"),
    "clusters": CovarianceChoice("cluster", cluster="village"),
    "Newey-West": CovarianceChoice("newey_west"),
}
PART = 500_000


def table(rows: int, seed: int) -> pl.DataFrame:
    """Return 8 features about 3, 2 targets whose spread follows the first, and the villages that rows belong to."""
    rng = np.random.default_rng(seed)
    X = rng.normal(3.0, 1.0, size=(rows, FEATURES))
    noise = rng.normal(size=(rows, len(TARGETS))) * (1.0 + np.abs(X[:, :1]))
    Y = X @ rng.normal(size=(FEATURES, len(TARGETS))) + noise
    frame = pl.DataFrame(np.hstack([X, Y]), schema=[*(f"x{j}" for j in range(FEATURES)), *TARGETS])
    return frame.with_columns(village=pl.Series(rng.integers(0, 1_000, rows)))


def calls(path: Path, model: reta.LinearModel) -> dict[str, Callable[[], object]]:
    """Return what reta does with the file."""
    features = list(model.feature_names)
    return {
        "fit": lambda: reta.fit(path, targets=TARGETS, features=features),
        "diagnose": lambda: model.diagnose(path),
        **{
            name: lambda choice=choice: with_covariance(model, open_table(path), choice)
            for name, choice in CHOICES.items()
        },
    }


def peer(frame: pl.DataFrame) -> None:
    """Do by statsmodels what ``diagnose`` does, for one target."""
    exog = sm.add_constant(frame.select(f"x{j}" for j in range(FEATURES)).to_numpy())
    fit = sm.OLS(frame["y0"].to_numpy(), exog).fit()
    het_breuschpagan(fit.resid, exog)
    het_white(fit.resid, exog)
    linear_reset(fit, power=3, use_f=True)
    durbin_watson(fit.resid)
    jarque_bera(fit.resid)
    influence = OLSInfluence(fit)
    np.square(influence.resid_press).sum()
    np.argsort(influence.cooks_distance[0])[-5:]


def main() -> None:
    """Print ratios first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=8_000_000)
    parser.add_argument("--peer-rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    warnings.simplefilter("ignore", RetaWarning)
    with tempfile.TemporaryDirectory() as folder:
        path, short = Path(folder, "data.parquet"), Path(folder, "short.parquet")
        starts = range(0, asked.rows, PART)
        pl.concat([pl.LazyFrame(table(min(PART, asked.rows - start), start)) for start in starts]).sink_parquet(path)
        table(1_000, 0).write_parquet(short)
        features = [f"x{j}" for j in range(FEATURES)]
        for call in calls(short, reta.fit(short, targets=TARGETS, features=features)).values():
            call()
        contenders = calls(path, reta.fit(path, targets=TARGETS, features=features))
        runs: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(asked.rounds):
            for name, call in contenders.items():
                runs[name].append(seconds(call))
        frame = table(asked.peer_rows, 0)
        model = reta.fit(frame, targets=["y0"], features=features)
        ours, theirs = seconds(lambda: model.diagnose(frame)), seconds(lambda: peer(frame))
    medians = {name: statistics.median(all_) for name, all_ in runs.items()}
    for name, median in medians.items():
        if name != "fit":
            print(f"{median / medians['fit']:6.2f} x fit (asked: at most {ASKED:g})  {name}: {median:.2f} s")
    print(f"{theirs / ours:6.1f} x as long, statsmodels' tests of one target, {asked.peer_rows:,} rows in memory")
    shape = f"{asked.rows:,} Parquet rows x {FEATURES + len(TARGETS)} columns, {len(TARGETS)} targets"
    print(f"fit {medians['fit']:.2f} s; {shape}; medians of {asked.rounds}")
    print(machine("reta", "polars", "numpy", "statsmodels"))


if __name__ == "__main__":
    main()
