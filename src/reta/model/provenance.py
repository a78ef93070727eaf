"""Where a model came from."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reta.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reta.moment import Moments

__all__ = ["Provenance", "fingerprint", "versions"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which data a model was fitted to, and with what.

    Attributes
    ----------
    source
        What the data were called: a file's name, ``"pandas DataFrame"``.
    fingerprint
        SHA-256 of the moments: equal for equal data read in equal batches.
    passes
        How often the source was read, wholly or in part; 0 for a model from saved moments.
    options
        The options of the fit that were not the defaults.
    versions
        Of reta, Python and NumPy.
    """

    source: str
    fingerprint: str
    passes: int
    options: Mapping[str, str]
    versions: Mapping[str, str]


def fingerprint(moments: Moments) -> str:
    """Return the SHA-256 of names, counts, means and scatter, as 64 hexadecimal digits."""
    digest = hashlib.sha256(repr((moments.features, moments.targets, moments.n_samples)).encode())
    for array in (moments.mean, moments.scatter):
        digest.update(np.ascontiguousarray(array, dtype="<f8").data)  # without a copy: it may be large
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that a result may depend on."""
    return {"reta": __version__, "python": platform.python_version(), "numpy": np.__version__}
