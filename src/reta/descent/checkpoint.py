"""A run on disk, so that it can go on after whatever ended it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from reta.descent.history import COLUMNS, History
from reta.descent.mini_batch import State
from reta.descent.parameters import Parameters
from reta.errors import FileError, UsageError
from reta.files import atomic_write
from reta.moment.tensor_file import Untrusted, read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reta.descent.early_stopping import Watch

__all__ = ["read_checkpoint", "write_checkpoint"]

KIND = "reta descent 1"
_OF_PARAMETERS = ("weight", "bias", "weight_velocity", "bias_velocity")


def write_checkpoint(path: Path, state: State, watch: Watch | None, run: str) -> None:
    """Write the state, whole or not at all; ``run`` says which data and settings it belongs to.

    Raises
    ------
    FileError
        The file cannot be written; what was there before stays.
    """
    tensors = {name: getattr(state.parameters, name) for name in _OF_PARAMETERS}
    tensors["history"] = np.array(state.history.rows, dtype=np.float64).reshape(-1, len(COLUMNS))
    tensors["epoch"] = np.array([state.epoch], dtype=np.int64)
    if watch is not None:
        tensors["best"] = watch.best
        tensors["best_at"] = np.array([watch.best_loss, watch.best_epoch], dtype=np.float64)
    present = {name: array for name, array in tensors.items() if array is not None}
    with atomic_write(path) as file:
        write_tensors(file, present, {"kind": KIND, "run": run, "sha256": _digest(present)})


def read_checkpoint(path: Path, watch: Watch | None, run: str) -> State:
    """Return the state that was written, and bring ``watch`` to where it was.

    Raises
    ------
    FileError
        The file is absent, damaged or of another kind.
    UsageError
        It belongs to a run on other data or with other settings.
    """
    try:
        with path.open("rb") as file:
            tensors, metadata = read_tensors(file)
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    except Untrusted as error:
        raise FileError(f"{path} is no checkpoint of a descent: {error}") from None
    if metadata.get("kind") != KIND or not {"weight", "history", "epoch"} <= tensors.keys():
        raise FileError(f"{path} is no checkpoint of a descent that this version of reta reads")
    if metadata.get("sha256") != _digest(tensors):
        raise FileError(f"{path} is damaged: its numbers are not those that were written; begin without --resume")
    if metadata.get("run") != run:
        raise UsageError(
            f"{path} belongs to a run on other data or with other settings: repeat those, or begin without --resume"
        )
    if watch is not None:
        watch.best = tensors["best"].copy()
        watch.best_loss, watch.best_epoch = float(tensors["best_at"][0]), int(tensors["best_at"][1])
    parameters = Parameters(*(_own(tensors.get(name)) for name in _OF_PARAMETERS))  # type: ignore[arg-type]
    history = History([tuple(row) for row in tensors["history"].tolist()])
    return State(parameters, int(tensors["epoch"][0]), history)


def _digest(tensors: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        array = tensors[name]
        digest.update(f"{name} {array.shape} ".encode() + array.astype(array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def _own(array: np.ndarray | None) -> np.ndarray | None:
    return None if array is None else np.ascontiguousarray(array).copy()
