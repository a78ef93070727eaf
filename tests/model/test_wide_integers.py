"""Integers beyond 2^53 in arrays at the second reading of the rows: as exact as at the first."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import reta

pytestmark = pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")

SAME = 1e-12  # of one sum over 60 rows, its terms right to some roundings
RESET = 1e-8  # cubes of fitted values, about a mean that float64 has to the nearest 128 only
ROWS = 60


def cells(dtype: type, base: int, spread: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return small steps, the same far from zero, and targets of about the steps' size."""
    random = np.random.default_rng(spread)
    steps = random.integers(0, spread, (ROWS, 2))
    return steps, steps.astype(dtype) + dtype(base), steps[:, 0] + steps[:, 1] + random.integers(0, spread, ROWS)


def exact_slope_variance(x: np.ndarray, y: np.ndarray) -> float:
    """Return HC3's variance of the slope of one feature, in fractions: Σ (d e / (1 − h))² / (Σ d²)²."""
    x, y = ([Fraction(int(cell)) for cell in column] for column in (x, y))
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    apart = [cell - x_mean for cell in x]
    squares = sum(d * d for d in apart)
    slope = sum(d * (cell - y_mean) for d, cell in zip(apart, y, strict=True)) / squares
    errors = [cell - y_mean - slope * d for d, cell in zip(apart, y, strict=True)]
    left = [1 - Fraction(1, len(x)) - d * d / squares for d in apart]
    return float(sum((d * e / h) ** 2 for d, e, h in zip(apart, errors, left, strict=True)) / squares**2)


@pytest.mark.parametrize("spread", [40, 10**12])
@pytest.mark.parametrize(("dtype", "base"), [(np.int64, 2**60), (np.int64, -(2**62)), (np.uint64, 2**63 + 2**62)])
def test_robust_errors_are_those_of_exact_arithmetic(dtype, base, spread):
    _, wide, y = cells(dtype, base, spread)
    for target in (y, y.astype(dtype) + dtype(base)):
        model = reta.fit(wide[:, :1], target, covariance="HC3")
        found = model.coefficient_covariance("y")[1, 1]
        assert found == pytest.approx(exact_slope_variance(wide[:, 0], target), rel=SAME)


@pytest.mark.parametrize("spread", [40, 10**12])
@pytest.mark.parametrize(("dtype", "base"), [(np.int64, 2**60), (np.uint64, 2**63 + 2**62)])
def test_the_rows_say_of_wide_integers_what_they_say_of_their_steps(dtype, base, spread):
    steps, wide, y = cells(dtype, base, spread)
    near, far = reta.fit(steps, y), reta.fit(wide, y.astype(dtype) + dtype(base))
    beside = (wide, y.astype(dtype) + dtype(base))
    np.testing.assert_allclose(far.diagnose(beside)["statistic"], near.diagnose((steps, y))["statistic"], RESET)
    found, expected = far.augment(beside), near.augment((steps, y))
    for name in ("residual", "leverage", "cooks_distance", "dfbetas_x0"):
        np.testing.assert_allclose(found[name], expected[name], SAME * 100, err_msg=name)
    assert found["x0"].to_list() == wide[:, 0].tolist()


@pytest.mark.parametrize("options", [{"missing": "drop"}, {"categorical": ["x1"]}, {"missing": "drop", "lags": 3}])
def test_gaps_and_levels_beside_them(options):
    steps, wide, y = cells(np.int64, 2**60, 40)
    y = y.astype(np.float64)
    if "missing" in options:
        y[7] = np.nan
    levels = np.arange(ROWS) % 3
    steps, wide = (np.column_stack([each[:, 0], levels]) for each in (steps, wide))
    names = {"features": ["x0", "x1"], "covariance": "newey_west" if "lags" in options else "HC1", **options}
    near, far = (reta.fit(each, y, **names) for each in (steps, wide))
    np.testing.assert_allclose(far.coef_, near.coef_, SAME)
    found, expected = (each.coefficient_covariance("y")[1:, 1:] for each in (far, near))
    np.testing.assert_allclose(found, expected, SAME * 100)
    assert [note.text for note in far.notes if note.kind == "dropped"] == [
        note.text for note in near.notes if note.kind == "dropped"
    ]


def test_what_a_formula_computes_sees_the_same_cells_at_both_readings():
    _, wide, y = cells(np.int64, 2**60, 10**6)
    model = reta.fit((wide, y), formula="y ~ x0 + I(x1 / 2)", covariance="HC3")
    assert np.isfinite(model.coefficient_covariance("y")).any()
