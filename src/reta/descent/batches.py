"""Steps over mini-batches: whichever road is fit for the size of the work."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.blas_road import blas_steps
from reta.descent.compiled_road import compiled_steps, is_loaded
from reta.descent.losses import MSE
from reta.descent.numpy_road import numpy_steps

if TYPE_CHECKING:
    from reta.descent.losses import Loss
    from reta.descent.parameters import Parameters
    from reta.descent.update import Update
    from reta.types import DescentRoad, FloatArray, IntArray, RealArray, Reduction

__all__ = ["road_for", "run_batches"]

_WORTH_LOADING = 500_000_000  # ns: about what loading Numba and the kernel from disk takes
_LITTLE = _WORTH_LOADING // 10  # ns: so little work never pays for it
_WIDE, _TALL = 512, 1 << 16  # cells of the weights, and products a batch, from which NumPy alone is slow beside BLAS

_STEPS = {"numpy": numpy_steps, "compiled": compiled_steps, "blas": blas_steps}
_by_numpy: Counter[type[np.floating]] = Counter()  # ns of the work that NumPy was chosen for in this process


def road_for(
    n_batches: int, n_rows: int, n_features: int, n_targets: int, dtype: type[np.floating] = np.float64
) -> DescentRoad:
    """Return the fastest road for so much work, loading the kernel included where that is still to do.

    Parameters
    ----------
    n_batches, n_rows
        Of all epochs together.
    n_features, n_targets
        Width of a row.
    dtype
        Of the rows.

    Notes
    -----
    NumPy and the kernel come to the same bits, so what is loaded may decide between them. BLAS adds in an order of its
    own: the shape alone decides for it, so that equal inputs give equal bits.

    The kernel is loaded for work that would take NumPy longer than that, or for the last of several pieces of work that
    together have: whoever trains epoch by epoch does not wait for ever.

    Examples
    --------
    >>> road_for(2_000_000, 10_000_000, 3, 2), road_for(4_000, 1_000_000, 500, 10)
    ('compiled', 'blas')
    """
    cells = n_features * n_targets
    if cells >= _WIDE and n_rows * cells >= _TALL * n_batches:
        return "blas"
    if is_loaded(dtype):
        return "compiled"
    numpy_ns = n_batches * 13_000 + n_rows * (100 + 50 * n_targets + 4 * cells)
    if numpy_ns < _LITTLE:
        return "numpy"
    _by_numpy[dtype] += numpy_ns
    return "compiled" if _by_numpy[dtype] > _WORTH_LOADING else "numpy"


def run_batches(  # noqa: PLR0917 - the data, then how; most callers give the first six
    parameters: Parameters,
    X: RealArray,
    Y: RealArray,
    order: IntArray,
    starts: IntArray,
    update: Update,
    loss: Loss = MSE,
    row_weights: FloatArray | None = None,
    *,
    bias_update: Update | None = None,
    reduction: Reduction = "mean",
    road: DescentRoad | None = None,
) -> FloatArray:
    """Make one step per batch, in place.

    The objective of batch b is Σ wᵢ·loss(ŷᵢⱼ − yᵢⱼ)/(m·k) over its m rows and k targets, or that sum itself. Nothing
    stops it: where numbers grow without bound, infinity and NaN go on as they do in PyTorch.

    Parameters
    ----------
    parameters
        Changed in place; velocities appear in the first step with momentum.
    X, Y
        (n, p) and (n, k), dtype of the parameters, in C order.
    order
        Rows in the order in which batches take them.
    starts
        (n_batches + 1,): batch b takes ``order[starts[b] : starts[b + 1]]``.
    update
        How a gradient becomes a step.
    loss
        Of an element.
    row_weights
        (n,), factors on the loss of each row, used as they are; None for none.
    bias_update
        Where the bias takes other steps than the weights.
    reduction
        ``"mean"`` over the elements of a batch, or their ``"sum"``.
    road
        ``"numpy"``, ``"compiled"`` or ``"blas"``; by default ``road_for`` the work of this call.

    Returns
    -------
    FloatArray
        (n_batches,), the loss of every batch before its step.

    Raises
    ------
    IndexError
        Where ``order`` or ``starts`` point outside of the rows.

    Notes
    -----
    Batches follow one another: a step needs the parameters that the step before left, hence one thread.

    Examples
    --------
    >>> from reta.descent import Parameters, Update
    >>> X, Y = np.array([[1.0], [2.0], [3.0], [4.0]]), np.array([[2.0], [4.0], [6.0], [8.0]])
    >>> line = Parameters(np.zeros((1, 1)), None)
    >>> run_batches(line, X, Y, np.arange(4), np.array([0, 2, 4]), Update(lr=0.1)).round(6).tolist()
    [10.0, 12.5]
    >>> line.weight.tolist()
    [[3.5]]
    """
    _check(len(X), order, starts)
    if road is None:
        road = road_for(len(starts) - 1, int(starts[-1] - starts[0]), X.shape[1], Y.shape[1], X.dtype.type)
    updates = update, bias_update or update
    return _STEPS[road](parameters, X, Y, order, starts, updates, loss, row_weights, reduction)


def _check(n_rows: int, order: IntArray, starts: IntArray) -> None:
    if len(order) and (order.min() < 0 or order.max() >= n_rows):
        raise IndexError(f"order names rows {order.min()} to {order.max()}, and there are {n_rows}")
    if starts[0] < 0 or starts[-1] > len(order) or (np.diff(starts) < 0).any():
        raise IndexError(f"starts must rise from 0 or more to {len(order)}, the length of order, or less")
