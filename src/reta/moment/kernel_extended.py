"""The compiled kernel of extended precision: exact products and sums in pairs, four rows side by side.

A product of two floats and what its rounding left out are two instructions, by fused multiply and add; adding them to
a pair of floats takes eight more. Nothing here may be reordered, so nothing is compiled with licence to. As in
``kernel``, all that is compiled stays in this one file.

References
----------
T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM Journal on Scientific Computing 26, 2005.
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

__all__ = ["LANES", "add_exact_products", "find_extremes"]

LANES = 4
_BLOCK = 256
_DOUBLE = ir.DoubleType()
_DOUBLES = ir.VectorType(_DOUBLE, LANES)


def _entry(function: Callable[..., Any]) -> Callable[..., Any]:
    return compiled_and_kept(function, nogil=True)


def _inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    compiled: Callable[..., Any] = numba.njit(nogil=True)(function)
    return compiled


def _fma_code(_typing: Any, _a: Any, _b: Any, _c: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return numba.float64(numba.float64, numba.float64, numba.float64), generate


def _tile_code(  # noqa: PLR0917 - compiled code is called by position
    _typing: Any, left: Any, low: Any, right: Any, a: Any, b: Any, sums: Any
) -> Any:
    """Write: add the products of ``left[a : a+2] + low[a : a+2]`` and ``right[b : b+2]`` to four pairs of ``sums``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kinds, values = signature.args, dict(zip(("left", "low", "right", "a", "b", "sums"), arguments, strict=True))
        arrays = {
            name: context.make_array(kinds[at])(context, builder, values[name])
            for at, name in ((0, "left"), (1, "low"), (2, "right"), (5, "sums"))
        }
        index = ir.IntType(64)

        def column(name: str, line: Any, offset: int) -> Any:
            start = builder.mul(builder.add(line, index(offset)), index(_BLOCK))
            return builder.gep(arrays[name].data, [start])

        def pair(i: int, j: int) -> Any:
            width = builder.extract_value(arrays["sums"].shape, 1)
            row, at = builder.add(values["a"], index(i)), builder.add(values["b"], index(j))
            start = builder.mul(builder.add(builder.mul(row, width), at), index(2 * LANES))
            return builder.gep(arrays["sums"].data, [start])

        def vector(address: Any, offset: Any) -> Any:
            return builder.bitcast(builder.gep(address, [offset]), _DOUBLES.as_pointer())

        tile = [(i, j) for i in range(2) for j in range(2)]
        places = {each: pair(*each) for each in tile}
        high: dict[tuple[int, int], Any] = {}
        rest: dict[tuple[int, int], Any] = {}
        for each in tile:
            for held, offset in ((high, 0), (rest, LANES)):
                held[each] = cgutils.alloca_once(builder, _DOUBLES)  # type: ignore[no-untyped-call]
                builder.store(builder.load(vector(places[each], index(offset)), align=8), held[each])
        columns = {(name, i): column(name, values[line], i) for name, line in _OPERANDS for i in range(2)}
        with cgutils.for_range_slice(builder, index(0), index(_BLOCK), index(LANES), inc=True) as (row, _):
            cells = {key: builder.load(vector(address, row), align=8) for key, address in columns.items()}
            for i, j in tile:
                x, y = cells["left", i], cells["right", j]
                product = builder.fmul(x, y)
                error = _fused(builder, x, y, builder.fneg(product))
                error = _fused(builder, cells["low", i], y, error)
                old = builder.load(high[i, j])
                new = builder.fadd(old, product)
                kept = builder.fsub(new, old)
                lost = builder.fadd(builder.fsub(old, builder.fsub(new, kept)), builder.fsub(product, kept))
                builder.store(new, high[i, j])
                builder.store(builder.fadd(builder.load(rest[i, j]), builder.fadd(error, lost)), rest[i, j])
        for each in tile:
            builder.store(builder.load(high[each]), vector(places[each], index(0)), align=8)
            builder.store(builder.load(rest[each]), vector(places[each], index(LANES)), align=8)
        return context.get_dummy_value()

    return numba.void(left, low, right, a, b, sums), generate


def _fused(builder: Any, x: Any, y: Any, z: Any) -> Any:
    """Return x · y + z, rounded once, of vectors."""
    kind = ir.FunctionType(_DOUBLES, [_DOUBLES] * 3)
    name = f"llvm.fma.v{LANES}f64"
    function = cgutils.get_or_insert_function(builder.module, kind, name)  # type: ignore[no-untyped-call]
    return builder.call(function, [x, y, z])


_OPERANDS = (("left", "a"), ("low", "a"), ("right", "b"))
_fma: Callable[..., Any] = intrinsic(_fma_code)
_add_tile: Callable[..., Any] = intrinsic(_tile_code)


@_inlined
def _transpose(rows: NumberArray, start: int, count: int, columns: FloatArray, at: int) -> None:
    for i in range(count):
        for j in range(rows.shape[1]):
            columns[at + j, i] = rows[start + i, j]


@_inlined
def _renormalise(sums: FloatArray) -> None:
    """Give every number the part of its rest that fits: a rest that grows block by block would be rounded itself."""
    for a in range(len(sums)):
        for b in range(a, len(sums)):
            for lane in range(LANES):
                high, rest = sums[a, b, 0, lane], sums[a, b, 1, lane]
                total = high + rest
                sums[a, b, 0, lane], sums[a, b, 1, lane] = total, rest - (total - high)


@_entry
def find_extremes(rows: NumberArray, start: int, count: int, minimum: FloatArray, maximum: FloatArray) -> None:
    """Lower ``minimum`` and raise ``maximum``, (p,), to the extremes of ``rows[start : start+count]``."""
    columns = np.empty((rows.shape[1], _BLOCK))
    for row in range(0, count, _BLOCK):
        m = min(_BLOCK, count - row)
        _transpose(rows, start + row, m, columns, 0)
        for j in range(rows.shape[1]):
            low, high = minimum[j], maximum[j]
            for i in range(m):
                low, high = min(columns[j, i], low), max(columns[j, i], high)
            minimum[j], maximum[j] = low, high


@_entry
def add_exact_products(  # noqa: PLR0917 - compiled code is called by position
    X: NumberArray,
    x_start: int,
    Y: NumberArray,
    y_start: int,
    count: int,
    weights: FloatArray,
    shift: FloatArray,
    sums: FloatArray,
) -> None:
    """Add the products of all pairs of columns of ``[X − c | Y − c | 1]``, times weights, to ``sums``.

    Parameters
    ----------
    X, Y
        (any, p) and (any, k), contiguous either way, float64 or float32.
    x_start, y_start
        Where the rows begin in each.
    count
        Rows to add.
    weights
        (count,), or none for weights of one.
    shift
        c, (q,), q = p + k; its subtraction must be exact.
    sums
        (s, s, 2, 4), s = q + 1, one more where that is odd: for every pair of columns, in its upper triangle, four
        numbers of two parts each, updated.
    """
    p, q = X.shape[1], len(shift)
    columns = np.zeros((len(sums), _BLOCK))
    weighted, rounding = columns, np.zeros_like(columns)
    if len(weights):
        weighted = np.zeros_like(columns)
    for row in range(0, count, _BLOCK):
        m = min(_BLOCK, count - row)
        _transpose(X, x_start + row, m, columns, 0)
        _transpose(Y, y_start + row, m, columns, p)
        columns[q, :m] = 1.0
        for j in range(q):
            for i in range(m):
                columns[j, i] -= shift[j]
        columns[: q + 1, m:] = 0.0
        if len(weights):
            for j in range(q + 1):
                for i in range(m):
                    w, z = weights[row + i], columns[j, i]
                    product = w * z
                    weighted[j, i] = product
                    rounding[j, i] = _fma(w, z, -product)
                weighted[j, m:] = 0.0
                rounding[j, m:] = 0.0
        for a in range(0, len(sums), 2):
            for b in range(a, len(sums), 2):
                _add_tile(weighted, rounding, columns, a, b, sums)
        _renormalise(sums)
