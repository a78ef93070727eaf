"""Thirteen inputs on which linear regressions fail, and the exact answer where there is one."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import mpmath
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from accuracy import Problem

__all__ = ["HARD_INPUTS", "exact_solution", "judged"]

ROWS = 500
LONG = 1_000_000


def exact_solution(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return intercept and coefficients of the exact least-squares solution of the cells as given."""
    columns = [[1] * len(y), *(column.astype(np.float64).tolist() for column in X.T), y.astype(np.float64).tolist()]
    cells = [list(map(Fraction, column)) for column in columns]
    gram = [[sum(a * b for a, b in zip(x, z, strict=True)) for z in cells] for x in cells[:-1]]
    with mpmath.workdps(150):
        numbers = [[mpmath.mpf(f.numerator) / f.denominator for f in row] for row in gram]
        solution = mpmath.lu_solve(
            mpmath.matrix([row[:-1] for row in numbers]), mpmath.matrix([r[-1] for r in numbers])
        )
        return np.array([float(value) for value in solution])


def _made(
    change: Callable[[np.ndarray, np.ndarray, np.random.Generator], tuple[np.ndarray, np.ndarray]],
    *,
    answer: bool = True,
    rows: int = ROWS,
) -> Callable[[], Problem]:
    def make() -> Problem:
        from accuracy import Problem

        rng = np.random.default_rng(12)
        X = rng.normal(size=(rows, 3))
        y = X @ [1.0, 2.0, -3.0] + 4.0 + 0.1 * rng.normal(size=rows)
        X, y = change(X, y, rng)
        solve = exact_solution if rows == ROWS else _by_exact_sums
        return Problem(X, y, intercept=True, degree=1, truth=solve(X, y) if answer else np.empty(0))

    return make


def _by_exact_sums(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the same for float32, whose products float64 holds exactly, so that ``fsum`` adds them up exactly."""
    columns = [np.ones(len(y)), *X.T.astype(np.float64), y.astype(np.float64)]
    gram = [[math.fsum((a * b).tolist()) for b in columns] for a in columns[:-1]]
    with mpmath.workdps(60):
        solution = mpmath.lu_solve(mpmath.matrix([row[:-1] for row in gram]), mpmath.matrix([row[-1] for row in gram]))
        return np.array([float(value) for value in solution])


def _with_column(make: Callable[[np.ndarray, np.random.Generator], np.ndarray]):
    return lambda X, y, rng: (np.column_stack([X, make(X, rng)]), y)


def _spoiled(value: float):
    def change(X, y, _rng):
        X[7, 1] = value
        return X, y

    return change


def _correlated(X, _y, rng):
    z = X.copy()
    z[:, 1] = 0.999 * z[:, 0] + np.sqrt(1.0 - 0.999**2) * z[:, 1]
    z = z.astype(np.float32)
    y = (z.astype(np.float64) @ [1.0, 2.0, -3.0] + 4.0 + 0.1 * rng.normal(size=len(z))).astype(np.float32)
    return z, y


HARD_INPUTS: dict[str, Callable[[], Problem]] = {
    "exact duplicate, x3 = x0 + x1": _made(_with_column(lambda X, _: X[:, 0] + X[:, 1]), answer=False),
    "near-duplicate, 1e-9": _made(_with_column(lambda X, rng: X[:, 0] + X[:, 1] + 1e-9 * rng.normal(size=len(X)))),
    "near-duplicate, 1e-13": _made(_with_column(lambda X, rng: X[:, 0] + X[:, 1] + 1e-13 * rng.normal(size=len(X)))),
    "constant column 7": _made(_with_column(lambda X, _: np.full(len(X), 7.0)), answer=False),
    "offset 1e6 in X": _made(lambda X, y, _: (X + 1e6, y)),
    "offset 1e9 in X": _made(lambda X, y, _: (X + 1e9, y)),
    "offset 1e9 in X and y": _made(lambda X, y, _: (X + 1e9, y + 1e9)),
    "float32, offset 1e5": _made(lambda X, y, _: ((X + 1e5).astype(np.float32), y.astype(np.float32))),
    "scales 1e-8, 1, 1e8": _made(lambda X, y, _: (X * [1e-8, 1.0, 1e8], y)),
    "one column 2e6 times the other": _made(lambda X, y, _: (X[:, :2] * [1.0, 2e6], y)),
    "float32, a million rows, correlation 0.999": _made(_correlated, rows=LONG),
    "one NaN": _made(_spoiled(np.nan), answer=False),
    "one infinity": _made(_spoiled(np.inf), answer=False),
    "4 rows, 6 columns": _made(lambda _, y, rng: (rng.normal(size=(4, 6)), y[:4]), answer=False),
}


def judged(problem: Problem, found: np.ndarray | None, told: bool) -> str:
    """Say how a peer did: its digits where there is an answer, else whether it said that there is none."""
    from accuracy import correct_digits

    if not problem.truth.size or found is None:
        return "named" if told else "silent"
    return f"{correct_digits(found, problem.truth):.1f}{', named' if told else ''}"
