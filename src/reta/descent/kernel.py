"""Steps over mini-batches by a compiled kernel: one row at a time, read where it lies.

Only ``compiled_road`` imports this module, so that small work never pays for Numba. All that is compiled stays in this
one file: the code that Numba keeps on disk is thrown away when this file changes, and when no other does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]  # ships no types
from numba.extending import intrinsic

from reta.moment.kept_code import compiled_and_kept

if TYPE_CHECKING:
    from collections.abc import Callable

    from reta.types import BoolArray, FloatArray, IntArray, RealArray

__all__ = ["descend"]

_MSE, _HUBER, _ABSOLUTE = range(3)  # and 3 is quantile

# Rows between the one that is asked from memory and the one at work; unasked, a row takes four times as long.
_AHEAD = 10

# NaN and infinity must come through, so the flags that deny them stay away. The order of additions is free
# (``reassoc``), else no sum is vectorised; it is fixed when the kernel is compiled, hence the same in every call.
_SUMS = {"reassoc", "contract", "nsz"}


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    compiled: Callable[..., Any] = numba.njit(nogil=True, fastmath=_SUMS)(function)
    return compiled


def _entry(function: Callable[..., Any]) -> Callable[..., Any]:
    return compiled_and_kept(function, nogil=True, fastmath=_SUMS)


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


_prefetch_row: Callable[..., Any] = intrinsic(_prefetch_code)


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
    theta: tuple[FloatArray, FloatArray],
    gradients: tuple[FloatArray, FloatArray],
    code: int,
    parameter: float,
) -> float:
    """Add row ``i`` of up to four features to the gradients, not yet divided; return its loss. Four fit a register."""
    weight, bias = theta
    weight_gradient, bias_gradient = gradients
    p = X.shape[1]
    x0 = np.float64(X[i, 0]) if p > 0 else 0.0
    x1 = np.float64(X[i, 1]) if p > 1 else 0.0
    x2 = np.float64(X[i, 2]) if p > 2 else 0.0
    x3 = np.float64(X[i, 3]) if p > 3 else 0.0
    total = 0.0
    for j in range(Y.shape[1]):
        at = 4 * j
        prediction = weight[at] * x0 + weight[at + 1] * x1 + (weight[at + 2] * x2 + weight[at + 3] * x3)
        loss, slope = _element(code, parameter, prediction + (bias[j] - Y[i, j]))
        total += factor * loss
        slope *= factor
        bias_gradient[j] += slope
        weight_gradient[at] += slope * x0
        weight_gradient[at + 1] += slope * x1
        weight_gradient[at + 2] += slope * x2
        weight_gradient[at + 3] += slope * x3
    return total


@_compiled
def _wide_row(  # noqa: PLR0917 - as above
    X: RealArray,
    Y: RealArray,
    i: int,
    factor: float,
    theta: tuple[FloatArray, FloatArray],
    gradients: tuple[FloatArray, FloatArray],
    code: int,
    parameter: float,
) -> float:
    """As ``_narrow_row``, for any number of features."""
    weight, bias = theta
    weight_gradient, bias_gradient = gradients
    p, total = X.shape[1], 0.0
    for j in range(Y.shape[1]):
        at, prediction = j * p, 0.0
        for feature in range(p):
            prediction += weight[at + feature] * X[i, feature]
        loss, slope = _element(code, parameter, prediction + (bias[j] - Y[i, j]))
        total += factor * loss
        slope *= factor
        bias_gradient[j] += slope
        for feature in range(p):
            weight_gradient[at + feature] += slope * X[i, feature]
    return total


@_compiled
def _step(  # noqa: PLR0917 - as above
    rule: FloatArray,
    fresh: bool,
    scale: float,
    gradient: FloatArray,
    velocity: RealArray,
    parameter: RealArray,
    working: FloatArray,
) -> None:
    """Step as ``apply_update`` does, by ``scale`` times the gradient; set that to zero for the batch to come."""
    lr, momentum, dampening, weight_decay, nesterov = rule[0], rule[1], rule[2], rule[3], rule[4]
    scale *= rule[5]
    for i in range(len(parameter)):
        direction = scale * gradient[i]
        gradient[i] = 0.0
        if weight_decay != 0:
            direction += weight_decay * working[i]
        if momentum != 0:
            velocity[i] = direction if fresh else momentum * velocity[i] + (1 - dampening) * direction
            direction = direction + momentum * velocity[i] if nesterov != 0 else velocity[i]
        parameter[i] = working[i] - lr * direction
        working[i] = parameter[i]


@_entry
def descend(  # noqa: PLR0917 - as above
    X: RealArray,
    Y: RealArray,
    order: IntArray,
    factors: FloatArray,
    starts: IntArray,
    weight: RealArray,
    bias: RealArray,
    weight_velocity: RealArray,
    bias_velocity: RealArray,
    fresh: BoolArray,
    rules: FloatArray,
    code: int,
    parameter: float,
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
    weight, bias
        (k·width,) and (k,), changed; width is p, or 4 where p is less. The bias stays as it is where it has no rule.
    weight_velocity, bias_velocity
        The same, changed where there is momentum.
    fresh
        (2,), whether the velocities of weight and bias are still to begin.
    rules
        (2, 6) or (1, 6), of weight and bias: lr, momentum, dampening, weight decay, Nesterov, sign of the gradient.
    code, parameter
        Which loss, and its parameter.
    losses
        (n_batches,), filled.
    """
    k, narrow = Y.shape[1], X.shape[1] <= 4
    theta = weight.astype(np.float64), bias.astype(np.float64)
    gradients = np.zeros(len(weight)), np.zeros(len(bias))
    weighted, factor, end = len(factors) > 0, 1.0, starts[-1]
    for b in range(len(starts) - 1):
        total = 0.0
        for place in range(starts[b], starts[b + 1]):
            if place + _AHEAD < end:
                _prefetch_row(X, order[place + _AHEAD])
                _prefetch_row(Y, order[place + _AHEAD])
            i = order[place]
            if weighted:
                factor = factors[i]
            if narrow:
                total += _narrow_row(X, Y, i, factor, theta, gradients, code, parameter)
            else:
                total += _wide_row(X, Y, i, factor, theta, gradients, code, parameter)
        size = (starts[b + 1] - starts[b]) * k
        losses[b] = total / size if size > 0 else np.nan
        scale = 1 / size if size > 0 else 0.0
        _step(rules[0], b == 0 and fresh[0], scale, gradients[0], weight_velocity, weight, theta[0])
        if len(rules) > 1:
            _step(rules[1], b == 0 and fresh[1], scale, gradients[1], bias_velocity, bias, theta[1])
