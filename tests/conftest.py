"""What every test may ask for: the reference data, the shipped samples, and parts that may be absent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parent.parent
# The same examples in every run, whatever the machine is busy with: a failure of today is one of tomorrow.
settings.register_profile("reta", derandomize=True, deadline=None, database=None)
settings.load_profile("reta")
IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the working tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def require() -> Callable[[object, str], None]:
    """``require(part, "what is absent, and how to get it")``: without the part a test skips; in CI it fails."""
    return _require


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the tutorial's figures and of NIST's certified problems."""
    return REPOSITORY / "tests" / "reference"


def _require(part: object, reason: str) -> None:
    if not part:
        _absent(reason)


def _absent(reason: str) -> NoReturn:
    if IN_CI:
        pytest.fail(f"CI must have every part: {reason}", pytrace=False)
    pytest.skip(reason)
