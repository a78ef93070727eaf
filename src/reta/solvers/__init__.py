"""Moments to coefficients: factorise once, solve for every target, and say how much of it to trust."""

from __future__ import annotations

from reta.solvers.cholesky import CholeskyFactor, factorize
from reta.solvers.claims import Claims, KnownDigits
from reta.solvers.dependency import Dependency, broken_dependencies
from reta.solvers.findings import solution_notes
from reta.solvers.least_squares import solve_least_squares
from reta.solvers.precision_policy import PrecisionPolicy
from reta.solvers.refined import solve
from reta.solvers.solution import Solution

__all__ = [
    "CholeskyFactor",
    "Claims",
    "Dependency",
    "KnownDigits",
    "PrecisionPolicy",
    "Solution",
    "broken_dependencies",
    "factorize",
    "solution_notes",
    "solve",
    "solve_least_squares",
]
