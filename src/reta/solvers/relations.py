"""From the rounded combinations of a factorisation to relations that a person would have written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.solvers.dependency import Dependency
from reta.solvers.precision import EPS, cell_noise, equation_noise, quadratic_noise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.types import FloatArray

__all__ = ["name_dependencies", "shorten"]

COINCIDENCE = 1000.0
MOST_DECIMALS = 12
CONSTANT_ROUNDINGS = 16.0


@dataclass(frozen=True, slots=True)
class _Relation:
    """A dropped column, by positions: ``column = Σ coef·column_i + constant``; ``short`` if all numbers are short."""

    column: int
    terms: tuple[tuple[int, float], ...]
    constant: float
    short: bool


def name_dependencies(
    factor: CholeskyFactor,
    features: Sequence[str],
    equations: NormalEquations,
    weight_sum: float,
) -> tuple[Dependency, ...]:
    """Return a ``Dependency`` for every dropped column, in column order.

    Parameters
    ----------
    factor
        With its dropped columns and their combinations.
    features
        Names of the p columns.
    equations
        That it is the factor of.
    weight_sum
        Sum of the weights, which turns norms into standard deviations.
    """
    if factor.kept.all():
        return ()
    center, offset, sums = equations.center_x.high, equations.offset_x, equations.noise_x
    noise = _combination_noise(factor, offset, sums)
    exact = _explained(factor, offset, sums)
    spread = factor.scale / math.sqrt(weight_sum)
    dropped = np.flatnonzero(~factor.kept).tolist()
    relations = (_relation(factor, center, spread, row=row, j=j, noise=noise[row]) for row, j in enumerate(dropped))
    return tuple(
        Dependency(
            column=features[relation.column],
            combination=tuple((features[i], coef) for i, coef in relation.terms),
            constant=relation.constant,
            exact=relation.short and bool(explained),
            spread=float(spread[relation.column]),
        )
        for relation, explained in zip(relations, exact, strict=True)
    )


def shorten(value: float, tolerance: float) -> tuple[float, bool]:
    """Return the short decimal that ``value`` stands for within ``tolerance``, and whether there is one.

    A decimal counts when it is a thousand times less likely by chance than not; ``value`` itself comes back otherwise.

    Examples
    --------
    >>> shorten(0.1 + 0.2, 1e-12)
    (0.3, True)
    >>> shorten(1 / 3, 1e-12)
    (0.3333333333333333, False)
    """
    if abs(value) <= tolerance:
        return 0.0, True
    exponent = math.floor(math.log10(abs(value)))
    for digits in range(1, MOST_DECIMALS + 1):
        if 10.0 ** (exponent - digits + 1) < COINCIDENCE * tolerance:
            break
        candidate = float(f"{value:.{digits - 1}e}")
        if abs(candidate - value) <= tolerance:
            return candidate, True
    return value, False


def _combination_noise(factor: CholeskyFactor, offset: FloatArray, sums: FloatArray) -> FloatArray:
    """Return the rounding of ``factor.combinations``, same shape; at least what the unexplained share can hide."""
    weights, kept = factor.combinations.T, factor.kept
    equations = equation_noise(weights, sums[kept], sums[~kept]) + cell_noise(weights, offset[kept], offset[~kept])
    noise = (np.abs(factor.inverse) @ equations).T
    hidden = np.array([_hidden(left) for left in factor.unexplained.tolist()])
    return np.asarray(np.maximum(noise, hidden[:, None]))


def _explained(factor: CholeskyFactor, offset: FloatArray, sums: FloatArray) -> list[bool]:
    """Tell for which dropped columns no more than rounding is left over."""
    weights = np.column_stack([factor.combinations, np.ones(len(factor.combinations))])
    kept = factor.kept
    noise = [
        quadratic_noise(row, np.append(offset[kept], own), np.append(sums[kept], own_sums))
        for row, own, own_sums in zip(weights, offset[~kept], sums[~kept], strict=True)
    ]
    return [bool(left <= level) for left, level in zip(factor.unexplained, noise, strict=True)]


def _relation(
    factor: CholeskyFactor, center: FloatArray, spread: FloatArray, *, row: int, j: int, noise: FloatArray
) -> _Relation:
    """Clean the combination of column j: terms under the noise go, short decimals come in."""
    weights = factor.combinations[row]
    used = np.flatnonzero(np.abs(weights) > noise)
    kept = np.flatnonzero(factor.kept)[used]
    units = factor.scale[j] / factor.scale[kept]
    values = weights[used] * units
    tolerances = np.maximum(noise[used] * units, 4.0 * EPS * np.abs(values))
    cleaned = [shorten(value, tolerance) for value, tolerance in zip(values.tolist(), tolerances.tolist(), strict=True)]
    terms = tuple((i, coef) for i, (coef, _) in zip(kept.tolist(), cleaned, strict=True))
    parts = [float(center[j]), *(-coef * float(center[i]) for i, coef in terms)]
    sizes = [float(spread[j]), *(abs(coef) * float(spread[i]) for i, coef in terms), *map(abs, parts)]
    hidden = _hidden(factor.unexplained[row]) * float(spread[j]) if terms else 0.0
    constant, short = shorten(math.fsum(parts), CONSTANT_ROUNDINGS * EPS * math.fsum(sizes))
    if not short and abs(constant) <= hidden:
        constant, short = 0.0, True
    return _Relation(j, terms, constant, short and all(short for _, short in cleaned))


def _hidden(unexplained: float) -> float:
    """Return the size of a term, in the column's spread, that may hide in the share left unexplained: 3e-8 at least."""
    return 2.0 * math.sqrt(max(unexplained, EPS))
