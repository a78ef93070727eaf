"""How far a computed solution may lie from the exact one: bounds to all orders, not estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one
from reta.double_double import EPS as PAIR_EPS
from reta.solvers.precision import EPS

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.refined import Refined
    from reta.types import BoolArray, FloatArray

__all__ = ["ErrorBounds", "SumsNoise"]


@dataclass(frozen=True, slots=True, eq=False)
class SumsNoise:
    """E, the noise of R: ``sums sumsᵀ + pairs (offset 1ᵀ + 1 offsetᵀ)``, of the kept columns.

    Attributes
    ----------
    sums, offset
        Shape (r,).
    pairs
        All three as ``NormalEquations`` has them.
    """

    sums: FloatArray
    offset: FloatArray
    pairs: float

    @classmethod
    def of(cls, equations: NormalEquations, kept: BoolArray) -> SumsNoise:
        """Return that of the columns ``kept``, shape (p,)."""
        if kept.all():
            return cls(equations.noise_x, equations.offset_x, equations.pair_noise)
        return cls(equations.noise_x[kept], equations.offset_x[kept], equations.pair_noise)

    def times(self, sizes: FloatArray) -> FloatArray:
        """Return ``E sizes``, for sizes of shape (r, k)."""
        of_pairs = self.offset[:, None] * sizes.sum(axis=0) + self.offset @ sizes
        return np.asarray(self.sums[:, None] * (self.sums @ sizes) + self.pairs * of_pairs)

    def with_targets(self, noise: FloatArray, offset: FloatArray) -> FloatArray:
        """Return e, the noise of c, shape (r, k), for targets of such noise and offset, shape (k,)."""
        return self.sums[:, None] * noise + self.pairs * (self.offset[:, None] + offset)


@dataclass(frozen=True, slots=True, eq=False)
class ErrorBounds:
    """Bounds of the errors that the rounding of sums, and of the arithmetic in pairs, leaves in a solution.

    Attributes
    ----------
    equations, factor
        That it comes from.
    inverse
        R⁻¹, shape (r, r).
    doubt
        Shape (r, k): a bound for what the exact solution leaves of the equations as they were computed; ``None`` where
        there is no bound.
    n_targets
        k.

    Notes
    -----
    With E and e the noise of R and of c, the exact solution w* of ``R* w* = c*`` and w, which leaves ``left`` of
    ``R w = c``, differ by at most ``(I − |R⁻¹| E)⁻¹ |R⁻¹| t``, where ``t = |left| + e + E |w|`` (Higham 2002, section
    7.2). E is a sum of three matrices of rank one; the series ``t' + G t' + G² t' + …``, with ``G = |R⁻¹| E``, is
    bounded in the norm that the first of them suggests, and where it does not converge there is no digit.
    ``R (w* − w)`` is then ``t + E |w* − w|`` at most, which bounds any combination of the errors. O(r² k).
    """

    equations: NormalEquations
    factor: CholeskyFactor
    inverse: FloatArray
    doubt: FloatArray | None
    n_targets: int

    @classmethod
    def of(cls, equations: NormalEquations, factor: CholeskyFactor, solution: Refined) -> ErrorBounds:
        """Return the bounds of the solution of these equations by this factor."""
        coef, left = solution.coef.high, solution.left
        norm, norm_y = factor.norm[:, None], or_one(np.sqrt(equations.total.high.diagonal()))
        noise, inverse, sizes = SumsNoise.of(equations, factor.kept), factor.inverse, np.abs(coef) * (norm / norm_y)
        of_arithmetic = 4.0 * PAIR_EPS * (len(coef) + 1) * (sizes.sum(axis=0) + 1.0)
        doubt = np.abs(left) / (norm * norm_y) + (of_arithmetic + solution.doubt / norm_y)
        doubt = doubt + noise.times(sizes) + noise.with_targets(equations.noise_y, equations.offset_y)
        errors = _series(np.abs(inverse), noise, doubt)
        doubt_left = None if errors is None else doubt + noise.times(errors)
        return cls(equations, factor, inverse, doubt_left, coef.shape[1])

    def of_combinations(self, combinations: FloatArray) -> FloatArray:
        """Bound the error of ``combinations · w``, shapes (m, r) and (m, k)."""
        if self.doubt is None:
            return np.full((len(combinations), self.n_targets), np.inf)
        known = np.abs(combinations @ self.inverse)
        rounding = EPS * (len(self.inverse) + 2) * (np.abs(combinations) @ np.abs(self.inverse))
        return np.asarray((known + rounding) @ self.doubt)

    def of_weights(self) -> FloatArray:
        """Bound the error of w itself, shape (r, k)."""
        if self.doubt is None:
            return np.full((len(self.inverse), self.n_targets), np.inf)
        return np.asarray(np.abs(self.inverse) @ self.doubt)


def _series(inverse: FloatArray, noise: SumsNoise, doubt: FloatArray) -> FloatArray | None:
    """Return ``(I − G)⁻¹ |R⁻¹| doubt`` or more, G being ``|R⁻¹| E``; ``None`` where the series does not converge."""
    first = inverse @ doubt
    scale = inverse @ noise.sums
    if not len(scale):
        return first
    growth = float((inverse @ noise.times(scale[:, None]) / scale[:, None]).max())
    if not growth < 1.0:
        return None
    second = (inverse @ noise.times(first) / scale[:, None]).max(axis=0)
    return np.asarray(first + scale[:, None] * (second / (1.0 - growth)))
