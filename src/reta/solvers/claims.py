"""The decimal digits that a solution claims: worked out when they are asked for, a coarse bound at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reta.double_double import EPS as PAIR_EPS
from reta.solvers.certainty import TINY_COEFFICIENT, Certainty
from reta.solvers.error_bounds import ErrorBounds
from reta.solvers.precision import MOST_DIGITS
from reta.solvers.rounding import Rounding

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.minimum_norm import Sharing
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.refined import Refined
    from reta.solvers.residuals import Residuals
    from reta.types import FloatArray, IntArray

__all__ = ["Claims", "Ground", "KnownDigits"]

TINIEST = 2.0**-1022
KEPT_UP_TO = 64  # columns: the ground of more would fill too much memory to be kept for a question that may not come


class KnownDigits(NamedTuple):
    """Digits of all, shape (k, p) of coefficients and (k,) of intercepts."""

    least: int
    of_coef: IntArray
    of_intercept: IntArray

    @classmethod
    def none(cls, k: int, p: int) -> KnownDigits:
        """Return no digit of k targets and p coefficients each."""
        return cls(0, np.zeros((k, p), dtype=np.int64), np.zeros(k, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What claims rest on; coefficients and intercepts in the units of the equations."""

    equations: NormalEquations
    factor: CholeskyFactor
    solution: Refined
    coef: FloatArray
    intercept: FloatArray
    sharing: Sharing | None

    def certainty(self) -> Certainty:
        """Return the bounds in full."""
        bounds = ErrorBounds.of(self.equations, self.factor, self.solution)
        return Certainty.of(bounds, self.coef, self.intercept, self.sharing)

    def coarse_error(self) -> float:
        """Return a bound of every error in the units of ``Certainty``, by norms alone; infinite where they do not tell.

        The same bounds as in full, with ``√r`` times the condition κ in the place of ``R⁻¹``, and ``√(r κ)`` in that of
        the sum of all coefficients: ``wᵀ R w`` is at most 1.
        """
        equations, solution = self.equations, self.solution
        r, k = solution.coef.shape
        if self.sharing is not None or not r or not k or equations.constant_y.any() or not self.factor.whole:
            return math.inf
        norm_y = np.sqrt(equations.total.high.diagonal())
        inverse, size = r**0.5 * self.factor.condition, 1.0 + (r * self.factor.condition) ** 0.5
        offset = max(float(equations.offset_x.max()), float(equations.offset_y.max()))
        noise = max(float(equations.noise_x.max()), float(equations.noise_y.max())) ** 2
        noise += 2.0 * equations.pair_noise * offset
        left = float(((np.abs(solution.left) / self.factor.norm[:, None] + solution.doubt) / norm_y).max())
        doubt = left + (4.0 * PAIR_EPS * (r + 1) + noise) * size
        if not r * inverse * noise < 0.5:
            return math.inf
        error = (1.0 + r * offset) * (2.0 * inverse * doubt + 4.0 * (noise + equations.pair_noise) * size)
        return float(error)

    def least_size(self) -> float:
        """Return the size of the smallest coefficient or intercept, in those units, where all columns were kept."""
        norm_y = np.sqrt(self.equations.total.high.diagonal())
        least = float((np.abs(self.solution.coef.high) * self.factor.norm[:, None] / norm_y).min())
        if not self.equations.fit_intercept:
            return least
        deviation = norm_y / math.sqrt(self.equations.weight_sum)
        return min(least, float((np.abs(self.intercept) / deviation).min()))


class Claims:
    """The digits of a solution.

    Parameters
    ----------
    found
        Digits, where they are known, or the ground on which they can be worked out.
    """

    def __init__(self, found: KnownDigits | Ground) -> None:
        self._found = found
        self._certainty: Certainty | None = None
        self._coarse: float | None = None

    @property
    def digits(self) -> KnownDigits:
        """Of all."""
        if isinstance(self._found, Ground):
            certainty, (p, k) = self._bounds(self._found), self._found.coef.shape
            digits = certainty.digits
            of_intercept = digits[p] if len(digits) > p else np.full(k, MOST_DIGITS)
            self._found = KnownDigits(certainty.least_digits, digits[:p].T, of_intercept)
            self._certainty = None
        return self._found

    def allow(self, digits: int, residuals: Residuals, degrees_of_freedom: int) -> bool:
        """Tell whether the rounding of a fresh solution leaves what ``digits`` asks for: ``Rounding.allows``."""
        ground = self._found
        if not isinstance(ground, Ground):
            raise TypeError("digits that are known tell nothing of what they come from")
        coarse = self._coarse_error(ground)
        if coarse < math.inf and Rounding(coarse / max(ground.least_size(), TINIEST), residuals.rounding_share).allows(
            digits
        ):
            return True
        return self._bounds(ground).rounding(residuals, degrees_of_freedom).allows(digits)

    def settle(self) -> None:
        """Work out digits now, and let go of what they rest on, where that is large."""
        if isinstance(self._found, Ground) and len(self._found.coef) > KEPT_UP_TO:
            self._found = self.digits

    def _bounds(self, ground: Ground) -> Certainty:
        if self._certainty is None:
            self._certainty = ground.certainty()
        return self._certainty

    def are_at_least(self, digits: int) -> bool:
        """Tell whether every coefficient has so many."""
        if isinstance(self._found, Ground) and self._coarse_error(self._found) < TINY_COEFFICIENT * 10.0**-digits:
            return True
        return self.digits.least >= digits

    def _coarse_error(self, ground: Ground) -> float:
        if self._coarse is None:
            self._coarse = ground.coarse_error()
        return self._coarse

    def __reduce__(self) -> tuple[type[Claims], tuple[KnownDigits]]:
        return Claims, (self.digits,)
