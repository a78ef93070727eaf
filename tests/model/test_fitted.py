"""Predictions against exact arithmetic: powers that cancel, columns far from zero, and every road to a fitted value."""

from __future__ import annotations

import json
import warnings
from fractions import Fraction

import mpmath
import numpy as np
import polars as pl
import pytest

import reta
from reta.errors import RetaWarning

LAST_PLACES = 2.0  # units in the last place, of fitted values in pairs rounded once, and of a solution in pairs
PLAIN_SUM = 1e-15  # relative and absolute; levels are added in float64
SEED = 5


def problem(reference, name: str) -> tuple[pl.DataFrame, int]:
    found = json.loads((reference / "nist" / f"{name}.json").read_text())
    x, y = ([float(cell) for cell in found[column]] for column in "xy")
    return pl.DataFrame({"x": x, "y": y}), found["poly_degree"]


def polynomial(frame: pl.DataFrame, degree: int) -> reta.LinearModel:
    """Fit; some of the problems move together almost exactly or are reproduced to rounding, and reta says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetaWarning)
        return reta.fit(frame, formula=f"y ~ poly(x, {degree})")


def exactly_fitted(x: pl.Series, y: pl.Series, degree: int) -> list[mpmath.mpf]:
    """Return the least-squares polynomial at x, in 100 digits."""
    with mpmath.workdps(100):
        X = mpmath.matrix([[mpmath.mpf(value) ** power for power in range(degree + 1)] for value in x])
        return list(X * mpmath.lu_solve(X.T * X, X.T * mpmath.matrix(y.to_list())))


def last_places(found: np.ndarray, exact: list[mpmath.mpf]) -> float:
    with mpmath.workdps(100):
        off = [abs(float(mpmath.mpf(float(a)) - b)) for a, b in zip(found, exact, strict=True)]
    return float(np.max(off / np.spacing(np.abs([float(b) for b in exact]))))


@pytest.mark.parametrize("name", ["Filip", "Wampler1", "Wampler4", "Wampler5", "Pontius"])
def test_certified_polynomials_are_fitted_to_the_last_digit(reference, name):
    frame, degree = problem(reference, name)
    model = polynomial(frame, degree)
    exact = exactly_fitted(frame["x"], frame["y"], degree)
    assert last_places(model.predict(frame)["y"].to_numpy(), exact) <= LAST_PLACES


def test_all_roads_give_the_same_fitted_values(reference, tmp_path):
    frame, degree = problem(reference, "Filip")
    model = polynomial(frame, degree)
    expected = model.predict(frame)["y"].to_numpy()
    model.save(tmp_path / "m.reta.json")
    np.testing.assert_array_equal(reta.load(tmp_path / "m.reta.json").predict(frame)["y"], expected)
    augmented = model.augment(frame)
    np.testing.assert_array_equal(augmented["fitted"], expected)
    np.testing.assert_array_equal(augmented["residual"], frame["y"].to_numpy() - expected)
    np.testing.assert_array_equal(model.prediction_region(frame).centers[:, 0], expected)
    rmse = model.evaluate(frame)["rmse"][0]
    assert rmse == pytest.approx(float(np.sqrt(np.mean((frame["y"].to_numpy() - expected) ** 2))), rel=1e-14)


def test_polynomials_beside_levels_and_interactions():
    random = np.random.default_rng(SEED)
    n = 60
    frame = pl.DataFrame(
        {"x": random.normal(size=n) + 50.0, "z": random.normal(size=n), "g": ["a", "b", "c"] * (n // 3)}
    )
    frame = frame.with_columns(
        y=pl.col("x") ** 2 + pl.col("z") * pl.col("x") + random.normal(size=n), w=random.normal(size=n)
    )
    model = reta.fit(frame, formula="y + w ~ g + z + poly(x, 3) + poly(x, 2):z")
    terms = [Fraction(1)] * n, *(map(Fraction, (frame["g"] == level).cast(pl.Float64)) for level in "bc")
    x, z = (list(map(Fraction, frame[name])) for name in "xz")
    columns = [*map(list, terms), z, x, [v**2 for v in x], [v**3 for v in x]]
    columns += [[a * b for a, b in zip(x, z, strict=True)], [a**2 * b for a, b in zip(x, z, strict=True)]]
    with mpmath.workdps(100):
        X = mpmath.matrix(
            [[mpmath.mpf(v.numerator) / v.denominator for v in row] for row in zip(*columns, strict=True)]
        )
        for target in ("y", "w"):
            exact = list(X * mpmath.lu_solve(X.T * X, X.T * mpmath.matrix(frame[target].to_list())))
            np.testing.assert_allclose(model.predict(frame)[target], [float(b) for b in exact], PLAIN_SUM, PLAIN_SUM)


def test_the_mean_of_a_feature_far_from_zero_may_be_no_float():
    steps = np.array([0.0, 1.0, 3.0])  # their mean ends in a third
    y = np.array([0.0, 3.1, 9.0])
    far, near = (
        reta.fit(pl.DataFrame({"x": steps + offset, "y": y}), targets="y").predict(pl.DataFrame({"x": steps + offset}))
        for offset in (2.0**44, 0.0)
    )
    np.testing.assert_allclose(far["y"], near["y"], atol=1e-13)
