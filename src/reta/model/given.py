"""A model of weights and biases that came from elsewhere, without the rows they were found on."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from reta.design import Design
from reta.design.terms import Numeric
from reta.errors import UsageError
from reta.model.linear_model import LinearModel
from reta.model.provenance import Provenance, fingerprint, versions
from reta.moment import Moments
from reta.solvers import Claims, KnownDigits, Solution
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.types import FloatArray

__all__ = ["GIVEN", "given_model"]

GIVEN = "given"
NO_BOUND = sys.float_info.max


def given_model(
    weight: FloatArray,
    bias: FloatArray | None,
    features: str | Sequence[str],
    targets: str | Sequence[str],
    source: str,
) -> LinearModel:
    """Return a model that predicts with these numbers, and claims nothing else of them.

    Parameters
    ----------
    weight, bias
        Shapes (k, p) and (k,), in the data's units; without a bias the model has no intercept.
    features, targets
        Names, p and k of them; a single one may stand by itself.
    source
        What to call where they come from.

    Raises
    ------
    UsageError
        Names and shapes do not go together, a name comes twice or is no text, or a number is not finite.
    """
    weight = np.array(weight, dtype=np.float64)
    k, p = weight.shape
    intercept = np.zeros(k) if bias is None else np.array(bias, dtype=np.float64)
    features, targets = _names("feature", features, p, source), _names("target", targets, k, source)
    if intercept.shape != (k,):
        raise UsageError(f"{source} has biases of shape {intercept.shape}, but {k} targets: one for each is meant")
    if not (np.isfinite(weight).all() and np.isfinite(intercept).all()):
        raise UsageError(f"{source} holds NaN or infinity: nothing can be predicted with it")
    empty = Moments.empty(features, targets)
    return LinearModel(
        design=Design(tuple(Numeric(name) for name in empty.features)),
        solution=_solution(empty, weight, intercept, fit_intercept=bias is not None),
        target_means=intercept.copy(),
        ranges=(np.full(p, -NO_BOUND), np.full(p, NO_BOUND)),
        missing="error",
        notes=(),
        provenance=Provenance(source, fingerprint(empty), 0, {}, versions()),
    )


def _names(kind: str, names: object, n: int, source: str) -> tuple[str, ...]:
    listed = tuple(names) if isinstance(names, Iterable) and not isinstance(names, str) else (names,)
    texts = tuple(name for name in listed if isinstance(name, str))
    if len(texts) != len(listed):
        raise UsageError(f"{kind} names are {names!r}: a list of texts is meant")
    if not n:
        raise UsageError(f"{source} has no {kind}s: a model needs one")
    if len(texts) != n:
        raise UsageError(f"{source} has {counted(n, kind)}, but {counted(len(texts), 'name')} for them: give {n}")
    return texts


def _solution(empty: Moments, weight: FloatArray, intercept: FloatArray, *, fit_intercept: bool) -> Solution:
    k, p = weight.shape
    return Solution(
        solver=GIVEN,
        features=empty.features,
        targets=empty.targets,
        fit_intercept=fit_intercept,
        n_samples=0,
        weight_sum=0.0,
        log_weight_sum=0.0,
        coef=weight,
        coef_low=np.zeros((k, p)),
        intercept=intercept,
        kept=np.ones(p, dtype=np.bool_),
        dependencies=(),
        center=np.zeros(p),
        center_low=np.zeros(p),
        level=intercept,
        level_low=np.zeros(k),
        inverse_root=np.full((0, p), np.nan),
        total_scatter=np.zeros((k, k)),
        residual_scatter=np.zeros((k, k)),
        perfect_fit=np.zeros(k, dtype=np.bool_),
        constant_target=np.zeros(k, dtype=np.bool_),
        condition=math.nan,
        claims=Claims(KnownDigits.none(k, p)),
        precision="float64",
        least_squares=False,
    )
