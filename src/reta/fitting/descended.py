"""The model of a descent: its coefficients, and no more certainty than they have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reta.model import LinearModel
from reta.solvers import Claims, KnownDigits

if TYPE_CHECKING:
    from reta.descent.surface import Surface
    from reta.design import Design
    from reta.fitting.descent_run import Outcome
    from reta.model import Provenance
    from reta.solvers import Solution
    from reta.types import FloatArray, MissingPolicy, Note

__all__ = ["descended_model"]


def descended_model(
    outcome: Outcome, design: Design, *, missing: MissingPolicy, notes: tuple[Note, ...], provenance: Provenance
) -> LinearModel:
    """Return the model that a run came to, judged by the moments, and the exact solution, of its rows."""
    solution, moments = _stopped(outcome), outcome.moments
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


def _stopped(outcome: Outcome) -> Solution:
    exact = outcome.surface.exact
    weight, bias = outcome.weight_and_bias()
    level = bias + (weight * exact.center).sum(axis=1)
    k, p = weight.shape
    return replace(
        exact,
        solver="gradient descent",
        coef=weight.high,
        coef_low=weight.low,
        level=level.high,
        level_low=level.low,
        intercept=bias.rounded(),
        kept=np.ones(p, dtype=np.bool_),
        dependencies=(),
        inverse_root=np.full((exact.rank, p), np.nan),
        residual_scatter=_residual_scatter(outcome.surface, outcome.distances()),
        perfect_fit=np.zeros(k, dtype=np.bool_),
        claims=Claims(KnownDigits.none(k, p)),
        least_squares=False,
    )


def _residual_scatter(surface: Surface, distances: FloatArray) -> FloatArray:
    """Return the cross-products of the residuals, (k, k): those of least squares and of the way that is left."""
    exact, k = surface.exact, len(surface.targets)
    left = (distances * surface.curvature) @ distances.T
    return np.asarray(exact.residual_scatter + exact.weight_sum * k / 2.0 * left)
