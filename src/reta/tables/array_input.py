"""Anything like an array as a NumPy array of numbers: tensors, nested lists, masked arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reta.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["as_array", "is_tensor"]

_REFUSED = {"c": "complex numbers", "M": "dates", "m": "durations", "U": "text", "S": "bytes", "V": "records"}
_UNUSUAL_FLOATS = {2: np.float32, 12: np.float64, 16: np.float64}


def is_tensor(data: object) -> bool:
    """Whether the object is a PyTorch tensor, told by its methods so that PyTorch need not be imported."""
    return all(hasattr(data, method) for method in ("detach", "cpu", "numpy"))


def as_array(data: Any, argument: str) -> NDArray[Any]:
    """Return the data as an array of one or two dimensions, of integers, booleans, float32 or float64.

    Parameters
    ----------
    data
        A NumPy array (handed back as it is where its type is one of these), a tensor on any device, nested lists,
        anything with ``__array__``. ``None`` and masked values turn into NaN.
    argument
        What to call the data in a message.

    Raises
    ------
    UsageError
        When it has no rows and columns.
    DataError
        When it does not hold numbers.
    """
    if hasattr(data, "toarray") and hasattr(data, "nnz"):
        raise UsageError(f"{argument} is a sparse matrix: give {argument}.toarray()")
    array = _plain(data, argument)
    if array.ndim not in (1, 2):
        raise UsageError(f"{argument} has {array.ndim} dimensions: it must have one or two (rows and columns)")
    if array.dtype.kind == "O":
        return _from_objects(array, argument)
    if (content := _REFUSED.get(array.dtype.kind)) is not None:
        raise DataError(f"{argument} holds {content}, not numbers")
    unusual = _UNUSUAL_FLOATS.get(array.dtype.itemsize) if array.dtype.kind == "f" else None
    return array if unusual is None else array.astype(unusual)


def _plain(data: Any, argument: str) -> NDArray[Any]:
    if is_tensor(data):
        return _from_tensor(data)
    if isinstance(data, np.ma.MaskedArray):
        return np.ma.filled(data.astype(np.float64), np.nan)
    if isinstance(data, list | tuple):
        _refuse_ragged(data, argument)
        return np.asarray([_plain(row, argument) if is_tensor(row) else row for row in data])
    return np.asarray(data)


def _from_tensor(tensor: Any) -> NDArray[Any]:
    on_host = tensor.detach().cpu()
    return np.asarray((on_host.float() if "bfloat16" in str(on_host.dtype) else on_host).numpy())


def _refuse_ragged(rows: Sequence[Any], argument: str) -> None:
    """Raise when the rows of a nested list are not as long as each other."""
    lengths = [len(row) if hasattr(row, "__len__") and not isinstance(row, str) else None for row in rows]
    for number, length in enumerate(lengths, start=1):
        if length != lengths[0]:
            raise DataError(
                f"row {number} of {argument} has {_values(length)}, row 1 has {_values(lengths[0])}: they must agree"
            )


def _values(length: int | None) -> str:
    return "a bare value" if length is None else f"{length} value{'' if length == 1 else 's'}"


def _from_objects(array: NDArray[Any], argument: str) -> NDArray[np.float64]:
    """Return an array of Python numbers as float64; ``None`` turns into NaN."""
    for position, value in np.ndenumerate(array):
        if (fault := _fault(value)) is not None:
            place = ", ".join(f"{axis} {index + 1}" for axis, index in zip(("row", "column"), position, strict=False))
            raise DataError(f"{argument} holds {value!r} at {place}: {fault}")
    return array.astype(np.float64)


def _fault(value: object) -> str | None:
    """Return what keeps a value from being a number, NumPy's scalars of text and dates included."""
    if value is None:
        return None
    if not hasattr(value, "__float__") or (isinstance(value, np.generic) and value.dtype.kind not in "biuf"):
        return "not a number"
    try:
        float(value)
    except OverflowError:
        return "too large for float64"
    except (TypeError, ValueError):
        return "not a number"
    return None
