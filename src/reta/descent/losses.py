"""What a residual costs, and how the cost changes with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.errors import UsageError

if TYPE_CHECKING:
    from reta.types import LossName, RealArray

__all__ = ["MSE", "Loss", "element_losses", "element_slopes", "slope_range"]

_DEFAULTS: dict[LossName, float] = {"mse": 0.0, "huber": 1.0, "absolute": 0.0, "quantile": 0.5}


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of the residual r = prediction − target; a batch's loss is the mean over its n·k elements.

    - mse: r², as ``F.mse_loss``;
    - huber: ½r² within ±δ, δ(∣r∣ − ½δ) beyond, as ``F.huber_loss``;
    - absolute: ∣r∣, as ``F.l1_loss``;
    - quantile: max(τe, (τ − 1)e) with e = −r, the pinball loss.

    Parameters
    ----------
    name
        Which of them.
    parameter
        δ of huber, above 0 (by default 1); τ of quantile, between 0 and 1 (by default 0.5); otherwise unused, 0.

    Raises
    ------
    UsageError
        Where there is no such loss, or none with such a parameter.

    References
    ----------
    Huber, "Robust estimation of a location parameter", 1964. Koenker and Bassett, "Regression quantiles", 1978.

    Examples
    --------
    >>> Loss("huber")
    Loss(name='huber', parameter=1.0)
    """

    name: LossName
    parameter: float = None  # type: ignore[assignment]  # replaced at once by the default of the name

    def __post_init__(self) -> None:
        if self.name not in _DEFAULTS:
            raise UsageError(f"no loss is called {self.name!r}: choose among {', '.join(_DEFAULTS)}")
        given: float | None = self.parameter
        if given is None:
            object.__setattr__(self, "parameter", _DEFAULTS[self.name])
        if self.name == "huber" and not 0 < self.parameter < np.inf:
            raise UsageError(f"huber's delta is {self.parameter}: give a number above 0, in the targets' unit")
        if self.name == "quantile" and not 0 < self.parameter < 1:
            raise UsageError(f"the quantile is {self.parameter}: give a number between 0 and 1, such as 0.9")


MSE = Loss("mse")


def element_losses(loss: Loss, residual: RealArray) -> RealArray:
    """Return the loss of every element.

    Parameters
    ----------
    loss
        Which loss.
    residual
        Prediction − target, of any shape.

    Returns
    -------
    RealArray
        Shape and dtype of ``residual``, in the target's unit; squared for mse and for huber within δ.
    """
    if loss.name == "mse":
        return residual * residual
    size = np.abs(residual)
    if loss.name == "huber":
        delta = loss.parameter
        return np.where(size <= delta, 0.5 * residual * residual, delta * (size - 0.5 * delta))
    if loss.name == "absolute":
        return size
    tau = loss.parameter
    return np.maximum(-tau * residual, (1 - tau) * residual)


def element_slopes(loss: Loss, residual: RealArray) -> RealArray:
    """Return the derivative of every element's loss by its residual.

    Where a loss has a kink, the middle of the two slopes, as autograd has it.

    Parameters
    ----------
    loss
        Which loss.
    residual
        Prediction − target, of any shape.

    Returns
    -------
    RealArray
        Shape and dtype of ``residual``.

    Examples
    --------
    >>> element_slopes(Loss("quantile", 0.9), np.array([-2.0, 3.0])).round(12).tolist()
    [-0.9, 0.1]
    """
    if loss.name == "mse":
        return 2 * residual
    if loss.name == "huber":
        return np.clip(residual, -loss.parameter, loss.parameter)
    if loss.name == "absolute":
        return np.sign(residual)
    return (0.5 - loss.parameter) + 0.5 * np.sign(residual)


def slope_range(loss: Loss) -> tuple[float, float]:
    """Return the least and the largest slope that a residual can have; without bound for mse.

    Examples
    --------
    >>> slope_range(Loss("quantile", 0.75))
    (-0.75, 0.25)
    """
    if loss.name == "mse":
        return -np.inf, np.inf
    if loss.name == "huber":
        return -loss.parameter, loss.parameter
    return (-1.0, 1.0) if loss.name == "absolute" else (-loss.parameter, 1.0 - loss.parameter)
