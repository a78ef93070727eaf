"""The model of a descent: its coefficients, and no more certainty than they have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.model import LinearModel

if TYPE_CHECKING:
    from reta.descent import Point
    from reta.design import Design
    from reta.model import Provenance
    from reta.moment import Moments
    from reta.solvers import Solution
    from reta.types import FloatArray, MissingPolicy, Note

__all__ = ["descended_model"]


def descended_model(
    point: Point,
    exact: Solution,
    moments: Moments,
    design: Design,
    *,
    missing: MissingPolicy,
    notes: tuple[Note, ...],
    provenance: Provenance,
) -> LinearModel:
    """Return the model of weights and biases, judged by the moments, and the exact solution, of their rows."""
    solution = _stopped(exact, point, moments)
    p = moments.n_features
    return LinearModel(
        design=design,
        solution=solution,
        target_means=solution.level,
        ranges=(moments.minimum[:p], moments.maximum[:p]),
        missing=missing,
        notes=notes,
        provenance=provenance,
    )


def _stopped(exact: Solution, point: Point, moments: Moments) -> Solution:
    k, p = point.weight.shape
    return replace(
        exact,
        solver="gradient descent",
        coef=point.weight,
        coef_low=np.zeros((k, p)),
        level=point.weight @ exact.center + point.bias,
        level_low=np.zeros(k),
        intercept=point.bias,
        kept=np.ones(p, dtype=np.bool_),
        dependencies=(),
        inverse_root=np.full((exact.rank, p), np.nan),
        residual_scatter=_residual_scatter(exact, point, moments),
        perfect_fit=np.zeros(k, dtype=np.bool_),
        digits=0,
        coef_digits=np.zeros((k, p), dtype=np.int64),
        intercept_digits=np.zeros(k, dtype=np.int64),
        least_squares=False,
    )


def _residual_scatter(exact: Solution, point: Point, moments: Moments) -> FloatArray:
    """Return the cross-products of the residuals, (k, k): those of least squares and of the way that is left."""
    p = moments.n_features
    way = point.weight - exact.coef
    level = way @ moments.mean[:p] + (point.bias - exact.intercept)
    left = way @ moments.scatter_xx @ way.T + moments.weight_sum * np.outer(level, level)
    return np.asarray(exact.residual_scatter + left)
