"""Write docs/reference/accuracy.md: reta beside its peers on NIST's certified problems and on thirteen hard inputs.

make accuracy
"""

from __future__ import annotations

import json
import platform
import sys
import textwrap
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import statsmodels.api as sm
import torch
from sklearn.linear_model import LinearRegression
from threadpoolctl import threadpool_info

import reta
from reta.processors import usable_cpus

if TYPE_CHECKING:
    from collections.abc import Callable

    Cells = dict[str, dict[str, str]]

PAGE = Path(__file__).parent / "reference" / "accuracy.md"
REFERENCE = Path(__file__).parent.parent / "tests" / "reference"
POLYNOMIALS = ("Wampler1", "Wampler2", "Wampler3", "Wampler4", "Wampler5", "Filip")
PROBLEMS = ("Norris", "Pontius", "NoInt1", "NoInt2", "Longley", *POLYNOMIALS)
MOST = 15.0


@dataclass(frozen=True)
class Problem:
    """Columns, target, whether there is an intercept, the degree of a polynomial in the one column, and the truth."""

    X: np.ndarray
    y: np.ndarray
    intercept: bool
    degree: int
    truth: np.ndarray

    @property
    def matrix(self) -> np.ndarray:
        """The columns as float64 has them, powers included."""
        return np.hstack([self.X**power for power in range(1, self.degree + 1)])

    @property
    def with_ones(self) -> np.ndarray:
        """The same behind a column of ones, where there is an intercept."""
        return np.column_stack([np.ones(len(self.X)), self.matrix]) if self.intercept else self.matrix


def model_by_reta(problem: Problem) -> reta.LinearModel:
    """Fit by formula, the powers formed inside."""
    names = [f"x{j}" for j in range(problem.X.shape[1])]
    frame = pl.DataFrame(dict(zip(names, problem.X.T, strict=True)) | {"y": problem.y})
    right = f"poly(x0, {problem.degree})" if problem.degree > 1 else " + ".join(names)
    return reta.fit(frame, formula=f"y ~ {right}{'' if problem.intercept else ' - 1'}")


def by_reta(problem: Problem) -> np.ndarray:
    """Return the coefficients of that fit."""
    model = model_by_reta(problem)
    return np.append(model.intercept_, model.coef_[0]) if problem.intercept else model.coef_[0]


def by_scikit_learn(problem: Problem) -> np.ndarray:
    """Fit by ``LinearRegression``."""
    model = LinearRegression(fit_intercept=problem.intercept).fit(problem.matrix, problem.y)
    return np.append(model.intercept_, model.coef_) if problem.intercept else model.coef_


def by_torch(problem: Problem) -> np.ndarray:
    """Fit by ``torch.linalg.lstsq``."""
    A, y = torch.from_numpy(problem.with_ones.astype(np.float64)), torch.from_numpy(problem.y.astype(np.float64))
    return torch.linalg.lstsq(A, y[:, None]).solution[:, 0].numpy()


PEERS: dict[str, Callable[[Problem], np.ndarray]] = {
    "reta": by_reta,
    "scikit-learn": by_scikit_learn,
    "statsmodels (pinv)": lambda problem: sm.OLS(problem.y, problem.with_ones).fit(method="pinv").params,
    "statsmodels (qr)": lambda problem: sm.OLS(problem.y, problem.with_ones).fit(method="qr").params,
    "numpy lstsq": lambda problem: np.linalg.lstsq(problem.with_ones, problem.y, rcond=None)[0],
    "torch lstsq": by_torch,
}


def correct_digits(found: np.ndarray, truth: np.ndarray) -> float:
    """Return the log relative error of the worst coefficient, from 0 to 15."""
    if not np.isfinite(found).all():
        return 0.0
    error = np.abs(found - truth) / np.where(truth == 0.0, 1.0, np.abs(truth))
    return float(np.clip(-np.log10(error.max() + 1e-17), 0.0, MOST)) + 0.0


def nist(name: str, folder: Path) -> Problem:
    """Read a certified problem."""
    data = json.loads((folder / "nist" / f"{name}.json").read_text())
    X = np.array([[float(cell) for cell in row.split()] for row in data["x"]])
    truth = np.array([float(value) for value in data["certified"]["coef"]])
    return Problem(X, np.array([float(cell) for cell in data["y"]]), data["intercept"], data["poly_degree"] or 1, truth)


def table(rows: dict[str, dict[str, str]]) -> list[str]:
    """Return a Markdown table, a row a problem, a column a peer."""
    head = ["", *PEERS]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return lines + [f"| {name} | " + " | ".join(cells[peer] for peer in PEERS) + " |" for name, cells in rows.items()]


def attempt(solve: Callable[[Problem], np.ndarray], problem: Problem) -> tuple[np.ndarray | None, bool]:
    """Return the coefficients, ``None`` where there was an error, and whether a word was said."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            return np.asarray(solve(problem), dtype=np.float64), bool(told)
        except Exception:  # noqa: BLE001 - whatever a peer raises, it said so
            return None, True


def figures(folder: Path, peers: dict[str, Callable[[Problem], np.ndarray]]) -> tuple[Cells, Cells]:
    """Return the cells of both tables, by problem and peer."""
    from hard_inputs import HARD_INPUTS, judged

    certified: Cells = {}
    for name in PROBLEMS:
        problem = nist(name, folder)
        found = {peer: attempt(solve, problem)[0] for peer, solve in peers.items()}
        certified[name] = {
            peer: "0.0" if coef is None else f"{correct_digits(coef, problem.truth):.1f}"
            for peer, coef in found.items()
        }
    hard = {
        name: {peer: judged(make(), *attempt(solve, make())) for peer, solve in peers.items()}
        for name, make in HARD_INPUTS.items()
    }
    return certified, hard


def page(folder: Path) -> str:
    """Return the page as text."""
    certified, hard = figures(folder, PEERS)
    return "\n".join([*HEAD[:3], *surroundings(), *HEAD[3:], "", *table(certified), *MIDDLE, "", *table(hard), ""])


def surroundings() -> list[str]:
    """Return what the figures depend on beside the data: versions, processor, date."""
    names = ("numpy", "scipy", "scikit-learn", "statsmodels", "torch", "polars", "numba")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    day = datetime.now(UTC).date().isoformat()
    written = (
        f"Written on {day} by reta {reta.__version__} on {platform.system()}, {processor()}, with Python "
        f"{platform.python_version()}, {versions}. Other processors add in another order: last "
        "decimals may differ there."
    )
    return ["", *textwrap.wrap(written, 120)]


def processor() -> str:
    """Return the processor in words: family, kernels of BLAS, cores."""
    kernels = sorted({one["architecture"] for one in threadpool_info() if one.get("architecture")})
    model = platform.machine()
    if (told := Path("/proc/cpuinfo")).exists():
        names = [
            line.partition(":")[2].strip() for line in told.read_text().splitlines() if line.startswith("model name")
        ]
        model = f"{names[0]} ({platform.machine()})" if names else model
    return f"{model}, {usable_cpus()} cores, BLAS kernels {' and '.join(kernels) or 'unknown'}"


HEAD = """# Accuracy

`make accuracy` writes this page; it runs every peer on the same machine.

## Certified problems

NIST's eleven certified problems of linear least squares: correct digits of the worst coefficient (log relative error,
15 at most; the certified values have 15 digits themselves). Polynomials are given to reta as `poly(x, degree)`, to
the others as columns of powers, which is how they take them. From powers that were rounded to float64, Filip is known
to 7.6 digits only, even in exact arithmetic; reta then gets those.
""".splitlines()
MIDDLE = """
## Hard inputs

500 rows of three independent columns, coefficients 1, 2, −3 and intercept 4, noise 0.1, and one thing made hard. A
number is the correct digits of the worst coefficient beside the exact least-squares solution of the cells as given.
Where there is no answer, or not one only, it matters whether that is said: "named" is an error or a warning, "silent"
is neither.
""".splitlines()


if __name__ == "__main__":
    PAGE.write_text(page(REFERENCE))
    sys.stdout.write(f"wrote {PAGE}\n")
