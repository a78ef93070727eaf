"""Steps over mini-batches by a compiled kernel: one row at a time, read where it lies, in the order of ``lanes``.

Only ``compiled_road`` imports this module, so that small work never pays for Numba. All that is compiled stays in this
one file: the code that Numba keeps on disk is thrown away when this file changes, and when no other does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]  # ships no types
from numba.core import cgutils
from numba.extending import intrinsic

from reta.moment.kept_code import compiled_and_kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.types import BoolArray, FloatArray, IntArray, RealArray

__all__ = ["descend"]

_MSE, _HUBER, _ABSOLUTE = range(3)  # and 3 is quantile
_NARROW, _LANES = 4, 8  # as ``lanes.py`` has them

# Rows between the one that is asked from memory and the one at work; unasked, a row takes four times as long.
_AHEAD = 10


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile without freedom to add in another order or to leave out a rounding: NumPy must come to the same bits."""
    compiled: Callable[..., Any] = numba.njit(nogil=True)(function)
    return compiled


def _entry(function: Callable[..., Any]) -> Callable[..., Any]:
    return compiled_and_kept(function, nogil=True)


def _prefetch_code(_typing: Any, rows: Any, i: Any) -> Any:
    """Ask for the beginning of row ``i``, which will be read soon; a hint without further effect."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, i = arguments
        source = context.make_array(signature.args[0])(context, builder, rows)
        address = builder.gep(source.data, [builder.mul(i, builder.extract_value(source.shape, 1))])
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        hint = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], hint)
        to_read, keep_near, data = number(0), number(3), number(1)
        builder.call(function, [builder.bitcast(address, pointer), to_read, keep_near, data])
        return context.get_dummy_value()

    return numba.void(rows, i), generate


def _prediction_code(_typing: Any, theta: Any, at: Any, row: Any) -> Any:
    """Sum the products of ``row`` and as many numbers of ``theta`` from ``at`` on, lane by lane.

    Left to itself, the compiler either adds in an order of its own or uses no vectors.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        theta, at, row = arguments
        parameters = context.make_array(signature.args[0])(context, builder, theta)
        features = context.make_array(signature.args[2])(context, builder, row)
        start, lanes = builder.gep(parameters.data, [at]), ir.VectorType(ir.DoubleType(), _LANES)
        sums = cgutils.alloca_once_value(builder, ir.Constant(lanes, [0.0] * _LANES))  # type: ignore[no-untyped-call]  # Numba's own
        width = builder.extract_value(features.shape, 0)
        first, step = (ir.Constant(width.type, number) for number in (0, _LANES))
        with cgutils.for_range_slice(builder, first, width, step, intp=width.type) as (column, _count):
            products = builder.fmul(*(_load(builder, lanes, array, column) for array in (start, features.data)))
            builder.store(builder.fadd(builder.load(sums), products), sums)
        return _folded(builder, builder.load(sums))

    return numba.float64(theta, at, row), generate


def _load(builder: Any, lanes: Any, array: Any, column: Any) -> Any:
    address = builder.bitcast(builder.gep(array, [column]), lanes.as_pointer())
    return builder.load(address, align=8)


def _folded(builder: Any, sums: Any) -> Any:
    """Add the upper half of the lanes to the lower half until one is left."""
    number = ir.IntType(32)
    half = _LANES
    while half := half // 2:
        places = ([*range(half)], [*range(half, 2 * half)])
        masks = (ir.Constant(ir.VectorType(number, half), each) for each in places)
        sums = builder.fadd(*(builder.shuffle_vector(sums, ir.Constant(sums.type, ir.Undefined), m) for m in masks))
    return builder.extract_element(sums, number(0))


_prefetch_row: Callable[..., Any] = intrinsic(_prefetch_code)
_prediction: Callable[..., Any] = intrinsic(_prediction_code)


@_compiled
def _element(code: int, parameter: float, residual: float) -> tuple[float, float]:
    """Return loss and slope, as ``losses.py`` has them."""
    if code == _MSE:
        return residual * residual, 2 * residual
    size = abs(residual)
    if code == _HUBER:
        if size <= parameter:
            return 0.5 * residual * residual, residual
        return parameter * (size - 0.5 * parameter), parameter * np.sign(residual)
    if code == _ABSOLUTE:
        return size, np.sign(residual)
    return max(-parameter * residual, (1 - parameter) * residual), 0.5 - parameter + 0.5 * np.sign(residual)


@_compiled
def _narrow_row(  # noqa: PLR0917 - compiled code is called by position
    X: RealArray,
    Y: RealArray,
    i: int,
    factor: float,
    theta: FloatArray,
    sums: tuple[FloatArray, FloatArray],
    code: int,
    parameter: float,
    constant: float,
) -> None:
    """Add row ``i`` of up to four columns to gradients and losses, not yet divided.

    ``constant`` is the feature after the last: 1 for a bias, 0 for none. Columns beyond get no gradient, as 0 times
    infinity would be one.
    """
    gradients, losses = sums
    p = X.shape[1]
    x0 = np.float64(X[i, 0]) if p > 0 else constant
    x1 = np.float64(X[i, 1]) if p > 1 else constant if p == 1 else 0.0
    x2 = np.float64(X[i, 2]) if p > 2 else constant if p == 2 else 0.0
    x3 = np.float64(X[i, 3]) if p > 3 else constant if p == 3 else 0.0
    for j in range(Y.shape[1]):
        at = _NARROW * j
        prediction = theta[at] * x0 + theta[at + 2] * x2 + (theta[at + 1] * x1 + theta[at + 3] * x3)
        loss, slope = _element(code, parameter, prediction - Y[i, j])
        slope *= factor
        losses[j] += factor * loss
        gradients[at] += slope * x0
        if p > 0:
            gradients[at + 1] += slope * x1
        if p > 1:
            gradients[at + 2] += slope * x2
        if p > 2:
            gradients[at + 3] += slope * x3


@_compiled
def _wide_row(  # noqa: PLR0917 - as above
    X: RealArray,
    Y: RealArray,
    i: int,
    factor: float,
    theta: FloatArray,
    sums: tuple[FloatArray, FloatArray],
    code: int,
    parameter: float,
    row: FloatArray,
) -> None:
    """As ``_narrow_row``, for any number of columns; ``row`` is room for them, with all that follows the features."""
    gradients, losses = sums
    p, width = X.shape[1], len(row)
    for feature in range(p):
        row[feature] = X[i, feature]
    columns = min(p + 1, width)
    for j in range(Y.shape[1]):
        at = j * width
        loss, slope = _element(code, parameter, _prediction(theta, at, row) - Y[i, j])
        slope *= factor
        losses[j] += factor * loss
        gradient = gradients[at : at + columns]
        for column in range(columns):
            gradient[column] += slope * row[column]


@_compiled
def _step(  # noqa: PLR0917 - as above
    rule: FloatArray,
    fresh: bool,
    scale: float,
    places: tuple[int, int, int],
    sums: FloatArray,
    velocities: RealArray,
    thetas: RealArray,
    workings: FloatArray,
) -> None:
    """Step as ``apply_update`` does, by ``scale`` times the sums.

    ``places`` are the first place, how many from there on, and how far it is to the next such places.
    """
    lr, momentum, dampening, weight_decay, nesterov = rule[0], rule[1], rule[2], rule[3], rule[4]
    scale *= rule[5]
    first, count, stride = places
    for start in range(first, len(thetas), stride):
        gradient, velocity = sums[start : start + count], velocities[start : start + count]
        theta, working = thetas[start : start + count], workings[start : start + count]
        for i in range(len(theta)):
            direction = scale * gradient[i]
            if weight_decay != 0:
                direction += weight_decay * working[i]
            if momentum != 0:
                kept = direction if fresh else momentum * velocity[i] + (1 - dampening) * direction
                velocity[i] = kept
                direction = direction + momentum * kept if nesterov != 0 else kept
            theta[i] = working[i] - lr * direction
            working[i] = theta[i]


@_entry
def descend(  # noqa: PLR0917 - as above
    X: RealArray,
    Y: RealArray,
    order: IntArray,
    factors: FloatArray,
    starts: IntArray,
    theta: RealArray,
    velocity: RealArray,
    fresh: BoolArray,
    rules: FloatArray,
    has_bias: bool,
    code: int,
    parameter: float,
    mean: bool,
    losses: RealArray,
) -> None:
    """Make one step per batch; sums are float64, and parameters are rounded to their dtype at every step.

    Parameters
    ----------
    X, Y
        (n, p) and (n, k), in C order.
    order, starts
        As ``run_batches`` has them, checked.
    factors
        (n,), on the loss of each row; (0,) for none.
    theta, velocity
        (k·width,), as ``Stacked`` has them, changed; velocities where there is momentum.
    fresh
        (1,) or (2,), whether the velocities are still to begin: those of the weights and that of the bias where they
        step otherwise.
    rules
        As many, (1, 6) or (2, 6), finite: lr, momentum, dampening, weight decay, Nesterov, sign of the gradient.
    has_bias
        Whether the column after the features is one.
    code, parameter
        Which loss, and its parameter.
    mean
        Whether a batch's loss is the mean over its elements; else their sum.
    losses
        (n_batches,), filled.
    """
    p, k, size = X.shape[1], Y.shape[1], len(theta)
    width, working = size // k, theta.astype(np.float64)
    sums = gradients, of_losses = np.zeros(size), np.zeros(k)
    constant, row = 1.0 if has_bias else 0.0, np.zeros(width)
    if has_bias:
        row[p] = 1.0
    weighted, factor, end = len(factors) > 0, 1.0, starts[-1]
    for b in range(len(starts) - 1):
        for place in range(starts[b], starts[b + 1]):
            if place + _AHEAD < end:
                _prefetch_row(X, order[place + _AHEAD])
                _prefetch_row(Y, order[place + _AHEAD])
            i = order[place]
            if weighted:
                factor = factors[i]
            if width == _NARROW:
                _narrow_row(X, Y, i, factor, working, sums, code, parameter, constant)
            else:
                _wide_row(X, Y, i, factor, working, sums, code, parameter, row)
        n_elements, total = (starts[b + 1] - starts[b]) * k, 0.0
        for j in range(k):
            total += of_losses[j]
        divisor = np.float64(n_elements) if mean else 1.0
        losses[b] = total / divisor if divisor > 0 else np.nan
        scale = 1 / divisor if n_elements > 0 else 0.0
        if len(rules) == 1:
            _step(rules[0], b == 0 and fresh[0], scale, (0, size, size), gradients, velocity, theta, working)
        else:
            _step(rules[0], b == 0 and fresh[0], scale, (0, p, width), gradients, velocity, theta, working)
            _step(rules[1], b == 0 and fresh[1], scale, (p, 1, width), gradients, velocity, theta, working)
        gradients[:] = 0.0
        of_losses[:] = 0.0
