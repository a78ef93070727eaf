"""Expressions applied to rows; the first row where no finite number comes out is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from reta.design.expression import ARITHMETIC, FUNCTIONS, Constant, Source, columns_in, text_of
from reta.double_double import DoubleDouble
from reta.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from reta.design.expression import Expression, Operation
    from reta.types import FloatArray

    Column: TypeAlias = FloatArray | DoubleDouble

__all__ = ["evaluated", "filled", "powers", "require_finite"]

ADVICE = {
    "log": "log takes positive numbers only",
    "log2": "log2 takes positive numbers only",
    "log10": "log10 takes positive numbers only",
    "log1p": "log1p takes numbers above -1 only",
    "sqrt": "sqrt takes no negative numbers",
    "/": "the divisor is zero or too small",
    "**": "that power does not exist or is too large for float64",
}
TOO_LARGE = "too large for float64"
CELLS_NAMED = 3


def evaluated(
    expression: Expression, frame: pl.DataFrame, fills: Mapping[str, float], term: str, first_row: int = 1
) -> FloatArray:
    """Return the expression for every row of a batch, shape (n,), float64.

    Parameters
    ----------
    expression
        What to compute; functions and operators are NumPy's.
    frame
        The columns that it needs, Float64.
    fills
        What missing cells of a column become.
    term
        What to call the whole in a message.
    first_row
        The number of the first row of the batch, for a message.

    Raises
    ------
    DataError
        Something comes out that is no finite number; with the row and the values that it has.
    """
    if isinstance(expression, Constant):
        return np.full(frame.height, expression.value)
    if isinstance(expression, Source):
        return filled(frame, expression.column, fills)
    operands = [evaluated(operand, frame, fills, term, first_row) for operand in expression.operands]
    with np.errstate(all="ignore"):
        result: FloatArray = (FUNCTIONS.get(expression.name) or ARITHMETIC[expression.name])(*operands)
    require_finite(
        result, _what(expression, term), frame, columns_in(expression), first_row, advice=_advice(expression)
    )
    return result


def powers(base: FloatArray, degree: int) -> list[Column]:
    """Return ``base`` to the powers 1 … ``degree``, each right to some ``degree``·2⁻¹⁰⁴ of its size."""
    found: list[Column] = [base]
    power = DoubleDouble.of(base)
    with np.errstate(all="ignore"):
        for _ in range(degree - 1):
            power = power * base
            found.append(power)
    return found


def filled(frame: pl.DataFrame, column: str, fills: Mapping[str, float]) -> FloatArray:
    """Return a column as float64, its gaps filled where there is a fill."""
    cells = frame[column]
    fill = fills.get(column) if cells.null_count() else None
    return cells.to_numpy() if fill is None else cells.fill_null(fill).to_numpy()


def require_finite(
    values: Column, what: str, frame: pl.DataFrame, columns: Sequence[str], first_row: int, *, advice: str = TOO_LARGE
) -> None:
    """Raise DataError at the first value that is no finite number; a missing cell that nothing fills is let pass."""
    rounded = values.rounded() if isinstance(values, DoubleDouble) else values
    strange = ~np.isfinite(rounded)
    if not strange.any():
        return
    for column in columns:
        strange &= frame[column].is_not_null().to_numpy()
    if not strange.any():
        return
    at = int(strange.argmax())
    cells = " and ".join(f"`{column}` is {frame[column][at]!r}" for column in columns[:CELLS_NAMED])
    raise DataError(
        f"{what} has no finite value in row {first_row + at} of those used, where {cells}: {advice}. "
        "Leave such rows out, or use another transformation"
    )


def _what(expression: Operation, term: str) -> str:
    text = text_of(expression)
    return term if text in {term, term.removeprefix("I(").removesuffix(")")} else f"{text} in {term}"


def _advice(expression: Operation) -> str:
    return ADVICE.get(expression.name, TOO_LARGE)
