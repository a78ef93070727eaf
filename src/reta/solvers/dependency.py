"""A column that others reproduce: what a user is told of it, and how new rows are checked against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reta.types import BoolArray, FloatArray

__all__ = ["Dependency", "broken_dependencies"]

TERMS_SHOWN = 8
RELATIVE_TO_SPREAD = 1e-6
RELATIVE_TO_TERMS = 1e-7  # of coefficients that are known to some digits only
RELATIVE_TO_CELLS = 1e-12
ROUNDING_OF_CELLS = 64.0 * 2.0**-52  # where the coefficients are exact


@dataclass(frozen=True, slots=True)
class Dependency:
    """A dropped column and the combination of earlier columns that reproduces it.

    Attributes
    ----------
    column
        Name of the column that was dropped.
    combination
        Names of earlier columns and their coefficients, in the data's units; empty for a constant column.
    constant
        What is added to the combination, in the units of the column.
    exact
        Whether every coefficient is a short decimal and nothing beyond rounding is left over; of a constant column,
        whether it has one value, not several that differ by rounding.
    spread
        Standard deviation of the column among the training rows, in its units.
    tolerance
        Up to where training rows themselves may be off, in its units.

    Examples
    --------
    >>> Dependency("total", (("north", 1.0), ("south", 1.0)), 0.0).text
    '`total` = `north` + `south`'
    >>> Dependency("south", (("north", -1.0),), 1.0).text
    '`south` = 1 - `north`'
    """

    column: str
    combination: tuple[tuple[str, float], ...]
    constant: float
    exact: bool = True
    spread: float = 0.0
    tolerance: float = 0.0

    @property
    def is_constant(self) -> bool:
        """Whether the column has one value only."""
        return not self.combination

    @property
    def value(self) -> str:
        """What a constant column is, in words, for example "7 in every row"."""
        if self.exact:
            return f"{repr(self.constant).removesuffix('.0')} in every row"
        return f"{self.constant:.15g} in every row but for rounding"

    @property
    def text(self) -> str:
        """The relation in one line, for example "`x3` = `x0` + `x1`"."""
        sign = "=" if self.exact else "≈"
        return f"`{self.column}` {sign} {self._right_side()}"

    def _right_side(self) -> str:
        terms = [_term(name, coef, exact=self.exact) for name, coef in self.combination]
        constant = [_signed(self.constant, exact=self.exact)] if self.constant or not terms else []
        leads = bool(terms) and terms[0].startswith("-")
        shown = terms[:TERMS_SHOWN]
        pieces = [*constant, *shown] if leads else [*shown, *constant]
        joined = " ".join(pieces).removeprefix("+ ")
        joined = f"-{joined[2:]}" if joined.startswith("- ") else joined
        more = len(terms) - len(shown)
        return f"{joined} + … ({more} more columns)" if more else joined


def _term(name: str, coef: float, *, exact: bool) -> str:
    if abs(coef) == 1.0:
        return f"{'-' if coef < 0 else '+'} `{name}`"
    return f"{_signed(coef, exact=exact)}·`{name}`"


def _signed(value: float, *, exact: bool) -> str:
    return f"{'-' if value < 0 else '+'} {abs(value):{'.15g' if exact else '.6g'}}"


def broken_dependencies(
    rows: FloatArray,
    dependencies: Sequence[Dependency],
    features: Sequence[str],
    center: FloatArray,
) -> BoolArray:
    """Tell which new rows break a relation that held in the training rows.

    The prediction for such a row is not unique: it rests on the dropped column having no effect of its own.

    Parameters
    ----------
    rows
        Shape (m, p), in the order and units of ``features``.
    dependencies
        d of them, as ``Solution.dependencies`` has them.
    features
        Names of the p columns.
    center
        Shape (p,), as ``Solution.center`` has it.

    Returns
    -------
    BoolArray
        Shape (m, d): True where row and relation disagree by more than a millionth of the column's training spread,
        and by more than rounding explains.
    """
    position = {name: at for at, name in enumerate(features)}
    broken = np.zeros((len(rows), len(dependencies)), dtype=np.bool_)
    for column, dependency in enumerate(dependencies):
        at = [position[name] for name, _ in dependency.combination]
        coef = np.array([value for _, value in dependency.combination])
        broken[:, column] = _breaks(dependency, rows[:, position[dependency.column]], rows[:, at], coef, center[at])
    return broken


def _breaks(
    dependency: Dependency, column: FloatArray, others: FloatArray, coef: FloatArray, center: FloatArray
) -> BoolArray:
    gap = np.abs(column - others @ coef - dependency.constant)
    size = np.abs(coef)
    cells = np.abs(column) + np.abs(others) @ size + abs(dependency.constant)
    allowed = dependency.tolerance + RELATIVE_TO_SPREAD * dependency.spread
    if dependency.exact:
        return np.asarray(gap > allowed + ROUNDING_OF_CELLS * cells)
    moved = np.abs(others - center) @ size
    return np.asarray(gap > allowed + RELATIVE_TO_TERMS * moved + RELATIVE_TO_CELLS * cells)
