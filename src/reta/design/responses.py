"""Targets that are computed from columns: ``log(yield)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from reta.design.transforms import Transform
    from reta.types import FloatArray

    Responses: TypeAlias = tuple[Transform, ...]

__all__ = ["target_columns", "target_values"]


def target_columns(targets: Sequence[str], responses: Responses) -> tuple[str, ...]:
    """Return the source columns of the targets, each once.

    Parameters
    ----------
    targets
        Names of all targets, in order.
    responses
        Those that are computed; every other target is the column of its name.
    """
    computed = {response.label: response.columns for response in responses}
    return tuple(dict.fromkeys(column for name in targets for column in computed.get(name, (name,))))


def target_values(
    frame: pl.DataFrame, targets: Sequence[str], responses: Responses, first_row: int = 1
) -> list[FloatArray]:
    """Return the targets of a batch, shape (n,) each, in the units of their names.

    Raises
    ------
    DataError
        A computed target has no finite value in some row.
    """
    computed = {response.label: response for response in responses}
    return [computed[name].values(frame, first_row) if name in computed else frame[name].to_numpy() for name in targets]
