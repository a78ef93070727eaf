"""The decimal digits that a solution claims: worked out when they are asked for, a coarse bound at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reta.double_double import EPS as PAIR_EPS
from reta.solvers.certainty import TINY_COEFFICIENT, Certainty
from reta.solvers.error_bounds import ErrorBounds
from reta.solvers.precision import MOST_DIGITS

if TYPE_CHECKING:
    from reta.solvers.cholesky import CholeskyFactor
    from reta.solvers.minimum_norm import Sharing
    from reta.solvers.normal_equations import NormalEquations
    from reta.solvers.refined import Refined
    from reta.solvers.residuals import Residuals
    from reta.solvers.rounding import Rounding
    from reta.types import FloatArray, IntArray

__all__ = ["Claims", "Ground", "KnownDigits"]

KEPT_UP_TO = 64  # columns: the ground of more would fill too much memory to be kept for a question that may not come


class KnownDigits(NamedTuple):
    """Digits of all, shape (k, p) of coefficients and (k,) of intercepts."""

    least: int
    of_coef: IntArray
    of_intercept: IntArray


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

    def coarse_digits(self) -> float:
        """Return digits that every coefficient has for certain, by norms alone; 0 where these do not tell.

        The same bounds as in full, with ``√r`` times the condition κ in the place of ``R⁻¹``, and ``√(r κ)`` in that of
        the sum of all coefficients: ``wᵀ R w`` is at most 1.
        """
        equations, solution = self.equations, self.solution
        r, k = solution.coef.shape
        if self.sharing is not None or not r or not k or equations.constant_y.any() or not self.factor.whole:
            return 0.0
        norm_y = np.sqrt(equations.total.high.diagonal())
        inverse, size = r**0.5 * self.factor.condition, 1.0 + (r * self.factor.condition) ** 0.5
        offset = max(float(equations.offset_x.max()), float(equations.offset_y.max()))
        noise = max(float(equations.noise_x.max()), float(equations.noise_y.max())) ** 2
        noise += 2.0 * equations.pair_noise * offset
        left = float(((np.abs(solution.left) / self.factor.norm[:, None] + solution.doubt) / norm_y).max())
        doubt = left + (4.0 * PAIR_EPS * (r + 1) + noise) * size
        if not r * inverse * noise < 0.5:
            return 0.0
        error = (1.0 + r * offset) * (2.0 * inverse * doubt + 4.0 * (noise + equations.pair_noise) * size)
        return float(-np.log10(max(error / TINY_COEFFICIENT, PAIR_EPS)))


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

    def rounding(self, residuals: Residuals, degrees_of_freedom: int) -> Rounding:
        """Return how large the rounding of a fresh solution is beside its standard errors."""
        if not isinstance(self._found, Ground):
            raise TypeError("digits that are known tell nothing of what they come from")
        return self._bounds(self._found).rounding(residuals, degrees_of_freedom)

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
        if isinstance(self._found, Ground) and self._found.coarse_digits() > digits:
            return True
        return self.digits.least >= digits

    def __reduce__(self) -> tuple[type[Claims], tuple[KnownDigits]]:
        return Claims, (self.digits,)
