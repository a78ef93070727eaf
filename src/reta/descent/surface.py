"""The mean squared error as a function of the parameters: a bowl, its axes and its lowest point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.blas_threads import one_blas_thread
from reta.descent.coordinates import coordinates_of
from reta.descent.eigen import eigen_decomposition
from reta.double_double import DoubleDouble
from reta.solvers import solve_least_squares

if TYPE_CHECKING:
    from reta.descent.coordinates import Coordinates
    from reta.moment import Moments
    from reta.solvers import Solution
    from reta.types import FloatArray

__all__ = ["Surface", "surface_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The loss ``L(Θ) = best + ½ Σ (Θ − Θ*) H (Θ − Θ*)ᵀ``, summed over targets, on the axes of H.

    Attributes
    ----------
    features, targets
        Names, p and k of them.
    coordinates
        What the parameters Θ, (k, m), multiply: m = p + 1 with a bias, which comes last.
    curvature
        Shape (m,), ascending: the eigenvalues of ``H = (2 / k) AᵀA / n`` with ``A`` the features as the descent sees
        them and ones; exactly 0 along directions that no row can tell apart.
    axes
        Shape (m, m): the eigenvectors, orthonormal columns.
    optimum
        Shape (k, m): Θ*, the least-squares solution; dropped columns are zero.
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
    axes: FloatArray
    optimum: FloatArray
    best_loss: float
    null_loss: float
    standardized: FloatArray
    exact: Solution

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the m parameters of a target."""
        return (*self.features, "intercept") if self.coordinates.bias else self.features

    def distances(self, parameters: FloatArray) -> FloatArray:
        """Return how far parameters (..., k, m) are from the optimum along each axis, (..., k, m)."""
        return (parameters - self.optimum) @ self.axes

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
        return np.asarray(-share * (self.optimum @ self.axes))

    def gradient(self, distances: FloatArray) -> FloatArray:
        """Return the gradient of the loss, (..., k, m), for distances (..., k, m)."""
        return np.asarray((self.curvature * distances) @ self.axes.T)


@one_blas_thread()
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
    curvature[:flat] = 0.0
    elements = moments.weight_sum * moments.n_targets
    return Surface(
        features=moments.features,
        targets=moments.targets,
        coordinates=coordinates,
        curvature=curvature,
        axes=axes.rounded(),
        optimum=coordinates.inside(solution.coef, solution.intercept),
        best_loss=float(np.trace(solution.residual_scatter)) / elements,
        null_loss=float(np.trace(solution.total_scatter)) / elements,
        standardized=curvature if standardize else _standardized(moments, flat, bias=bias),
        exact=solution,
    )


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
