"""Merging two statistics, and taking one out of another."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.double_double import DoubleDouble
from reta.errors import NumericalError, UsageError
from reta.moment.accumulate import overflow
from reta.moment.columns import aligned
from reta.moment.levels import settled, united, with_settled
from reta.moment.sums import FLOAT64_ROUNDING, sum_roundings

if TYPE_CHECKING:
    from reta.moment.moments import Moments
    from reta.types import BoolArray, FloatArray

__all__ = ["LEAST_SHARE", "merge", "subtract"]

LEAST_SHARE = 2.0**-26  # of the minuend's scatter: under it more than half of float64's digits would be gone
_ADD_INSTEAD = "too few digits would be left. Add up the parts to keep instead of taking the others away"


def merge(a: Moments, b: Moments) -> Moments:
    """Return the statistic of the rows of both.

    Notes
    -----
    Chan, Golub and LeVeque (1983): with δ = z̄_b − z̄_a, S = S_a + S_b + δδᵀ·W_a·W_b/W, in pairs of floats.
    """
    a, b = united(a, b)
    b = aligned(b, a)
    missing = a.missing + b.missing
    if b.n_samples == 0 or a.n_samples == 0:
        return replace(a if b.n_samples == 0 else b, missing=missing, levels=a.levels or b.levels)
    with np.errstate(all="ignore"):
        weight_sum = a.weight_pair + b.weight_pair
        delta = b.mean_pair - a.mean_pair
        mean = a.mean_pair + delta * (b.weight_pair / weight_sum)
        scatter = a.scatter_pair + b.scatter_pair + _squares(delta, a.weight_pair * (b.weight_pair / weight_sum))
    merged = replace(
        a,
        n_samples=a.n_samples + b.n_samples,
        **_parts(weight_sum, mean, scatter),
        minimum=np.minimum(a.minimum, b.minimum),
        maximum=np.maximum(a.maximum, b.maximum),
        missing=missing,
        rounding=max(a.rounding, b.rounding),
        log_weight_sum=a.log_weight_sum + b.log_weight_sum,
    )
    _refuse_overflow(a, b, merged)
    return merged


def subtract(a: Moments, b: Moments) -> Moments:
    """Return the statistic of the rows of ``a`` that are not in ``b``; see ``Moments.__sub__``."""
    a, b = united(a, b)
    b = aligned(b, a)
    _refuse_what_is_no_part(a, b)
    if constant := settled(a, b):
        varying = [name for name in a.features if name not in constant]
        rest = subtract(a.select(features=varying), b.select(features=varying))
        return with_settled(rest, a, constant)
    missing = a.missing - b.missing
    n_samples, weight_sum = a.n_samples - b.n_samples, a.weight_pair - b.weight_pair
    if b.n_samples == 0:
        return replace(a, missing=missing)
    delta = b.mean_pair - a.mean_pair
    if n_samples == 0:
        _refuse_strangers(a, abs(a.scatter.diagonal() - b.scatter.diagonal()) + delta.high**2 * a.weight_sum)
        return replace(a.empty(a.features, a.targets), missing=missing, levels=a.levels)
    if weight_sum.high < LEAST_SHARE * a.weight_sum:
        raise NumericalError(
            f"the rows that would remain weigh {weight_sum.high:.3g} of {a.weight_sum:.3g}: {_ADD_INSTEAD}"
        )
    mean = a.mean_pair - delta * (b.weight_pair / weight_sum)
    scatter = a.scatter_pair - b.scatter_pair - _squares(delta, b.weight_pair * (a.weight_pair / weight_sum))
    if n_samples == 1:
        _refuse_strangers(a, abs(scatter.high.diagonal()))
        scatter = DoubleDouble.zeros(scatter.shape)
    else:
        _refuse_strangers(a, -scatter.high.diagonal())
        _refuse_cancellation(a, scatter.high.diagonal())
    return replace(
        a,
        n_samples=n_samples,
        **_parts(weight_sum, mean, scatter),
        missing=missing,
        rounding=_rounding_left(a, b, n_samples, float(weight_sum.high), scatter),
        log_weight_sum=a.log_weight_sum - b.log_weight_sum,
    )


def _squares(delta: DoubleDouble, weight: DoubleDouble) -> DoubleDouble:
    return delta[:, None] * (delta * weight)[None, :]


def _parts(weight_sum: DoubleDouble, mean: DoubleDouble, scatter: DoubleDouble) -> dict[str, Any]:
    scatter = scatter.mirrored()
    return {
        "weight_sum": float(weight_sum.high),
        "weight_sum_low": float(weight_sum.low),
        "mean": mean.high,
        "mean_low": mean.low,
        "scatter": scatter.high,
        "scatter_low": scatter.low,
    }


def _rounding_left(a: Moments, b: Moments, n_samples: int, weight_sum: float, rest: DoubleDouble) -> float:
    """Return the size of the rounding in a difference, relative to what is left.

    Scatters bring theirs along, divided by the share that is left. Means bring theirs too: the square of their distance
    is multiplied by up to the root of the weights' ratio, in sums about zero by the ratio itself.
    """
    rounding, ratio = max(a.rounding, b.rounding), a.weight_sum / weight_sum
    if rounding >= FLOAT64_ROUNDING:
        rounding *= sum_roundings(a.n_samples) / sum_roundings(n_samples)
    return rounding * (2.0 + 4.0 * math.sqrt(ratio)) * max(1.0 / _least_share(a, rest), ratio)


def _least_share(a: Moments, rest: DoubleDouble) -> float:
    """Return the smallest share of its variation that a column keeps."""
    whole, left = a.scatter.diagonal(), rest.high.diagonal()
    shares = left[(whole > 0.0) & (left > 0.0)] / whole[(whole > 0.0) & (left > 0.0)]
    return float(min(1.0, shares.min(initial=1.0)))


def _refuse_overflow(a: Moments, b: Moments, merged: Moments) -> None:
    broken = _finite(a) & _finite(b) & ~_finite(merged)
    if broken.any():
        j = int(broken.argmax())
        raise overflow(a.names[j], merged.minimum[j], merged.maximum[j])


def _finite(moments: Moments) -> BoolArray:
    finite: BoolArray = np.isfinite(moments.mean) & np.isfinite(moments.scatter.diagonal())
    return finite


def _refuse_what_is_no_part(a: Moments, b: Moments) -> None:
    if b.n_samples > a.n_samples:
        raise UsageError(f"{b.n_samples} rows cannot be taken out of {a.n_samples}")
    if a.n_samples == b.n_samples and abs(a.weight_sum - b.weight_sum) > LEAST_SHARE * a.weight_sum:
        raise UsageError(f"not a part of it: as many rows that weigh {b.weight_sum:.6g}, not {a.weight_sum:.6g}")
    outside = (b.minimum < a.minimum) | (b.maximum > a.maximum) | (b.missing > a.missing)
    if outside.any():
        raise UsageError(f"not a part of it: `{a.names[int(outside.argmax())]}` has values that the whole has not")


def _refuse_strangers(a: Moments, impossible: FloatArray) -> None:
    """Refuse where a scatter that would be zero or more, were ``b`` a part of ``a``, is not."""
    strange = impossible > LEAST_SHARE * a.scatter.diagonal()
    if strange.any():
        raise UsageError(f"not a part of it: `{a.names[int(strange.argmax())]}` varies more in it than in the whole")


def _refuse_cancellation(a: Moments, rest: FloatArray) -> None:
    whole = a.scatter.diagonal()
    lost = (rest < LEAST_SHARE * whole) | ~np.isfinite(rest)
    if lost.any():
        j = int(lost.argmax())
        share = max(0.0, rest[j] / whole[j])
        raise NumericalError(f"of the variation of `{a.names[j]}` only {share:.1g} would remain: {_ADD_INSTEAD}")
