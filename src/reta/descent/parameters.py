"""What a descent changes: weights, bias and their velocities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reta.types import RealArray

__all__ = ["Parameters"]


@dataclass(slots=True, eq=False)
class Parameters:
    """Arrays that ``run_batches`` changes in place, all C-contiguous and of one dtype, float64 or float32.

    Parameters
    ----------
    weight
        (k, p), the layout of ``torch.nn.Linear``.
    bias
        (k,), or None where predictions have none.
    weight_velocity, bias_velocity
        Shaped like what they belong to; None until the first step with momentum.

    Examples
    --------
    >>> import numpy as np
    >>> Parameters(np.zeros((2, 3)), np.zeros(2)).copy().weight.shape
    (2, 3)
    """

    weight: RealArray
    bias: RealArray | None
    weight_velocity: RealArray | None = None
    bias_velocity: RealArray | None = None

    def copy(self) -> Parameters:
        """Return the same numbers in arrays of their own."""
        return Parameters(self.weight.copy(), _copy(self.bias), _copy(self.weight_velocity), _copy(self.bias_velocity))


def _copy(array: RealArray | None) -> RealArray | None:
    return None if array is None else array.copy()
