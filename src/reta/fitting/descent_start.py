"""Where a descent begins: weights and biases, or those of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.descent import Point
from reta.errors import UsageError
from reta.model import LinearModel

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from reta.moment import Moments
    from reta.types import FloatArray

__all__ = ["start_of"]


def start_of(initial: LinearModel | tuple[ArrayLike, ArrayLike] | None, moments: Moments, *, bias: bool) -> Point:
    """Return weights (k, p) and biases (k,), in the data's units.

    Parameters
    ----------
    initial
        A model, whose coefficients are found by their names; weights and biases; or nothing: zeros.
    moments
        Of the p features and k targets of the descent.
    bias
        Whether the descent has a bias.

    Raises
    ------
    UsageError
        Other shapes or names, numbers that are not finite, an intercept where there will be none.
    """
    k, p = moments.n_targets, moments.n_features
    if initial is None:
        return Point(np.zeros((k, p)), np.zeros(k))
    weight, level = _of_model(initial, moments) if isinstance(initial, LinearModel) else _of_pair(initial)
    if weight.shape != (k, p) or level.shape != (k,):
        raise UsageError(
            f"initial has weights of shape {weight.shape} and biases of shape {level.shape}; ({k}, {p}) and ({k},) are "
            f"meant: {k} targets, {p} features"
        )
    if not (np.isfinite(weight).all() and np.isfinite(level).all()):
        raise UsageError("initial holds NaN or infinity: a descent starts from numbers")
    if level.any() and not bias:
        raise UsageError("initial has an intercept, and this descent has none: give biases of 0, or an intercept")
    return Point(weight, level)


def _of_pair(initial: tuple[ArrayLike, ArrayLike]) -> tuple[FloatArray, FloatArray]:
    try:
        weight, level = (np.array(part, dtype=np.float64) for part in initial)
    except (TypeError, ValueError):
        raise UsageError("initial: a model is meant, or a pair of weights (k, p) and biases (k,)") from None
    return weight, level


def _of_model(model: LinearModel, moments: Moments) -> tuple[FloatArray, FloatArray]:
    for kind, theirs, ours in (
        ("features", model.feature_names, moments.features),
        ("targets", model.target_names, moments.targets),
    ):
        if set(theirs) != set(ours):
            raise UsageError(f"initial is a model with {kind} {', '.join(theirs)}; {', '.join(ours)} are meant")
    columns = [model.feature_names.index(name) for name in moments.features]
    targets = [model.target_names.index(name) for name in moments.targets]
    return model.coef_[np.ix_(targets, columns)], model.intercept_[targets]
