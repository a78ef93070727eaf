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
    coef
        Shape (d, r), in the units of the equations: the same, as exactly as it is known.
    doubt
        Shape (d, r): how far they may be from those of the cells as given.
    """

    dependencies: tuple[Dependency, ...]
    coef: DoubleDouble
    doubt: FloatArray


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
    coef, sums = found.coef, found.undecided()
    attempts = [_Attempt.of(found, np.zeros_like(sums))]
    if moments.n_samples > len(found.kept) + 1:  # fewer reproduce any column, and nobody reads how
        within = (sums, sums + found.undecided_by_cells(), found.hidden())
        attempts = [*(_Attempt.of(found, far) for far in within), *attempts]
    doubt = sums + EPS * np.abs(coef)
    if moments.rounding > EXTENDED_UP_TO:  # what only seems to be a copy may be made of later columns too
        doubt = np.maximum(doubt, found.hidden())
    dependencies = []
    for row in range(len(found.dropped)):
        best = _best(attempts, row)
        dependencies.append(_dependency(found, moments, best, row))
        if dependencies[-1].exact and not equations.cells_x[_involved(found, best, row)].any():
            coef[row], doubt[row] = best.coef[row], 0.0
    return Relations(tuple(dependencies), DoubleDouble.of(coef), doubt)


@dataclass(frozen=True, slots=True, eq=False)
class _Attempt:
    """Combinations with simpler coefficients, d of them.

    Attributes
    ----------
    coef
        Shape (d, r), in the units of the equations.
    short
        Shape (d,): whether all of them are short decimals.
    left
        Shape (d,): how far the column is from its combination, in its norm, rounding of the sums included.
    holds, explained
        Shape (d,): whether that is no more than the combination as found leaves, and no more than rounding explains.
    """

    coef: FloatArray
    short: BoolArray
    left: FloatArray
    holds: BoolArray
    explained: BoolArray

    @classmethod
    def of(cls, found: Combinations, far: FloatArray) -> _Attempt:
        """Return what comes of moving each coefficient by at most ``far``, shape (d, r)."""
        coef, short = found.coef, np.zeros(len(found.dropped), dtype=np.bool_)
        for row in np.flatnonzero(far.any(axis=1)).tolist():
            coef[row], short[row] = _cleaned(coef[row], far[row], found.exponent[row])
        left, rounding = found.left(DoubleDouble.of(coef)), found.rounding(coef)
        reach = np.sqrt(np.maximum(left, 0.0) + found.rounding_of_sums(coef))
        explained = left <= rounding
        holds = explained | (left <= AS_FOUND * found.factor.unexplained)
        return cls(coef, short, reach, holds, explained)


def _cleaned(coef: FloatArray, far: FloatArray, exponent: IntArray) -> tuple[FloatArray, bool]:
    """Return coefficients, some of them zero or shorter in the columns' own units, and whether all are short."""
    values, tolerances = np.ldexp(coef, exponent), np.ldexp(far, exponent)
    used = np.flatnonzero(np.abs(coef) > far)
    pairs = [
        shorten(value, max(tolerance, COEF_ROUNDINGS * EPS * abs(value)))
        for value, tolerance in zip(values[used].tolist(), tolerances[used].tolist(), strict=True)
    ]
    cleaned = np.zeros_like(coef)
    cleaned[used] = np.ldexp([value for value, _ in pairs], -exponent[used])
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
        value = np.ldexp(found.equations.center_x.high[j], found.equations.exponent_x[j])
        return Dependency(name, (), float(value), exact=bool(found.equations.single_x[j]))
    used = best.coef[row] != 0.0
    coef = np.ldexp(best.coef[row, used], found.exponent[row, used])
    spread = found.spread(j)
    left = float(best.left[row]) * spread
    constant, doubt = _constant(found, best.coef[row], row, on_grid=_on_grid(coef))
    value, short = shorten_constant(constant, doubt)
    if not short and abs(constant) <= left:
        value, short = 0.0, True
    tolerance = math.sqrt(moments.n_samples) * left + abs(value - constant)
    whole = not found.equations.cells_x[[j, *others]].any() and bool(_on_grid(coef).all())
    certain = moments.rounding <= EXTENDED_UP_TO and (tolerance < GRID / 2.0 or not whole)
    return Dependency(
        name,
        tuple((moments.features[i], each) for i, each in zip(others, coef.tolist(), strict=True)),
        value,
        exact=certain and short and bool(best.short[row] and best.explained[row]),
        spread=spread,
        tolerance=tolerance,
    )


def _constant(found: Combinations, coef: FloatArray, row: int, *, on_grid: BoolArray) -> tuple[float, float]:
    """Return the constant for which the relation in ``row`` holds at the means, and how well it is known.

    ``on_grid`` tells which of the coefficients that are not zero were not rounded.
    """
    equations, j, used = found.equations, found.dropped[row], np.flatnonzero(coef)
    columns = np.append(j, found.kept[used])
    products = equations.center_x[columns] * np.append(1.0, -coef[used])
    norms = np.append(found.norm[row], np.abs(coef[used]) * found.factor.norm[used])
    doubt = norms @ equations.cells_x[columns] / math.sqrt(equations.weight_sum)
    doubt += EPS * float(np.abs(products.high[1:][~on_grid]).sum())
    doubt += equations.pair_noise * float(norms[0] / math.sqrt(equations.weight_sum) + np.abs(products.high).sum())
    unit = equations.exponent_x[j]
    return float(np.ldexp(products.sum().rounded(), unit)), float(np.ldexp(CONSTANT_ROUNDINGS * doubt, unit))


def _on_grid(coef: FloatArray) -> BoolArray:
    """Tell which coefficients take whole numbers to multiples of ``GRID``."""
    return np.asarray(coef / GRID == np.rint(coef / GRID))
