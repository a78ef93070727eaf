"""Moments on disk: one safetensors file, written whole, read strictly.

Arrays are ``mean, mean_low, scatter, scatter_low, minimum, maximum`` (float64) and ``missing`` (int64). The metadata
hold, as text, ``format`` (``reta moments``), ``version`` (``3``), ``features`` and ``targets`` (JSON lists), ``levels``
(a JSON list of categorical columns, each with its levels), ``n_samples``, ``weight_sum``, ``weight_sum_low``,
``rounding``, ``log_weight_sum`` (absent where it is not known, as in the first files), what the writer adds under
names of its own, and ``sha256``, over all of these and the arrays. Files of version 2 had no checksum.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reta.errors import DataError, FileError, UsageError
from reta.files import atomic_write
from reta.moment.columns import distinct
from reta.moment.levels import still_whole
from reta.moment.moments import Moments
from reta.moment.tensor_file import Untrusted, parsed_json, read_tensors, write_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["read_moments", "write_moments"]

FORMAT = "reta moments"
VERSION = "3"
UNVERIFIED_VERSION = "2"  # of files from before there was a checksum
_NUMBERS = ("weight_sum", "weight_sum_low", "rounding")
_REQUIRED_KEYS = {"format", "version", "features", "targets", "levels", "n_samples", *_NUMBERS}
_OWN_KEYS = _REQUIRED_KEYS | {"log_weight_sum", "sha256"}
_VECTORS = ("mean", "mean_low", "minimum", "maximum")
_MATRICES = ("scatter", "scatter_low")


def write_moments(path: str | os.PathLike[str], moments: Moments, *, metadata: Mapping[str, str] | None = None) -> None:
    """Write ``moments`` to ``path``, whole or not at all.

    Parameters
    ----------
    path
        The file to create or replace.
    moments
        What to write; ``DataError`` where its numbers are not finite.
    metadata
        Further text to keep in the file; ``UsageError`` where a key is one of the file's own.

    Raises
    ------
    FileError
        The disk refuses; a file that was there is untouched.
    """
    problem = _problem(moments)
    if problem:
        raise DataError(f"these moments cannot be saved: {problem}")
    extra = dict(metadata or {})
    if _OWN_KEYS & extra.keys():
        raise UsageError(f"the metadata key {min(_OWN_KEYS & extra.keys())!r} is the file's own")
    own = {
        "format": FORMAT,
        "version": VERSION,
        "features": json.dumps(moments.features),
        "targets": json.dumps(moments.targets),
        "levels": json.dumps(moments.levels),
        "n_samples": str(moments.n_samples),
        **{name: repr(float(getattr(moments, name))) for name in _NUMBERS},
    }
    if not math.isnan(moments.log_weight_sum):
        own["log_weight_sum"] = repr(float(moments.log_weight_sum))
    tensors = {name: getattr(moments, name) for name in (*_VECTORS, *_MATRICES, "missing")}
    every = {**own, **extra}
    with atomic_write(path) as file:
        write_tensors(file, tensors, {**every, "sha256": _digest(tensors, every)})


def read_moments(path: str | os.PathLike[str]) -> tuple[Moments, dict[str, str]]:
    """Return the moments in a file, and the metadata that its writer added.

    Raises
    ------
    FileError
        The file cannot be read, or is not exactly what ``write_moments`` writes; with the reason.
    """
    try:
        with Path(path).open("rb") as file:
            tensors, metadata = read_tensors(file)
        moments = _assembled(tensors, metadata)
    except Untrusted as reason:
        raise FileError(f"{os.fspath(path)} is not taken for moments: {reason}") from None
    except OSError as error:
        raise FileError(f"cannot read {os.fspath(path)}: {error.strerror or error}") from error
    return moments, {key: text for key, text in metadata.items() if key not in _OWN_KEYS}


def _assembled(tensors: dict[str, NDArray[Any]], metadata: dict[str, str]) -> Moments:
    if metadata.get("format") != FORMAT:
        raise Untrusted(f"its format is {metadata.get('format')!r}, not {FORMAT!r}")
    if metadata.get("version") not in (VERSION, UNVERIFIED_VERSION):
        raise Untrusted(f"its version is {metadata.get('version')!r}; this reta reads version {VERSION}")
    if _REQUIRED_KEYS - metadata.keys():
        raise Untrusted(f"its metadata lack {min(_REQUIRED_KEYS - metadata.keys())!r}")
    try:
        features, targets = distinct(_names(metadata["features"]), _names(metadata["targets"]))
    except UsageError as error:
        raise Untrusted(str(error)) from None
    _check_shapes(tensors, len(features) + len(targets))
    numbers: dict[str, Any] = {name: _number(name, metadata[name]) for name in _NUMBERS}
    count, levels = _count(metadata["n_samples"]), _levels(metadata["levels"], features)
    numbers["log_weight_sum"] = _log_weight_sum(metadata, count)
    moments = Moments(features, targets, n_samples=count, levels=levels, **(numbers | tensors))
    problem = _problem(moments)
    if problem:
        raise Untrusted(problem)
    unverified = metadata["version"] == UNVERIFIED_VERSION and "sha256" not in metadata
    if not unverified and metadata.get("sha256") != _digest(tensors, metadata):
        raise Untrusted("it does not match its own checksum: it was changed or damaged after it was written")
    return moments


def _digest(tensors: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> str:
    """Return the SHA-256 of the arrays and of all metadata but the checksum itself, whatever their order."""
    told = sorted(item for item in metadata.items() if item[0] != "sha256")
    digest = hashlib.sha256(json.dumps(told).encode())
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        digest.update(json.dumps([name, array.shape]).encode())
        digest.update(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
    return digest.hexdigest()


def _names(text: str) -> list[str]:
    names = parsed_json(text, "a list of names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Untrusted(f"{text[:40]} is no list of names")
    return names


def _levels(text: str, features: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    entries = parsed_json(text, "a list of columns with levels")
    try:
        levels = tuple((str(column), tuple(map(str, met))) for column, met in entries)
    except (TypeError, ValueError):
        raise Untrusted(f"{text[:40]} is no list of columns with levels") from None
    if still_whole(levels, features) != levels:
        raise Untrusted("it names levels that are none of its features")
    return levels


def _check_shapes(tensors: dict[str, NDArray[Any]], q: int) -> None:
    wanted: dict[str, tuple[tuple[int, ...], str]] = dict.fromkeys(_VECTORS, ((q,), "f"))
    wanted |= dict.fromkeys(_MATRICES, ((q, q), "f")) | {"missing": ((q,), "i")}
    if tensors.keys() != wanted.keys():
        raise Untrusted(f"it holds {', '.join(sorted(tensors))}, not {', '.join(sorted(wanted))}")
    for name, (shape, kind) in wanted.items():
        if tensors[name].shape != shape or tensors[name].dtype.kind != kind:
            raise Untrusted(f"{name!r} is {tensors[name].dtype} of shape {tensors[name].shape} for {q} columns")


def _count(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", text):
        raise Untrusted(f"its row count is {text[:40]!r}")
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if repr(number) != text or not math.isfinite(number):
        raise Untrusted(f"its {name!r} is {text[:40]!r}")
    return number


def _log_weight_sum(metadata: dict[str, str], count: int) -> float:
    if "log_weight_sum" in metadata:
        return _number("log_weight_sum", metadata["log_weight_sum"])
    return math.nan if count else 0.0


def _problem(moments: Moments) -> str | None:
    """Why these cannot be the moments of any rows; ``None`` where they can."""
    if (moments.missing < 0).any():
        return "'missing' has a negative count"
    if moments.n_samples == 0:
        nothing = replace(
            Moments.empty(moments.features, moments.targets), missing=moments.missing, levels=moments.levels
        )
        return None if moments == nothing else "there are no rows, and yet numbers"
    for name in (*_VECTORS, *_MATRICES):
        if not np.isfinite(getattr(moments, name)).all():
            return f"{name!r} holds a number that is not finite"
    if moments.weight_sum <= 0:
        return f"{moments.n_samples} rows weigh {moments.weight_sum}"
    if not 0.0 < moments.rounding < 1.0:
        return f"its rounding is {moments.rounding}"
    if (
        any((getattr(moments, name) != getattr(moments, name).T).any() for name in _MATRICES)
        or (moments.scatter.diagonal() < 0).any()
    ):
        return "'scatter' is not symmetric, or negative on its diagonal"
    return "a minimum exceeds its maximum" if (moments.minimum > moments.maximum).any() else None
