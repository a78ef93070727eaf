"""Accumulation by a compiled kernel: rows copied into transposed blocks, products of columns in small tiles.

Only ``partition`` imports this module, so that small work never pays for Numba. All that is compiled stays in this one
file: the code that Numba keeps on disk is thrown away when this file changes, and when no other does.
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

    from reta.moment.rows import NumberArray
    from reta.types import FloatArray

__all__ = ["add_rows", "add_weighted_rows"]

_CACHE_LINE = 64  # bytes
_LANES = 4  # doubles in a vector register
_BLOCK = 256  # rows: ten columns take 20 KiB and stay in the first-level cache
_BLOCKS_IN_TURN = 64  # as ``sums`` reckons with

# NaN and infinity must come through the sums, so the flags that deny them stay away. The order of additions is free
# (``reassoc``), else no sum is vectorised; it is fixed when the kernel is compiled, hence the same in every call.
_SUMS = {"reassoc", "contract", "nsz"}
_NO_NAN_SEEN = ("nnan", "nsz")  # of comparisons alone: a NaN shows in the sums


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    compiled: Callable[..., Any] = numba.njit(nogil=True, fastmath=_SUMS)(function)
    return compiled


def _entry(function: Callable[..., Any]) -> Callable[..., Any]:
    return compiled_and_kept(function, nogil=True, fastmath=_SUMS)


# Down to ``_transpose``: what the compiler does not find by itself, instructions written out as functions.
_DOUBLES, _FLOATS = ir.VectorType(ir.DoubleType(), _LANES), ir.VectorType(ir.FloatType(), _LANES)
_INT = ir.IntType(32)


def _choice(comparison: str) -> Callable[..., Any]:
    def typed(_typing: Any, _a: Any, _b: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            first_wins = builder.fcmp_ordered(comparison, *arguments, flags=_NO_NAN_SEEN)
            return builder.select(first_wins, *arguments, flags=_NO_NAN_SEEN)

        return numba.float64(numba.float64, numba.float64), generate

    chosen: Callable[..., Any] = intrinsic(typed)
    return chosen


# Of two floats. In a loop this form becomes vector code, as ``min`` and ``max`` do not.
_smaller = _choice("<")
_larger = _choice(">")


def _tile_code(  # noqa: PLR0917 - compiled code is called by position
    _typing: Any, rows: Any, i: Any, j: Any, columns: Any, a: Any, k: Any
) -> Any:
    """Write ``columns[a : a+4, k : k+4] = rows[i : i+4, j : j+4].T`` by loads, shuffles and stores of four."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, i, j, columns, a, k = arguments
        kind = signature.args[0]
        source = context.make_array(kind)(context, builder, rows)
        n_rows, n_columns = (builder.extract_value(source.shape, axis) for axis in (0, 1))
        if kind.layout == "C":
            addresses = _addresses(builder, source.data, i, j, n_columns)
            vectors = _transposed(builder, [_load(builder, address, kind.dtype) for address in addresses])
        else:
            addresses = _addresses(builder, source.data, j, i, n_rows)
            vectors = [_load(builder, address, kind.dtype) for address in addresses]
        target = context.make_array(signature.args[3])(context, builder, columns)
        length = builder.extract_value(target.shape, 1)
        for vector, address in zip(vectors, _addresses(builder, target.data, a, k, length), strict=True):
            builder.store(vector, builder.bitcast(address, _DOUBLES.as_pointer()), align=8)
        return context.get_dummy_value()

    return numba.void(rows, i, j, columns, a, k), generate


def _prefetch_code(_typing: Any, rows: Any, start: Any, stop: Any) -> Any:
    """Ask for rows that will be read soon, where they lie together; a hint without further effect."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if signature.args[0].layout == "C":
            rows, start, stop = arguments
            source = context.make_array(signature.args[0])(context, builder, rows)
            width = builder.extract_value(source.shape, 1)
            step = _CACHE_LINE // (signature.args[0].dtype.bitwidth // 8)
            first, last = builder.mul(start, width), builder.mul(stop, width)
            with cgutils.for_range_slice(builder, first, last, first.type(step)) as (place, _):
                _hint(builder, builder.gep(source.data, [place]))
        return context.get_dummy_value()

    return numba.void(rows, start, stop), generate


def _addresses(builder: Any, data: Any, line: Any, place: Any, length: Any) -> list[Any]:
    """Addresses of one place in four lines of so many elements, from ``line`` on."""
    lines = [builder.add(line, line.type(lane)) for lane in range(_LANES)]
    return [builder.gep(data, [builder.add(builder.mul(each, length), place)]) for each in lines]


def _load(builder: Any, address: Any, dtype: Any) -> Any:
    if dtype == numba.float32:
        return builder.fpext(builder.load(builder.bitcast(address, _FLOATS.as_pointer()), align=4), _DOUBLES)
    return builder.load(builder.bitcast(address, _DOUBLES.as_pointer()), align=8)


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    def shuffled(a: Any, b: Any, *lanes: int) -> Any:
        return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(_INT, _LANES), list(lanes)))

    even = [shuffled(rows[r], rows[r + 1], 0, 4, 2, 6) for r in (0, 2)]
    odd = [shuffled(rows[r], rows[r + 1], 1, 5, 3, 7) for r in (0, 2)]
    return [shuffled(*pair, *half) for half in ((0, 1, 4, 5), (2, 3, 6, 7)) for pair in (even, odd)]


def _hint(builder: Any, address: Any) -> None:
    pointer = ir.IntType(8).as_pointer()
    hint = ir.FunctionType(ir.VoidType(), [pointer, _INT, _INT, _INT])
    function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], hint)
    to_read, keep_near, data = _INT(0), _INT(2), _INT(1)
    builder.call(function, [builder.bitcast(address, pointer), to_read, keep_near, data])


_copy_tile: Callable[..., Any] = intrinsic(_tile_code)
_prefetch_rows: Callable[..., Any] = intrinsic(_prefetch_code)


@_compiled
def _transpose(rows: NumberArray, start: int, count: int, columns: FloatArray, at: int) -> None:
    """Copy ``rows[start : start+count]`` into ``columns[at:]``, transposed, in tiles of 4 × 4."""
    width = rows.shape[1]
    whole, wide = count - count % 4, width - width % 4
    for j in range(0, wide, 4):
        for i in range(0, whole, 4):
            _copy_tile(rows, start + i, j, columns, at + j, i)
        for i in range(whole, count):
            for k in range(j, j + 4):
                columns[at + k, i] = rows[start + i, k]
    for j in range(wide, width):
        column = columns[at + j]
        for i in range(count):
            column[i] = rows[start + i, j]


@_compiled
def _prefetch_share(rows: NumberArray, start: int, share: int, shares: int) -> None:
    """Ask for one of equal shares of the next block, so that memory works while the processor does."""
    _prefetch_rows(rows, start + share * _BLOCK // shares, start + (share + 1) * _BLOCK // shares)


@_compiled
def _shift(column: FloatArray, count: int, shift: float, low: float, high: float) -> tuple[float, float, float]:
    """Subtract ``shift`` in place; return the sum of what results, and the extremes of what was."""
    total = 0.0
    for i in range(count):
        value = column[i]
        low = _smaller(value, low)
        high = _larger(value, high)
        value -= shift
        column[i] = value
        total += value
    return total, low, high


@_compiled
def _weigh(column: FloatArray, count: int, weights: FloatArray, start: int, roots: FloatArray) -> float:
    """Multiply by √w in place; return the weighted sum of what was."""
    total = 0.0
    for i in range(count):
        value = column[i]
        total += weights[start + i] * value
        column[i] = value * roots[i]
    return total


@_compiled
def _tile_2x2(columns: FloatArray, second: FloatArray, a: int, b: int) -> None:
    x0, x1, y0, y1 = columns[a], columns[a + 1], columns[b], columns[b + 1]
    s00 = s01 = s10 = s11 = 0.0
    for i in range(_BLOCK):
        s00 += x0[i] * y0[i]
        s01 += x0[i] * y1[i]
        s10 += x1[i] * y0[i]
        s11 += x1[i] * y1[i]
    second[a, b] += s00
    second[a, b + 1] += s01
    second[a + 1, b] += s10
    second[a + 1, b + 1] += s11


@_compiled
def _tile_2x4(columns: FloatArray, second: FloatArray, a: int, b: int) -> None:
    x0, x1 = columns[a], columns[a + 1]
    y0, y1, y2, y3 = columns[b], columns[b + 1], columns[b + 2], columns[b + 3]
    s00 = s01 = s02 = s03 = s10 = s11 = s12 = s13 = 0.0
    for i in range(_BLOCK):
        s00 += x0[i] * y0[i]
        s01 += x0[i] * y1[i]
        s02 += x0[i] * y2[i]
        s03 += x0[i] * y3[i]
        s10 += x1[i] * y0[i]
        s11 += x1[i] * y1[i]
        s12 += x1[i] * y2[i]
        s13 += x1[i] * y3[i]
    second[a, b] += s00
    second[a, b + 1] += s01
    second[a, b + 2] += s02
    second[a, b + 3] += s03
    second[a + 1, b] += s10
    second[a + 1, b + 1] += s11
    second[a + 1, b + 2] += s12
    second[a + 1, b + 3] += s13


@_compiled
def _add_products(columns: FloatArray, second: FloatArray) -> None:
    """Add the products of all column pairs to the upper triangle of ``second``; the number of columns is even."""
    width = columns.shape[0]
    for a in range(0, width, 2):
        b = a
        while b + 4 <= width:
            _tile_2x4(columns, second, a, b)
            b += 4
        if b < width:
            _tile_2x2(columns, second, a, b)


@_compiled
def _hand_over(recent: FloatArray, total: FloatArray) -> None:
    """Add the sums of some blocks to those of all, so that no sum is added to thousands of times in turn."""
    for a in range(recent.shape[0]):
        for b in range(recent.shape[1]):
            total[a, b] += recent[a, b]
            recent[a, b] = 0.0


@_entry
def add_rows(  # noqa: PLR0917 - compiled code is called by position
    X: NumberArray,
    x_start: int,
    Y: NumberArray,
    y_start: int,
    count: int,
    shift: FloatArray,
    first: FloatArray,
    second: FloatArray,
    minimum: FloatArray,
    maximum: FloatArray,
) -> None:
    """Add ``count`` rows ``[X | Y]`` to sums about ``shift``.

    Parameters
    ----------
    X, Y
        (any, p) and (any, k), contiguous either way, float64 or float32.
    x_start, y_start
        Where the rows begin in each.
    count
        Rows to add.
    shift, first, minimum, maximum
        (q,), q = p + k; all but ``shift`` are updated.
    second
        (q, q), one more each way where q is odd; its upper triangle is updated.
    """
    p, q = X.shape[1], len(shift)
    columns = np.zeros((q + q % 2, _BLOCK))
    recent, recent_first = np.zeros_like(second), np.zeros((1, q))
    for row in range(0, count, _BLOCK):
        m = min(_BLOCK, count - row)
        _transpose(X, x_start + row, m, columns, 0)
        _transpose(Y, y_start + row, m, columns, p)
        for j in range(q):
            _prefetch_share(X, x_start + row + _BLOCK, j, q)
            _prefetch_share(Y, y_start + row + _BLOCK, j, q)
            total, minimum[j], maximum[j] = _shift(columns[j], m, shift[j], minimum[j], maximum[j])
            recent_first[0, j] += total
        columns[:q, m:] = 0.0
        _add_products(columns, recent)
        if (row // _BLOCK + 1) % _BLOCKS_IN_TURN == 0 or row + _BLOCK >= count:
            _hand_over(recent, second)
            _hand_over(recent_first, first.reshape(1, q))


@_entry
def add_weighted_rows(  # noqa: PLR0917 - as above
    X: NumberArray,
    x_start: int,
    Y: NumberArray,
    y_start: int,
    count: int,
    weights: FloatArray,
    shift: FloatArray,
    first: FloatArray,
    second: FloatArray,
    minimum: FloatArray,
    maximum: FloatArray,
) -> None:
    """As ``add_rows``, with ``weights`` (count,), all positive."""
    p, q = X.shape[1], len(shift)
    columns = np.zeros((q + q % 2, _BLOCK))
    roots = np.empty(_BLOCK)
    recent, recent_first = np.zeros_like(second), np.zeros((1, q))
    for row in range(0, count, _BLOCK):
        m = min(_BLOCK, count - row)
        _transpose(X, x_start + row, m, columns, 0)
        _transpose(Y, y_start + row, m, columns, p)
        for i in range(m):
            roots[i] = np.sqrt(weights[row + i])
        for j in range(q):
            _prefetch_share(X, x_start + row + _BLOCK, j, q)
            _prefetch_share(Y, y_start + row + _BLOCK, j, q)
            _total, minimum[j], maximum[j] = _shift(columns[j], m, shift[j], minimum[j], maximum[j])
            recent_first[0, j] += _weigh(columns[j], m, weights, row, roots)
        columns[:q, m:] = 0.0
        _add_products(columns, recent)
        if (row // _BLOCK + 1) % _BLOCKS_IN_TURN == 0 or row + _BLOCK >= count:
            _hand_over(recent, second)
            _hand_over(recent_first, first.reshape(1, q))
