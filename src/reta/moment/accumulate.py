"""Rows to mean and scatter: the second look, and what float64 cannot hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reta.errors import NumericalError
from reta.moment.blocks import sums_by_blocks
from reta.moment.extended import extended_sums
from reta.moment.road import road_by_size
from reta.moment.rows import sample_shift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reta.moment.road import Road
    from reta.moment.rows import Rows
    from reta.moment.sums import Centred, ShiftedSums
    from reta.types import FloatArray

__all__ = ["centred_rows", "extended_parts", "overflow", "refuse_underflow"]

# Products of values under 2^-480 leave the range where float64 has all its digits.
_SMALLEST_SCATTER = 2.0**-960


def centred_rows(rows: Rows, names: Sequence[str], *, road: Road | None = None, threads: int | None = None) -> Centred:
    """Return mean, scatter and extremes of at least one row of positive weight.

    Parameters
    ----------
    rows
        Checked rows; two arrays for the compiled road.
    names
        Of the q columns, for messages.
    road
        By default the compiled kernel for large arrays of not too many columns, NumPy for all else.
    threads
        By default as many as the process may use; the result is the same for any number.

    Raises
    ------
    NumericalError
        Finite values whose sums of squares do not fit float64.

    Notes
    -----
    One pass about a provisional mean from a sample of the rows. Where that turns out more than a standard deviation
    from the mean (an odd order of rows, or odd weights), a second pass about the mean just found.
    A NaN or an infinity gives a mean and a scatter that are not finite, in its column alone.
    """
    with np.errstate(all="ignore"):
        sums = _sums(rows, sample_shift(rows), road, threads)
        if sums.shift_is_poor:
            sums = _sums(rows, sums.shift + sums.offset, road, threads)
        result = sums.centred()
    _refuse_overflow(rows, result, names)
    return result


def extended_parts(
    rows: Rows, names: Sequence[str], *, road: Road | None = None, threads: int | None = None
) -> Iterator[Centred]:
    """Yield the same for parts of the rows, in their order, in extended precision; see ``extended_sums``."""
    for sums in extended_sums(rows, road=road, threads=threads):
        with np.errstate(all="ignore"):
            part = sums.centred()
        _refuse_overflow(rows, part, names)
        yield part


def _sums(rows: Rows, shift: FloatArray, road: Road | None, threads: int | None) -> ShiftedSums:
    if (road or road_by_size(rows.n_rows, rows.n_columns)) == "numpy":
        return sums_by_blocks(rows, shift, threads)
    from reta.moment.partition import sums_by_parts

    return sums_by_parts(rows, shift, threads)


def _refuse_overflow(rows: Rows, result: Centred, names: Sequence[str]) -> None:
    broken = ~(np.isfinite(result.mean) & np.isfinite(result.scatter.diagonal()))
    if broken.any():
        minimum, maximum = _extremes(rows)
        culprits = np.flatnonzero(broken & np.isfinite(minimum) & np.isfinite(maximum))
        if len(culprits):
            raise overflow(names[culprits[0]], minimum[culprits[0]], maximum[culprits[0]])


def _extremes(rows: Rows) -> tuple[FloatArray, FloatArray]:
    """Return those of the cells themselves, not finite where a cell is not: a sum that overflows leaves none."""
    arrays = rows.part(0, rows.n_rows).arrays
    low, high = (np.concatenate([find(array, axis=0) for array in arrays]) for find in (np.min, np.max))
    return low.astype(np.float64), high.astype(np.float64)


def overflow(name: str, minimum: float, maximum: float) -> NumericalError:
    """Return the error for a column whose squares are too large."""
    return NumericalError(
        f"column `{name}` overflows: the squares of values from {minimum:.3g} to {maximum:.3g} do not fit float64. "
        "Give it in a larger unit, so that values stay under 1e150"
    )


def refuse_underflow(names: Sequence[str], scatter: FloatArray, minimum: FloatArray, maximum: FloatArray) -> None:
    """Raise ``NumericalError`` for a column that varies by less than float64 can square."""
    lost = (minimum < maximum) & (scatter.diagonal() < _SMALLEST_SCATTER)
    if lost.any():
        j = int(lost.argmax())
        raise NumericalError(
            f"column `{names[j]}` underflows: the squares of differences between {minimum[j]:.17g} and "
            f"{maximum[j]:.17g} vanish in float64. Give it in a smaller unit, so that they exceed 1e-140"
        )
