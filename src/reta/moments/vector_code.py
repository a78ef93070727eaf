"""What the compiler does not find by itself: vector instructions for the inner loops of the kernel.

Each function here stands for a few LLVM instructions and can be called from compiled code alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numba
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

    Compiled: TypeAlias = Callable[..., Any]

__all__ = ["copy_tile", "larger", "prefetch_rows", "smaller"]

_CACHE_LINE = 64
_NO_NAN = ("nnan", "nsz")
_LANES = 4
_DOUBLES, _FLOATS = ir.VectorType(ir.DoubleType(), _LANES), ir.VectorType(ir.FloatType(), _LANES)
_INT = ir.IntType(32)


def _choice(comparison: str) -> Compiled:
    def typed(_typing: Any, _a: Any, _b: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            first_wins = builder.fcmp_ordered(comparison, *arguments, flags=_NO_NAN)
            return builder.select(first_wins, *arguments, flags=_NO_NAN)

        return numba.float64(numba.float64, numba.float64), generate

    chosen: Compiled = intrinsic(typed)
    return chosen


# Of two floats. In a loop this form becomes vector code, which ``min`` and ``max`` do not. With a NaN either may win.
smaller = _choice("<")
larger = _choice(">")


@intrinsic
def copy_tile(_typing: Any, rows: Any, i: Any, j: Any, columns: Any, a: Any, k: Any) -> Any:
    """``columns[a : a+4, k : k+4] = rows[i : i+4, j : j+4].T`` as float64, by loads, shuffles and stores of four."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows, i, j, columns, a, k = arguments
        kind = signature.args[0]
        source = context.make_array(kind)(context, builder, rows)
        n_rows, n_columns = cgutils.unpack_tuple(builder, source.shape, 2)
        if kind.layout == "C":
            addresses = _addresses(builder, source.data, i, j, n_columns)
            vectors = _transposed(builder, [_load(builder, address, kind.dtype) for address in addresses])
        else:
            addresses = _addresses(builder, source.data, j, i, n_rows)
            vectors = [_load(builder, address, kind.dtype) for address in addresses]
        target = context.make_array(signature.args[3])(context, builder, columns)
        length = cgutils.unpack_tuple(builder, target.shape, 2)[1]
        for vector, address in zip(vectors, _addresses(builder, target.data, a, k, length), strict=True):
            builder.store(vector, builder.bitcast(address, _DOUBLES.as_pointer()), align=8)
        return context.get_dummy_value()

    return numba.void(rows, i, j, columns, a, k), generate


@intrinsic
def prefetch_rows(_typing: Any, rows: Any, start: Any, stop: Any) -> Any:
    """Ask for rows that will be read soon, where they lie together; a hint without further effect."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if signature.args[0].layout == "C":
            rows, start, stop = arguments
            source = context.make_array(signature.args[0])(context, builder, rows)
            width = cgutils.unpack_tuple(builder, source.shape, 2)[1]
            step = _CACHE_LINE // (signature.args[0].dtype.bitwidth // 8)
            first, last = builder.mul(start, width), builder.mul(stop, width)
            with cgutils.for_range_slice(builder, first, last, first.type(step)) as (place, _):
                _prefetch(builder, builder.gep(source.data, [place]))
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


def _prefetch(builder: Any, address: Any) -> None:
    pointer = ir.IntType(8).as_pointer()
    hint = ir.FunctionType(ir.VoidType(), [pointer, _INT, _INT, _INT])
    function = builder.module.declare_intrinsic("llvm.prefetch", [pointer], hint)
    to_read, keep_near, data = _INT(0), _INT(2), _INT(1)
    builder.call(function, [builder.bitcast(address, pointer), to_read, keep_near, data])
