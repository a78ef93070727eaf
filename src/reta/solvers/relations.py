"""From the rounded combinations of a factorisation to relations that a person would have written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.solvers.combinations import Combinations
from reta.solvers.dependency import Dependency
from reta.solvers.precision import EPS, EXTENDED_UP_TO
from reta.solvers.short_decimals import GRID, shorten, shorten_constant
from reta.solvers.triangular import write

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.types import BoolArray, FloatArray, IntArray

__all__ = ["Relations", "find_relations"]

CONSTANT_ROUNDINGS = 16.0
COEF_ROUNDINGS = 4.0
AS_FOUND = 4.0  # times what is left anyway, that a shorter relation may leave


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """What the d dropped columns are made of.

    Attributes
    ----------
    dependencies
        In words and in the columns' units, in column order.
    weights
        Shape (d, r), in units of the norms: the same, as exactly as it is known.
    doubt
        Shape (d, r): how far the weights may be from those of the cells as given.
    squares
        Shape (d,): of the columns, in units of their norms: 1 but for the rounding of the norm.
    """

    dependencies: tuple[Dependency, ...]
    weights: DoubleDouble
    doubt: FloatArray
    squares: DoubleDouble


def find_relations(factor: CholeskyFactor, equations: NormalEquations, moments: Moments) -> Relations:
    """Return the relations of all dropped columns.

    Parameters
    ----------
    factor
        With its dropped columns and their combinations.
    equations, moments
        That it is the factor of.

    Notes
    -----
    A coefficient becomes zero, or a short decimal, where the data would allow it by itself. All of them together must
    then leave no more of the column than rounding explains; else the combination stays as it was found: what is told
    holds in the rows. Tried within what the rounding of sums has done to the coefficients, then that of the cells, then
    within what would not show. Sums in float64 show eight digits of a relation; none is called exact by them.
    """
    found = Combinations.of(factor, equations)
    sums = found.undecided()
    attempts = [_Attempt.of(found, np.zeros_like(sums))]
    if moments.n_samples > len(found.kept) + 1:  # fewer reproduce any column, and nobody reads how
        within = (sums, sums + found.undecided_by_cells(), found.hidden())
        attempts = [*(_Attempt.of(found, far) for far in within), *attempts]
    weights, doubt = DoubleDouble.of(found.weights.copy()), sums + EPS * np.abs(found.weights)
    dependencies = []
    for row in range(len(found.dropped)):
        best = _best(attempts, row)
        dependencies.append(_dependency(found, moments, best, row))
        if dependencies[-1].exact and not equations.cells_x[_involved(found, best, row)].any():
            write(weights, row, best.weights[row])
            doubt[row] = 0.0
    return Relations(tuple(dependencies), weights, doubt, found.squares)


@dataclass(frozen=True, slots=True, eq=False)
class _Attempt:
    """Combinations with simpler coefficients, d of them.

    Attributes
    ----------
    coef, weights
        Shape (d, r), in the columns' units and in those of their norms.
    short
        Shape (d,): whether all of them are short decimals.
    left
        Shape (d,): how far the column is from its combination, in its norm, rounding of the sums included.
    holds, explained
        Shape (d,): whether that is no more than the combination as found leaves, and no more than rounding explains.
    """

    coef: FloatArray
    weights: DoubleDouble
    short: BoolArray
    left: FloatArray
    holds: BoolArray
    explained: BoolArray

    @classmethod
    def of(cls, found: Combinations, far: FloatArray) -> _Attempt:
        """Return what comes of moving each weight by at most ``far``, shape (d, r)."""
        coef, short = found.coef(found.weights), np.zeros(len(found.dropped), dtype=np.bool_)
        for row, (values, tolerances) in enumerate(zip(coef, found.coef(far), strict=True)):
            if tolerances.any():
                coef[row], short[row] = _cleaned(values, tolerances)
        weights = found.weights_of(coef)
        left, rounding = found.left(weights), found.rounding(weights.high)
        reach = np.sqrt(np.maximum(left, 0.0) + found.rounding_of_sums(weights.high))
        explained = left <= rounding
        holds = explained | (left <= AS_FOUND * found.factor.unexplained)
        return cls(coef, weights, short, reach, holds, explained)


def _cleaned(values: FloatArray, tolerances: FloatArray) -> tuple[FloatArray, bool]:
    """Return coefficients, some of them zero or shorter, and whether all are short."""
    cleaned = np.where(np.abs(values) > tolerances, values, 0.0)
    used = np.flatnonzero(cleaned)
    pairs = [
        shorten(value, max(tolerance, COEF_ROUNDINGS * EPS * abs(value)))
        for value, tolerance in zip(values[used].tolist(), tolerances[used].tolist(), strict=True)
    ]
    cleaned[used] = [value for value, _ in pairs]
    return cleaned, all(short for _, short in pairs) and len(used) > 0


def _best(attempts: list[_Attempt], row: int) -> _Attempt:
    """Return the first attempt that is short and holds, else the first that holds, else what was found."""
    holding = [attempt for attempt in attempts[:-1] if attempt.holds[row] and attempt.coef[row].any()]
    return next((attempt for attempt in holding if attempt.short[row]), [*holding, attempts[-1]][0])


def _involved(found: Combinations, best: _Attempt, row: int) -> IntArray:
    """Return the positions of the column in ``row`` and of those that it is made of."""
    return np.append(found.dropped[row], found.kept[best.coef[row] != 0.0])


def _dependency(found: Combinations, moments: Moments, best: _Attempt, row: int) -> Dependency:
    """Return the relation of the dropped column in ``row``, with the constant that belongs to it."""
    j, *others = _involved(found, best, row).tolist()
    name = moments.features[j]
    if found.equations.constant_x[j]:
        value = float(np.ldexp(found.equations.center_x.high[j], found.equations.exponent_x[j]))
        return Dependency(name, (), value, exact=bool(found.equations.single_x[j]))
    coef, spread = best.coef[row, best.coef[row] != 0.0], found.spread(j)
    left = float(best.left[row]) * spread
    constant, doubt = _constant(found, j, others, coef)
    value, short = shorten_constant(constant, doubt)
    if not short and abs(constant) <= left:
        value, short = 0.0, True
    tolerance = math.sqrt(moments.n_samples) * left + abs(value - constant)
    certain = moments.rounding <= EXTENDED_UP_TO and tolerance < _least_gap(found, [j, *others], coef)
    return Dependency(
        name,
        tuple((moments.features[i], value) for i, value in zip(others, coef.tolist(), strict=True)),
        value,
        exact=certain and short and bool(best.short[row] and best.explained[row]),
        spread=spread,
        tolerance=tolerance,
    )


def _constant(found: Combinations, j: int, others: list[int], coef: FloatArray) -> tuple[float, float]:
    """Return the constant for which the relation of column j holds at the means, and how well it is known."""
    equations, unit = found.equations, found.equations.exponent_x
    columns = [j, *others]
    scaled = np.append(1.0, -np.ldexp(coef, unit[others] - unit[j]))
    products = equations.center_x[columns] * scaled
    of_cells = np.abs(scaled) @ (equations.cells_x[columns] * found.factor.scale[columns])
    of_coef = EPS * np.abs(products.high[1:][~_on_grid(coef)]).sum()
    of_pairs = equations.pair_noise * (1.0 + np.abs(products.high).sum())
    doubt = CONSTANT_ROUNDINGS * (of_cells / math.sqrt(equations.weight_sum) + of_coef + of_pairs)
    return float(np.ldexp(products.sum().rounded(), unit[j])), float(np.ldexp(doubt, unit[j]))


def _least_gap(found: Combinations, columns: list[int], coef: FloatArray) -> float:
    """Return half of the least by which a relation is off where it does not hold; infinite for measured cells."""
    whole = not found.equations.cells_x[columns].any() and bool(_on_grid(coef).all())
    return GRID / 2.0 if whole else math.inf


def _on_grid(coef: FloatArray) -> BoolArray:
    return np.asarray(coef / GRID == np.rint(coef / GRID))
