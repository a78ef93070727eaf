"""The whole path of full-batch gradient descent, in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from reta.descent.powers import best_lr, largest_stable_lr, log_rate, shares
from reta.double_double import DoubleDouble
from reta.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import ArrayLike

    from reta.descent.certificate import Certificate
    from reta.descent.powers import Shares
    from reta.descent.surface import Surface
    from reta.descent.update import Update
    from reta.types import FloatArray, Language

__all__ = ["Point", "Trajectory"]


class Point(NamedTuple):
    """Weights and biases, or the gradient of the loss by them.

    Attributes
    ----------
    weight
        Shape (..., k, p), target per feature.
    bias
        Shape (..., k).
    """

    weight: FloatArray
    bias: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """Every epoch of a full-batch descent on the mean squared error, none of them computed step by step.

    Attributes
    ----------
    surface
        The loss that it descends, and its axes.
    update
        How each step is made.
    initial
        Weights and biases of epoch 0, in the data's units.

    Notes
    -----
    On the axes of the Hessian H the parameters do not mix: ``c(t) = a(t) c(0)``, where a(t) is ``(1 − ηλ)ᵗ``, or comes
    from a power of a 2 × 2 matrix with momentum. So each epoch, the billionth too, costs O(m²k). Parameters are the
    start and ``1 − a(t)`` of the way along each axis, in pairs of floats: the first steps do not cancel against an
    optimum far away. Along axes without curvature the parameters stay where they are. Weight decay adds to λ and pulls
    towards zero.

    Examples
    --------
    >>> import reta
    >>> moments = reta.moments(reta.datasets.crops_15(), targets=["apples", "oranges"])
    >>> path = reta.trajectory(moments, lr=1e-5)
    >>> path.loss([0, 100, 10**9]).round(3).tolist()
    [8310.667, 152.904, 0.909]
    """

    surface: Surface
    update: Update
    initial: Point
    _start: DoubleDouble = field(init=False, repr=False)
    _way: DoubleDouble = field(init=False, repr=False)

    def __post_init__(self) -> None:
        surface, decay = self.surface, self.update.weight_decay
        start = surface.coordinates.inside_pair(*self.initial)
        rest = surface.optimum_along  # where the descent would come to rest
        if decay:
            rest = rest * (surface.curvature_pair / self._pull)
        object.__setattr__(self, "_start", start)
        object.__setattr__(self, "_way", rest - surface.along(start))

    @property
    def start(self) -> FloatArray:
        """Shape (k, m): the parameters of epoch 0, as the descent sees them."""
        return self._start.rounded()

    def at(self, epochs: ArrayLike) -> Point:
        """Return weights and biases, in the data's units, after ``epochs``: one whole number, or an array (...,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            weight, bias = self.surface.coordinates.outside_pair(self.moved(epochs))
            return Point((weight + self.initial.weight).rounded(), (bias + self.initial.bias).rounded())

    def parameters(self, epochs: ArrayLike) -> FloatArray:
        """Return the parameters, shape (..., k, m), as the descent sees them; not finite where it has diverged."""
        with np.errstate(over="ignore", invalid="ignore"):
            return (self._start + self.moved(epochs)).rounded()

    def moved(self, epochs: ArrayLike) -> DoubleDouble:
        """Return how far the parameters, as the descent sees them, have come from the start, shape (..., k, m)."""
        return self.surface.across(self._covered(self._shares(epochs)))

    def distances(self, epochs: ArrayLike) -> FloatArray:
        """Return how far the parameters are from the optimum along each axis of the surface, shape (..., k, m)."""
        done = self._shares(epochs)
        with np.errstate(over="ignore", invalid="ignore"):
            if self.update.weight_decay:
                from_start = self.surface.along(self._start) - self.surface.optimum_along
                found = (from_start + self._covered(done)).rounded()
                return np.where(np.isnan(found), np.inf, found)
            way = self._way.rounded()
            return np.asarray(np.where(way == 0.0, 0.0, -done.left[..., None, :] * way))

    def loss(self, epochs: ArrayLike) -> FloatArray:
        """Return the mean squared error over all n·k elements, shape (...,)."""
        return self.surface.best_loss + self.gap(epochs)

    def gap(self, epochs: ArrayLike) -> FloatArray:
        """Return how far the loss is above the best possible one, shape (...,); right to its last digits."""
        return self.surface.gap(self.distances(epochs))

    def gradient(self, epochs: ArrayLike) -> Point:
        """Return the gradient of the loss, before weight decay, by the parameters as the descent sees them."""
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = self.surface.gradient(self.distances(epochs))
        p = len(self.surface.features)
        bias = gradient[..., p] if self.surface.coordinates.bias else np.zeros(gradient.shape[:-1])
        return Point(gradient[..., :p], bias)

    def gradient_norm(self, epochs: ArrayLike) -> FloatArray:
        """Return the Euclidean norm of the gradient, shape (...,)."""
        return self.surface.gradient_norm(self.distances(epochs))

    @property
    def log_rates(self) -> FloatArray:
        """Logarithm of what an epoch multiplies the distance along each axis by in the long run, (m,)."""
        return log_rate(self._pull, self.update)

    @property
    def largest_stable_lr(self) -> float:
        """The learning rate from which on the descent diverges, all else equal."""
        return largest_stable_lr(self._pull.rounded(), self.update)

    @property
    def best_lr(self) -> float:
        """The learning rate whose slowest axis is fastest without momentum; with Nesterov's, at most ``1 / λmax``."""
        return best_lr(self._pull.rounded(), nesterov=self.update.nesterov)

    def directions(self, language: Language = "en") -> pl.DataFrame:
        """Return the axes of the surface, the steepest first, in words.

        Parameters
        ----------
        language
            Of the words: ``"en"`` or ``"pt-BR"``.

        Returns
        -------
        polars.DataFrame
            ``direction``, the parameters that it is made of; ``curvature`` (λ); ``rate``, by what an epoch multiplies
            the distance to the optimum; ``epochs``, how many bring it to a hundredth (null where it never gets there);
            and the parts of each parameter, one column each, squares adding up to 1.
        """
        from reta.descent.directions import direction_frame

        return direction_frame(self, language)

    def certificate(self, epochs: int) -> Certificate:
        """Return how far the descent is from the best after ``epochs``, and what keeps it from there."""
        from reta.descent.certificate import certify

        return certify(self.surface, self.update, parameters=self.parameters(epochs), start=self.start, epochs=epochs)

    @property
    def _pull(self) -> DoubleDouble:
        """λ and weight decay together; zero for axes without either."""
        return self.surface.curvature_pair + self.update.weight_decay

    def _shares(self, epochs: ArrayLike) -> Shares:
        return shares(self._pull, self.update, _whole_epochs(epochs))

    def _covered(self, done: Shares) -> DoubleDouble:
        """Return the part of the way along each axis that lies behind, (..., k, m); 0 where there is no way to go."""
        still, share = self._way.high == 0.0, done.covered[..., None, :]
        return DoubleDouble(np.where(still, 0.0, share.high), np.where(still, 0.0, share.low)) * self._way


def _whole_epochs(epochs: ArrayLike) -> FloatArray:
    """Return epochs as floats; UsageError where they are no whole numbers from 0."""
    try:
        steps = np.asarray(epochs, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"epochs={epochs!r}: whole numbers from 0 are meant") from None
    if not np.all((steps >= 0.0) & (steps == np.floor(steps)) & np.isfinite(steps)):
        raise UsageError(f"epochs={epochs!r}: whole numbers from 0 are meant")
    return steps
