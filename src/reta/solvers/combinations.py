"""Dropped columns as combinations of kept ones: what is known of the weights, and how well other weights would do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.double_double import DoubleDouble
from reta.solvers.error_bounds import SumsNoise
from reta.solvers.sliced_product import product

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.types import FloatArray, IntArray

__all__ = ["Combinations"]


@dataclass(frozen=True, slots=True, eq=False)
class Combinations:
    """d columns by r others, in units of their norms: ``correlation · weightsᵀ = cross`` up to rounding.

    Attributes
    ----------
    factor, equations
        That they come from.
    kept, dropped
        Positions of the r columns and the d ones.
    cross, squares
        Shapes (r, d) and (d,): correlations of kept columns with dropped ones, and squares of these, 1 but for the
        rounding of the norms (and for constant columns).
    """

    factor: CholeskyFactor
    equations: NormalEquations
    kept: IntArray
    dropped: IntArray
    cross: DoubleDouble
    squares: DoubleDouble

    @classmethod
    def of(cls, factor: CholeskyFactor, equations: NormalEquations) -> Combinations:
        """Return those of the dropped columns."""
        kept, dropped = np.flatnonzero(factor.kept), np.flatnonzero(~factor.kept)
        scale = np.where(factor.scale > 0.0, factor.scale, 1.0)
        cross = equations.gram[np.ix_(kept, dropped)] / scale[kept, None] / scale[dropped]
        squares = equations.gram[dropped, dropped] / scale[dropped] / scale[dropped]
        return cls(factor, equations, kept, dropped, cross, squares + 1.0 * (squares.high == 0.0))

    @property
    def weights(self) -> FloatArray:
        """As the factorisation found them, shape (d, r)."""
        return self.factor.combinations

    def coef(self, weights: FloatArray) -> FloatArray:
        """Return weights, shape (d, r), as coefficients in the columns' units."""
        ratio, exponent = self._unit()
        return np.asarray(np.ldexp(weights * ratio.high, exponent))

    def weights_of(self, coef: FloatArray) -> DoubleDouble:
        """Return coefficients as weights, shape (d, r)."""
        ratio, exponent = self._unit()
        return DoubleDouble.of(np.ldexp(coef, -exponent)) / ratio

    def spread(self, j: int) -> float:
        """Return the standard deviation of column j, in its unit."""
        scaled = self.factor.scale[j] / math.sqrt(self.equations.weight_sum)
        return float(np.ldexp(scaled, self.equations.exponent_x[j]))

    def left(self, weights: DoubleDouble) -> FloatArray:
        """Return the share of each column's square, shape (d,), that combinations of shape (d, r) leave."""
        both = product(self.factor.correlation, weights.T) - self.cross * 2.0
        return (self.squares + (weights.T * both).sum(axis=0)).rounded()

    def rounding(self, weights: FloatArray) -> FloatArray:
        """Return how much of that, shape (d,), the rounding of sums and cells explains."""
        return self.rounding_of_sums(weights) + self._by_cells(np.abs(weights)) ** 2

    def rounding_of_sums(self, weights: FloatArray) -> FloatArray:
        """Return the part of it, shape (d,), by which the sums may be wrong."""
        noise = self.equations.noise_x
        return np.asarray((np.abs(weights) @ noise[self.kept] + noise[self.dropped]) ** 2)

    def undecided(self) -> FloatArray:
        """Bound, shape (d, r), how far the rounding of the sums has moved the weights."""
        equations, dropped = self.equations, self.dropped
        noise = SumsNoise.of(equations, self.factor.kept)
        doubt = noise.times(np.abs(self.weights.T))
        doubt = doubt + noise.with_targets(equations.noise_x[dropped], equations.offset_x[dropped])
        return np.asarray((np.abs(self.factor.inverse) @ doubt).T)

    def undecided_by_cells(self) -> FloatArray:
        """Bound, shape (d, r), how far the rounding of the cells has moved the weights of a relation."""
        return self._freedom(self._by_cells(np.abs(self.weights)) ** 2)

    def hidden(self) -> FloatArray:
        """Return, shape (d, r), how far each weight can be moved so that sums and cells show no difference."""
        level = np.maximum(self.rounding(self.weights), self.factor.unexplained)
        return 2.0 * self._freedom(level)

    def _unit(self) -> tuple[DoubleDouble, IntArray]:
        """Return ratio and exponent, shape (d, r): ``ratio · 2 ** exponent`` is what a weight of one comes to."""
        scale, unit = np.where(self.factor.scale > 0.0, self.factor.scale, 1.0), self.equations.exponent_x
        ratio = DoubleDouble.of(scale[self.dropped])[:, None] / scale[self.kept]
        return ratio, unit[self.dropped][:, None] - unit[self.kept]

    def _by_cells(self, sizes: FloatArray) -> FloatArray:
        cells = self.equations.cells_x
        return np.asarray(sizes @ cells[self.kept] + cells[self.dropped])

    def _freedom(self, level: FloatArray) -> FloatArray:
        """Return how far each weight can go, the others following it, while no more than ``level`` (d,) is left."""
        variances = np.square(self.factor.inverse_root).sum(axis=0)
        return np.sqrt(np.outer(level, variances))
