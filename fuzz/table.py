"""The table before anything happens to it, and what least squares makes of it, in exact arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

__all__ = ["Row", "Table", "planted"]

NAMES = ["temp", "rainfall", "humidity", "plants", "ph", "area"]
TARGETS = ["apples", "oranges"]
FEW_ROWS = (9, 45)
MANY_ROWS = 1_300  # beyond the thousand that readers look at before they decide
MANY_ROWS_IN = 12  # tables out of so many


@dataclass
class Row:
    """One row as it will be written, and the numbers that it stands for; ``None`` where it must not count."""

    cells: list[Any]
    values: list[Decimal] | None


@dataclass
class Table:
    """Columns, features before targets unless a damage adds others, and rows.

    ``numbers`` are the columns that the values of a row stand for; ``spoilable`` those that a cell may be spoilt in.
    """

    names: list[str]
    features: list[str]
    targets: list[str]
    rows: list[Row]
    numbers: list[str] = field(default_factory=list)
    spoilable: list[str] = field(default_factory=list)

    def place(self, name: str) -> int:
        """Where a column stands among the cells of a row."""
        return self.names.index(name)

    def put(self, row: Row, name: str, value: Decimal, cell: Any = None) -> None:
        """Give a row that counts another number, written as ``cell``."""
        row.values[self.numbers.index(name)] = value
        row.cells[self.place(name)] = value if cell is None else cell

    def solution(self) -> dict[tuple[str, str], float]:
        """Return the coefficients by target and term, exact but for the last rounding."""
        p, k = len(self.features), len(self.targets)
        counted = [row.values for row in self.rows if row.values is not None]
        design = [[Fraction(1), *map(Fraction, values[:p])] for values in counted]
        targets = [[*map(Fraction, values[p : p + k])] for values in counted]
        gram = [[sum(a[i] * a[j] for a in design) for j in range(p + 1)] for i in range(p + 1)]
        cross = [
            [sum(a[i] * y[t] for a, y in zip(design, targets, strict=True)) for t in range(k)] for i in range(p + 1)
        ]
        found = _solved(gram, cross)
        terms = ["intercept", *self.features]
        return {(self.targets[t], terms[i]): float(found[i][t]) for i in range(p + 1) for t in range(k)}


def planted(rng: Random) -> Table:
    """Return a table of decimals, whose targets are linear in the features but for a little noise."""
    p, k = rng.randint(1, 4), rng.randint(1, 2)
    n = MANY_ROWS if rng.randrange(MANY_ROWS_IN) == 0 else rng.randint(*FEW_ROWS)
    features, targets = rng.sample(NAMES, p), TARGETS[:k]
    digits = [rng.randint(0, 4) for _ in range(p)]
    slopes = [[Decimal(rng.randint(-40, 40)) / 8 for _ in range(p)] for _ in range(k)]
    rows = []
    for _ in range(n):
        x = [Decimal(rng.randint(-(10**3), 10**4)).scaleb(-d) for d in digits]
        noise = [Decimal(rng.randint(-99, 99)).scaleb(-2) for _ in range(k)]
        y = [
            sum((b * value for b, value in zip(each, x, strict=True)), e) for each, e in zip(slopes, noise, strict=True)
        ]
        values = [*x, *(value.quantize(Decimal("0.0001")) for value in y)]
        rows.append(Row(list(values), values))
    return Table([*features, *targets], features, targets, rows, [*features, *targets], [*features, *targets])


def _solved(gram: list[list[Fraction]], cross: list[list[Fraction]]) -> list[list[Fraction]]:
    """Solve by elimination; ``ZeroDivisionError`` where the columns depend on each other."""
    rows = [[*left, *right] for left, right in zip(gram, cross, strict=True)]
    size = len(rows)
    for i in range(size):
        pivot = next((r for r in range(i, size) if rows[r][i] != 0), None)
        if pivot is None:
            raise ZeroDivisionError
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for r in range(size):
            if r != i and rows[r][i] != 0:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [row[size:] for row in rows]
