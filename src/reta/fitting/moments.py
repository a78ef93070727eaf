"""``reta.moments``: all that least squares needs of the data, without a fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.fitting.collect import DIGITS, collect
from reta.model import warn_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Unpack

    from numpy.typing import ArrayLike

    from reta.moment import Moments
    from reta.types import MissingPolicy, Reading

__all__ = ["moments"]


def moments(
    data: object,
    y: ArrayLike | None = None,
    *,
    formula: str | None = None,
    targets: Sequence[str] | str | None = None,
    features: Sequence[str] | None = None,
    categorical: Sequence[str] = (),
    weights: str | ArrayLike | None = None,
    exclude: Sequence[str] = (),
    missing: MissingPolicy = "error",
    digits: int = DIGITS,
    on_rows: Callable[[int], None] | None = None,
    **reading: Unpack[Reading],
) -> Moments:
    """Read the data once and return all that least squares needs of them.

    Parameters
    ----------
    data, y, formula, targets, features, categorical, weights, exclude, missing, digits, on_rows, **reading
        As for ``fit``.

    Returns
    -------
    Moments
        Of the encoded features and the targets; they add, subtract, select and save, and ``fit`` takes them.

    Raises
    ------
    UsageError, DataError, FileError, NumericalError
        As for ``fit``.
    """
    collected = collect(
        data,
        y,
        formula=formula,
        targets=targets,
        features=features,
        categorical=categorical,
        weights=weights,
        exclude=exclude,
        missing=missing,
        digits=digits,
        on_rows=on_rows,
        **reading,
    )
    collected.require_columns_only()
    warn_of(collected.notes)
    return collected.moments
