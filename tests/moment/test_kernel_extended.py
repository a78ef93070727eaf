"""The compiled sums of extended precision against exact rationals, weights included."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from reta.moment import Moments
from reta.moment.rows import arrays_side_by_side

CLAIMED = 1e-29  # of the norms; the sums are right to 8e-31 and a little, float64 products of weights to 6e-17
ROWS = 700  # more than two blocks, and not a multiple of the lanes


def exact_scatter(Z: np.ndarray, weights: np.ndarray) -> list[list[Fraction]]:
    """Return Σ w (z − z̄)(z − z̄)ᵀ of columns, in rationals."""
    w = [Fraction(weight) for weight in weights.tolist()]
    columns = [[Fraction(cell) for cell in column] for column in Z.T.tolist()]
    total = sum(w)
    means = [sum(a * b for a, b in zip(w, column, strict=True)) / total for column in columns]
    offsets = [[cell - mean for cell in column] for column, mean in zip(columns, means, strict=True)]
    return [[sum(a * b * c for a, b, c in zip(w, left, right, strict=True)) for right in offsets] for left in offsets]


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_sums_are_as_right_as_they_claim(offset: float, *, weighted: bool) -> None:
    rng = np.random.default_rng(12)
    X, Y = rng.normal(size=(ROWS, 2)) + offset, rng.normal(size=(ROWS, 1)) + offset
    weights = rng.uniform(0.1, 3.0, size=ROWS)
    rows = arrays_side_by_side(X, Y, weights if weighted else None)
    moments = Moments.empty(["a", "b"], ["y"]).of_rows(rows, extended=True, road="compiled")
    exact = exact_scatter(np.hstack([X, Y]), weights if weighted else np.ones(ROWS))
    for i in range(3):
        for j in range(3):
            found = Fraction(float(moments.scatter[i, j])) + Fraction(float(moments.scatter_low[i, j]))
            norm = float(exact[i][i] * exact[j][j]) ** 0.5
            assert abs(float(found - exact[i][j])) <= CLAIMED * norm
