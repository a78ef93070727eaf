"""Where a descent takes its steps: in the columns' own units, or in standard deviations about their means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.arrays import or_one
from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from reta.moment import Moments
    from reta.types import FloatArray

__all__ = ["Coordinates", "coordinates_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Coordinates:
    """Features as the descent sees them, ``(x − center) / scale``, and a column of ones where there is a bias.

    Attributes
    ----------
    center, scale
        Shape (p,), in the features' units; 0 and 1 where the features are taken as they are.
    bias
        Whether there is a bias.
    """

    center: FloatArray
    scale: FloatArray
    bias: bool

    @property
    def standardized(self) -> bool:
        """Whether features are changed at all."""
        return bool(self.center.any() or (self.scale != 1.0).any())

    def inside(self, weight: FloatArray, bias: FloatArray) -> FloatArray:
        """Return parameters (k, m) of the descent for weights (k, p) and biases (k,) in the data's units."""
        return self.inside_pair(weight, bias).rounded()

    def outside(self, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return weights (..., k, p) and biases (..., k) in the data's units; zeros where there is no bias."""
        weight, bias = self.outside_pair(parameters)
        return weight.rounded(), bias.rounded()

    def inside_pair(self, weight: FloatArray | DoubleDouble, bias: FloatArray | DoubleDouble) -> DoubleDouble:
        """Return what ``inside`` does, in pairs."""
        weight, bias = DoubleDouble.of(weight), DoubleDouble.of(bias)
        parameters = DoubleDouble.zeros((len(weight), len(self.scale) + self.bias))
        parameters[:, : len(self.scale)] = weight * self.scale
        if self.bias:
            parameters[:, -1] = bias + (weight * self.center).sum(axis=1)
        return parameters

    def outside_pair(self, parameters: FloatArray | DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
        """Return what ``outside`` does, in pairs."""
        parameters = DoubleDouble.of(parameters)
        weight = parameters[..., : len(self.scale)]
        if self.standardized:
            weight = weight / self.scale
        if not self.bias:
            return weight, DoubleDouble.zeros(weight.shape[:-1])
        bias = parameters[..., -1]
        return weight, bias - (weight * self.center).sum(axis=-1) if self.standardized else bias

    def rows(self, X: FloatArray) -> FloatArray:
        """Return features (n, p) as the descent sees them, without the column of ones."""
        return (X - self.center) / self.scale if self.standardized else X


def coordinates_of(moments: Moments, *, bias: bool = True, standardize: bool = False) -> Coordinates:
    """Return the coordinates of a descent on the rows of ``moments``.

    Parameters
    ----------
    moments
        Of p features, n > 0 rows.
    bias
        Whether the model has a bias. Without one, standardised features keep their zero.
    standardize
        Whether features are centred and divided by their standard deviation (root mean square without a bias); a
        constant column keeps its unit.
    """
    p = moments.n_features
    if not standardize:
        return Coordinates(np.zeros(p), np.ones(p), bias)
    center = moments.mean[:p].copy() if bias else np.zeros(p)
    mean_square = np.diagonal(moments.scatter_xx) / moments.weight_sum + (moments.mean[:p] - center) ** 2
    spread = np.sqrt(mean_square)
    return Coordinates(center, or_one(spread), bias)
