"""How large the rounding of a solution is beside what statistics leaves uncertain anyway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import share_of

if TYPE_CHECKING:
    from reta.types import FloatArray

__all__ = ["Rounding", "rounding_of"]

UNSEEN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Rounding:
    """Bounds of the rounding in a solution, all without unit; the largest over coefficients and targets.

    Attributes
    ----------
    of_coefficients
        Of a coefficient or an intercept, as a share of its size or of ten thousand of its standard errors, whichever
        is larger.
    of_variances
        Of a residual variance, as a share of it; infinite where float64 cannot tell it from zero.
    """

    of_coefficients: float
    of_variances: float

    def allows(self, digits: int) -> bool:
        """Tell whether rounding leaves what ``digits`` asks for.

        That many digits of every coefficient that stands out of its standard error. Of what statistics itself blurs,
        four fewer suffice: rounding within 10^(4 − digits) of a coefficient's standard error, and of a residual
        variance. Where there are no residuals there is no such error, and the rule is the strict one.
        """
        return self.of_coefficients <= 10.0**-digits and self.of_variances <= 10.0 ** (UNSEEN_DIGITS - digits)


def rounding_of(
    error: FloatArray, size: FloatArray, unscaled: FloatArray, *, variance: FloatArray, noise: FloatArray
) -> Rounding:
    """Return the rounding of m coefficients, the intercept among them, of k targets.

    Parameters
    ----------
    error, size
        Shape (m, k): bound of the rounding of each coefficient, and its absolute value, in the same unit.
    unscaled
        Shape (m,): variance of each coefficient for a residual variance of 1.
    variance, noise
        Shape (k,): residual variances, and bounds of their rounding, in that unit squared.
    """
    standard_error = np.sqrt(np.outer(unscaled, variance))
    allowed = np.maximum(size, 10.0**UNSEEN_DIGITS * standard_error)
    return Rounding(_largest_share(error, allowed), _largest_share(noise, variance))


def _largest_share(part: FloatArray, whole: FloatArray) -> float:
    return float(share_of(part, whole, of_nothing=np.inf).max(initial=0.0))
