"""In which order numbers are added, so that NumPy and the compiled kernel come to the same bits.

A prediction is Σ θc·xc over ``width`` columns: the weights, the bias beside a feature that is 1, and zeros up to whole
lanes. Lane l adds the products of columns l, l + 8, l + 16, … in turn; then the upper half of the lanes is added to the
lower half until one is left. Over the rows of a batch, gradients and losses are added in the order of the rows. Every
product is rounded before it is added, every sum is float64, and parameters are rounded to their dtype at every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from reta.descent.parameters import Parameters
    from reta.descent.update import Update
    from reta.types import RealArray

__all__ = ["LANES", "NARROW", "Stacked", "stacked"]

NARROW, LANES = 4, 8  # numbers in one register, and in two; a row of up to four needs no more than one


@dataclass(slots=True, eq=False)
class Stacked:
    """Weights and bias side by side, with their velocities.

    Attributes
    ----------
    theta, velocity
        (k, width). A velocity that is still to begin is zero.
    n_features, has_bias
        Columns of weights, and whether the bias comes after them.
    begun
        Whether the weights have a velocity, and whether the bias has one.
    """

    theta: RealArray
    velocity: RealArray
    n_features: int
    has_bias: bool
    begun: tuple[bool, bool]

    def groups(self, updates: tuple[Update, Update]) -> list[tuple[Update, bool]]:
        """Return how columns step and whether their velocity has begun: all alike, or the weights and then the bias."""
        of_weights, of_bias = zip(updates, self.begun, strict=True)
        return [of_weights] if not self.has_bias or of_weights == of_bias else [of_weights, of_bias]

    def begin(self, updates: tuple[Update, Update]) -> None:
        """Note that a step was made: velocities have begun where there is momentum."""
        self.begun = (
            self.begun[0] or updates[0].momentum != 0,
            self.begun[1] or (self.has_bias and updates[1].momentum != 0),
        )

    def write_back(self, parameters: Parameters) -> None:
        """Write into the arrays of ``parameters``, which others may hold too."""
        p = self.n_features
        parameters.weight[:] = self.theta[:, :p]
        if self.begun[0]:
            parameters.weight_velocity = _kept(parameters.weight_velocity, self.velocity[:, :p], parameters.weight)
        if parameters.bias is None:
            return
        parameters.bias[:] = self.theta[:, p]
        if self.begun[1]:
            parameters.bias_velocity = _kept(parameters.bias_velocity, self.velocity[:, p], parameters.bias)


def stacked(parameters: Parameters, dtype: type[np.floating]) -> Stacked:
    """Return copies of all parameters and velocities in one layout."""
    k, p = parameters.weight.shape
    columns = p if parameters.bias is None else p + 1
    width = NARROW if columns <= NARROW else -(-columns // LANES) * LANES
    theta, velocity = np.zeros((2, k, width), dtype)
    for into, of_weight, of_bias in (
        (theta, parameters.weight, parameters.bias),
        (velocity, parameters.weight_velocity, parameters.bias_velocity),
    ):
        if of_weight is not None:
            into[:, :p] = of_weight
        if of_bias is not None:
            into[:, p] = of_bias
    begun = parameters.weight_velocity is not None, parameters.bias_velocity is not None
    return Stacked(theta, velocity, p, parameters.bias is not None, begun)


def _kept(before: RealArray | None, after: RealArray, like: RealArray) -> RealArray:
    if before is None:
        return after.astype(like.dtype)
    before[:] = after
    return before
