"""What every test may ask for: the reference data, the shipped samples, and parts that may be absent."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import settings

from reta.errors import ExtraMissing

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Reporting = Generator[None, pytest.CollectReport, pytest.CollectReport]

REPOSITORY = Path(__file__).resolve().parent.parent
OPTIONAL = {"torch", "fastexcel", "adbc_driver_postgresql", "matplotlib"}  # what the extras bring
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


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Skip a module of tests that imports an optional part where it is absent; in CI it fails."""
    report = yield
    excinfo = report.call.excinfo if report.outcome == "failed" else None
    if excinfo is not None and (absent := _absent_part(excinfo.value)) and not IN_CI:
        report.outcome, report.longrepr = "skipped", (str(collector.path), 1, f"Skipped: no {absent}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, object, object]:
    """Skip a test that comes to need an optional part where it is absent; in CI it fails."""
    try:
        return (yield)
    except ImportError as error:
        if absent := _absent_part(error):
            _absent(f"no {absent}")
        raise


def _absent_part(error: BaseException | None) -> str | None:
    """Return the optional part for want of which there was an error."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name in OPTIONAL:
            return error.name
        if type(error) is ExtraMissing:
            return str(error)
        error = error.__cause__
    return None
