"""Dropped columns as combinations of kept ones: what is known of the coefficients, and how well others would do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one
from reta.solvers.error_bounds import SumsNoise
from reta.solvers.sliced_product import product

if TYPE_CHECKING:
    from reta.double_double import DoubleDouble
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.types import FloatArray, IntArray

__all__ = ["Combinations"]


@dataclass(frozen=True, slots=True, eq=False)
class Combinations:
    """d columns by r others, in the units of the equations; shares of squares without unit.

    Attributes
    ----------
    factor, equations
        That they come from.
    kept, dropped
        Positions of the r columns and the d ones.
    norm
        Shape (d,): of the dropped columns, 1 for constant ones.
    """

    factor: CholeskyFactor
    equations: NormalEquations
    kept: IntArray
    dropped: IntArray
    norm: FloatArray

    @classmethod
    def of(cls, factor: CholeskyFactor, equations: NormalEquations) -> Combinations:
        """Return those of the dropped columns."""
        kept, dropped = np.flatnonzero(factor.kept), np.flatnonzero(~factor.kept)
        norm = or_one(np.sqrt(equations.gram.high.diagonal()[dropped]))
        return cls(factor, equations, kept, dropped, norm)

    @property
    def coef(self) -> FloatArray:
        """As the factorisation found them, shape (d, r)."""
        return np.asarray(self.factor.combinations * self._unit)

    @property
    def exponent(self) -> IntArray:
        """Shape (d, r): powers of two that turn coefficients into those of the columns in their own units."""
        exponent = self.equations.exponent_x
        return exponent[self.dropped][:, None] - exponent[self.kept]

    def spread(self, j: int) -> float:
        """Return the standard deviation of column j, in its own unit."""
        return float(self.factor.scale[j]) / math.sqrt(self.equations.weight_sum)

    def left(self, coef: DoubleDouble) -> FloatArray:
        """Return the share of each column's square, shape (d,), that combinations of shape (d, r) leave."""
        gram = self.equations.gram
        own, cross = gram[self.dropped, self.dropped], gram[np.ix_(self.kept, self.dropped)]
        both = product(self.factor.gram, coef.T) - cross * 2.0
        return np.asarray((own + (coef.T * both).sum(axis=0)).rounded() / np.square(self.norm))

    def rounding(self, coef: FloatArray) -> FloatArray:
        """Return how much of that, shape (d,), the rounding of sums and cells explains."""
        return self.rounding_of_sums(coef) + self._by_cells(coef) ** 2

    def rounding_of_sums(self, coef: FloatArray) -> FloatArray:
        """Return the part of it, shape (d,), by which the sums may be wrong."""
        noise = self.equations.noise_x
        return np.asarray((np.abs(coef / self._unit) @ noise[self.kept] + noise[self.dropped]) ** 2)

    def undecided(self) -> FloatArray:
        """Bound, shape (d, r), how far the rounding of the sums has moved the coefficients."""
        equations, dropped = self.equations, self.dropped
        noise = SumsNoise.of(equations, self.factor.kept)
        doubt = noise.times(np.abs(self.factor.combinations.T))
        doubt = doubt + noise.with_targets(equations.noise_x[dropped], equations.offset_x[dropped])
        return np.asarray((np.abs(self.factor.inverse) @ doubt).T * self._unit)

    def undecided_by_cells(self) -> FloatArray:
        """Bound, shape (d, r), how far the rounding of the cells has moved the coefficients of a relation."""
        return self._freedom(self._by_cells(self.coef) ** 2)

    def hidden(self) -> FloatArray:
        """Return, shape (d, r), how far each coefficient can be moved so that sums and cells show no difference."""
        level = np.maximum(self.rounding(self.coef), self.factor.unexplained)
        return 2.0 * self._freedom(level)

    @property
    def _unit(self) -> FloatArray:
        """What a coefficient of one in units of the norms comes to, shape (d, r)."""
        return np.asarray(self.norm[:, None] / self.factor.norm)

    def _by_cells(self, coef: FloatArray) -> FloatArray:
        cells = self.equations.cells_x
        return np.asarray(np.abs(coef / self._unit) @ cells[self.kept] + cells[self.dropped])

    def _freedom(self, level: FloatArray) -> FloatArray:
        """Return how far each can go, the others following it, while no more than ``level`` (d,) is left."""
        variances = np.square(self.factor.inverse_root).sum(axis=0)
        return np.asarray(np.sqrt(np.outer(level, variances)) * self._unit)
