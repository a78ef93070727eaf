"""Integers beyond 2^53 from sources that round them: digits are claimed of what was there before."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest

import reta

pytestmark = pytest.mark.filterwarnings("ignore::reta.errors.RetaWarning")


def exact(X, y):
    """Slopes and intercept of the integers as they are, as fractions."""
    n, p = X.shape
    rows = [[Fraction(int(cell)) for cell in row] for row in X]
    means = [sum(column) / n for column in zip(*rows, strict=True)]
    target = [Fraction(int(cell)) for cell in y]
    mean = sum(target) / n
    centred = [[cell - m for cell, m in zip(row, means, strict=True)] for row in rows]
    table = [
        [sum(row[i] * row[j] for row in centred) for j in range(p)]
        + [sum(row[i] * (t - mean) for row, t in zip(centred, target, strict=True))]
        for i in range(p)
    ]
    for i in range(p):
        table[i] = [cell / table[i][i] for cell in table[i]]
        for j in range(p):
            if j != i:
                table[j] = [a - table[j][i] * b for a, b in zip(table[j], table[i], strict=True)]
    slopes = [row[-1] for row in table]
    return slopes, mean - sum(slope * m for slope, m in zip(slopes, means, strict=True))


@pytest.mark.parametrize("spread", [40, 10**5, 10**12])
@pytest.mark.parametrize("source", ["csv", "parquet", "polars", "pandas", "arrays"])
def test_no_digit_too_many(tmp_path, source, spread):
    random = np.random.default_rng(spread)
    X = 2**60 + random.integers(0, spread, (60, 2))
    y = X[:, 0] - X[:, 1] + random.integers(0, spread, 60)
    frame = pl.DataFrame({"a": X[:, 0], "b": X[:, 1], "y": y})
    match source:
        case "csv":
            frame.write_csv(data := tmp_path / "wide.csv")
        case "parquet":
            frame.write_parquet(data := tmp_path / "wide.parquet")
        case "polars":
            data = frame
        case "pandas":
            data = frame.to_pandas()
    model = reta.fit(X, y) if source == "arrays" else reta.fit(data, targets="y")
    slopes, intercept = exact(X, y)
    found = [*model.coef_[0].tolist(), float(model.intercept_[0])]
    claimed = [*model.digits_trusted[0].tolist(), int(model.intercept_digits_trusted[0])]
    for value, true, digits in zip(found, [*slopes, intercept], claimed, strict=True):
        assert abs(Fraction(value) - true) <= abs(true) * Fraction(10) ** -digits
    assert source != "arrays" or min(claimed[:2]) >= 11
    assert source == "arrays" or spread < 10**12 or max(claimed) >= 7
