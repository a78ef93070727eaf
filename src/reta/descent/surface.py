"""The mean squared error as a function of the parameters: a bowl, its axes and its lowest point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.coordinates import coordinates_of
from reta.descent.eigen import eigen_decomposition
from reta.double_double import DoubleDouble
from reta.solvers import solve_least_squares
from reta.solvers.sliced_product import product

if TYPE_CHECKING:
    from reta.descent.coordinates import Coordinates
    from reta.moment import Moments
    from reta.solvers import Solution
    from reta.types import FloatArray

__all__ = ["Surface", "surface_of"]


KNOWN = 2.0**-100  # of the largest eigenvalue: so much of any other one is uncertain


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The loss ``L(Θ) = best + ½ Σ (Θ − Θ*) H (Θ − Θ*)ᵀ``, summed over targets, on the axes of H.

    Attributes
    ----------
    features, targets
        Names, p and k of them.
    coordinates
        What the parameters Θ, (k, m), multiply: m = p + 1 with a bias, which comes last.
    curvature, curvature_pair
        Shape (m,), ascending: the eigenvalues of ``H = (2 / k) AᵀA / n`` with ``A`` the features as the descent sees
        them and ones; exactly 0 along directions that no row can tell apart. Rounded, and in pairs.
    axes, axes_pair
        Shape (m, m): the eigenvectors, orthonormal columns; rounded, and in pairs.
    optimum, optimum_pair
        Shape (k, m): Θ*, the least-squares solution; dropped columns are zero. Rounded, and in pairs.
    optimum_along
        Shape (k, m): its coordinates along the axes, in pairs.
    best_loss, null_loss
        Mean squared error over all n·k elements at Θ*, and of predicting each target's mean (zero without a bias).
    standardized
        Shape (m,), ascending: what the curvature would be were the features standardised.
    exact
        The least-squares solution in the data's own units.
    """

    features: tuple[str, ...]
    targets: tuple[str, ...]
    coordinates: Coordinates
    curvature: FloatArray
    curvature_pair: DoubleDouble
    axes: FloatArray
    axes_pair: DoubleDouble
    optimum: FloatArray
    optimum_pair: DoubleDouble
    optimum_along: DoubleDouble
    best_loss: float
    null_loss: float
    standardized: FloatArray
    exact: Solution

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the m parameters of a target."""
        return (*self.features, "intercept") if self.coordinates.bias else self.features

    def along(self, parameters: DoubleDouble) -> DoubleDouble:
        """Return the coordinates of parameters (..., k, m), or of a way, along each axis, (..., k, m)."""
        return _times(parameters, self.axes_pair)

    def across(self, coordinates: DoubleDouble) -> DoubleDouble:
        """Return the parameters (..., k, m) whose coordinates along the axes are these."""
        return _times(coordinates, self.axes_pair.T)

    def distances(self, parameters: FloatArray | DoubleDouble) -> FloatArray:
        """Return how far parameters (..., k, m) are from the optimum along each axis, (..., k, m).

        Each is right to the last digits of the parameters: an optimum that is far away for the sake of a flat axis
        costs the others none.
        """
        if isinstance(parameters, DoubleDouble):
            return (self.along(parameters) - self.optimum_along).rounded()
        along = self.optimum_along
        return np.asarray((parameters @ self.axes - along.high) - along.low)

    def gap(self, distances: FloatArray) -> FloatArray:
        """Return how far the loss is above the best, (...,), for distances (..., k, m)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(0.5 * np.sum(self.curvature * distances**2, axis=(-2, -1)))

    def loss(self, parameters: FloatArray) -> float:
        """Return the loss of parameters (k, m)."""
        return self.best_loss + float(self.gap(self.distances(parameters)))

    def gradient_norm(self, distances: FloatArray) -> FloatArray:
        """Return the Euclidean norm of the gradient, (...,), for distances (..., k, m)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(np.sqrt(np.sum((self.curvature * distances) ** 2, axis=(-2, -1))))

    def attractor(self, weight_decay: float) -> FloatArray:
        """Return how far from the optimum, along each axis, weight decay above 0 leads a descent: (k, m)."""
        share = weight_decay / (self.curvature + weight_decay)
        return np.asarray(-share * self.optimum_along.high)

    def gradient(self, distances: FloatArray) -> FloatArray:
        """Return the gradient of the loss, (..., k, m), for distances (..., k, m)."""
        return np.asarray((self.curvature * distances) @ self.axes.T)


def surface_of(
    moments: Moments, *, bias: bool = True, standardize: bool = False, exact: Solution | None = None
) -> Surface:
    """Return the surface of the mean squared error over the rows of ``moments``.

    Parameters
    ----------
    moments
        Of p features and k targets.
    bias
        Whether the model has a bias.
    standardize
        Whether the descent sees standardised features.
    exact
        The least-squares solution of ``moments``, where it is known already.

    Raises
    ------
    UsageError, DataError
        There is no target, no row, or a column holds NaN or infinity.

    Notes
    -----
    O(p³), in pairs of floats: curvatures are right to many digits of their own, however much they differ.
    """
    solution = solve_least_squares(moments, fit_intercept=bias) if exact is None else exact
    coordinates = coordinates_of(moments, bias=bias, standardize=standardize)
    curvature, axes = eigen_decomposition(_hessian(moments, coordinates))
    flat = len(curvature) - solution.rank - bias
    curvature[:flat] = DoubleDouble.zeros(flat)
    optimum = _optimum(solution, coordinates)
    along = _times(optimum, axes)
    elements = moments.weight_sum * moments.n_targets
    best_loss = float(np.trace(solution.residual_scatter)) / elements
    curvature = _reconciled(curvature, along, moments, best_loss)
    return Surface(
        features=moments.features,
        targets=moments.targets,
        coordinates=coordinates,
        curvature=curvature.rounded(),
        curvature_pair=curvature,
        axes=axes.rounded(),
        axes_pair=axes,
        optimum=optimum.rounded(),
        optimum_pair=optimum,
        optimum_along=along,
        best_loss=best_loss,
        null_loss=float(np.trace(solution.total_scatter)) / elements,
        standardized=curvature.rounded() if standardize else _standardized(moments, flat, bias=bias),
        exact=solution,
    )


def _optimum(exact: Solution, coordinates: Coordinates) -> DoubleDouble:
    """Return Θ* as the descent sees it; its bias from the level at the solution's centre, which does not cancel."""
    coef = DoubleDouble(exact.coef, exact.coef_low)
    level = DoubleDouble(exact.level, exact.level_low)
    way = DoubleDouble.of(coordinates.center) - exact.center
    optimum = coordinates.inside_pair(coef, level)
    if coordinates.bias:
        optimum[:, -1] = level + (coef * way).sum(axis=1)
    return optimum


def _reconciled(curvature: DoubleDouble, optimum: DoubleDouble, moments: Moments, best_loss: float) -> DoubleDouble:
    """Return curvatures, (m,), with which the gap of zeros is what the moments say.

    An axis that is all but flat has the last word. Its eigenvalue is known to a share of the largest one, its
    coordinate of the optimum, (k, m), may be as large as it likes; but what they come to is a part of the loss, whose
    digits are all known.
    """
    p, k = moments.n_features, moments.n_targets
    way = (optimum * optimum).sum(axis=0)
    at = int(np.argmax(np.where(curvature.high > 0.0, way.high, -1.0)))
    if KNOWN * curvature.high[-1] * way.high[at] <= np.finfo(np.float64).eps * best_loss:
        return curvature
    diagonal = np.arange(p, p + k)
    mean = moments.mean_pair[p:]
    zero_loss = (moments.scatter_pair[diagonal, diagonal] / moments.weight_pair + mean * mean).sum() / float(k)
    gaps = curvature * way * 0.5
    missing = zero_loss - best_loss - gaps.sum()
    if not abs(missing.high) < gaps.high[at] / 2.0:
        return curvature
    factor = missing / gaps[at] + 1.0
    weights = np.arange(len(curvature)) == at
    return DoubleDouble.where(weights, curvature * factor, curvature)


def _times(rows: DoubleDouble, matrix: DoubleDouble) -> DoubleDouble:
    """Return the products of rows (..., m) with a matrix (m, m)."""
    m = len(matrix)
    found = product(DoubleDouble(rows.high.reshape(-1, m), rows.low.reshape(-1, m)), matrix)
    return DoubleDouble(found.high.reshape(rows.shape), found.low.reshape(rows.shape))


def _standardized(moments: Moments, flat: int, *, bias: bool) -> FloatArray:
    """Return the curvature for standardised features; in float64, since these differ by the condition alone."""
    p, coordinates = moments.n_features, coordinates_of(moments, bias=bias, standardize=True)
    mean = (moments.mean[:p] - coordinates.center) / coordinates.scale
    inner = moments.scatter_xx / (moments.weight_sum * coordinates.scale[:, None] * coordinates.scale)
    curvature = np.linalg.eigvalsh(inner + np.outer(mean, mean))
    curvature = np.sort(np.append(curvature, np.ones(int(bias)))) * (2.0 / moments.n_targets)
    curvature[:flat] = 0.0
    return np.asarray(np.maximum(curvature, 0.0))


def _hessian(moments: Moments, coordinates: Coordinates) -> DoubleDouble:
    """Return ``(2 / k) AᵀA / W``, shape (m, m), in pairs."""
    p = moments.n_features
    scale = DoubleDouble.of(coordinates.scale)
    mean = (moments.mean_pair[:p] - coordinates.center) / scale
    inner = moments.scatter_pair[:p, :p] / moments.weight_pair / scale[:, None] / scale[None, :]
    inner = inner + mean[:, None] * mean[None, :]
    whole = DoubleDouble.of(np.eye(p + coordinates.bias))
    whole.high[:p, :p], whole.low[:p, :p] = inner.high, inner.low
    if coordinates.bias:
        whole.high[p, :p] = whole.high[:p, p] = mean.high
        whole.low[p, :p] = whole.low[:p, p] = mean.low
    return (whole * 2.0 / float(moments.n_targets)).mirrored()
