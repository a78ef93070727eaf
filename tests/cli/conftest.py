"""Running ``reta`` inside the test's own process, and tables to run it on."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from reta.cli.main import main
from reta.datasets import crops_15

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Run:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@pytest.fixture
def reta(tmp_path, monkeypatch, capsys) -> Callable[..., Run]:
    """``reta("fit", ...)`` in an empty folder that has the sample table; ``stdin`` takes text."""
    (tmp_path / "crops.csv").write_bytes(crops_15().read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C.UTF-8")
    for variable in ("LC_ALL", "LC_MESSAGES", "NO_COLOR", "COLUMNS", "RETA_DEBUG"):
        monkeypatch.delenv(variable, raising=False)

    def run(*arguments: str, stdin: str = "") -> Run:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main(arguments)
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run


@dataclass(frozen=True, slots=True)
class Exact:
    """The sample's least-squares solution by another road: NumPy's singular value decomposition."""

    X: np.ndarray
    Y: np.ndarray
    coef: np.ndarray  # (4, 2): intercept first
    covariance: np.ndarray  # (4, 4), without the residual variance
    sigma: np.ndarray  # (2,)


@pytest.fixture(scope="session")
def exact() -> Exact:
    data = np.loadtxt(crops_15(), delimiter=",", skiprows=1)
    X = np.column_stack([np.ones(len(data)), data[:, :3]])
    Y = data[:, 3:]
    coef = np.linalg.lstsq(X, Y, rcond=None)[0]
    sigma = np.sqrt(((Y - X @ coef) ** 2).sum(axis=0) / (len(data) - 4))
    return Exact(X, Y, coef, np.linalg.inv(X.T @ X), sigma)
