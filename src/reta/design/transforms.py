"""Terms that compute: a transformed column, and the powers of one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reta.design.evaluate import evaluated, powers, require_finite
from reta.design.expression import FUNCTIONS, Operation, columns_in, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from reta.design.evaluate import Column
    from reta.design.expression import Expression
    from reta.types import FloatArray

__all__ = ["MAX_DEGREE", "Polynomial", "Transform"]

MAX_DEGREE = 1_000


@dataclass(frozen=True, slots=True)
class Transform:
    """Arithmetic of columns: ``log(rain)``, ``I(x1**2 + x2)``.

    Attributes
    ----------
    expression
        What to compute.
    fills
        What a missing cell of a source column becomes where missing cells are filled: its mean in the training data.
    """

    expression: Expression
    fills: Mapping[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The term as a formula has it."""
        text = text_of(self.expression)
        return text if isinstance(self.expression, Operation) and self.expression.name in FUNCTIONS else f"I({text})"

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns."""
        return columns_in(self.expression)

    @property
    def names(self) -> tuple[str, ...]:
        """The one encoded column."""
        return (self.label,)

    def encode(self, frame: pl.DataFrame, first_row: int = 1) -> list[Column]:
        """Return the one column, shape (n,); DataError where a row has no finite value."""
        return [self.values(frame, first_row)]

    def values(self, frame: pl.DataFrame, first_row: int = 1) -> FloatArray:
        """Return the same, shape (n,), float64."""
        return evaluated(self.expression, frame, self.fills, self.label, first_row)

    def settled(self, levels: Mapping[str, Sequence[str]], fills: Mapping[str, float]) -> Transform:
        """Return the term with the fills of its columns."""
        return replace(self, fills={name: fills[name] for name in self.columns if name in fills})

    def whole(self) -> Transform:
        """Return the term itself: it has no levels."""
        return self


@dataclass(frozen=True, slots=True)
class Polynomial:
    """The powers of one number: ``poly(x, 3)`` is x, x² and x³ themselves, not orthogonal combinations of them.

    Attributes
    ----------
    expression
        What is raised to the powers.
    degree
        The highest power, at least 1.
    fills
        As for ``Transform``.
    """

    expression: Expression
    degree: int
    fills: Mapping[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The term as a formula has it."""
        return f"poly({text_of(self.expression)}, {self.degree})"

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns."""
        return columns_in(self.expression)

    @property
    def names(self) -> tuple[str, ...]:
        """One name a power, ascending: ``poly(x, 3)[2]`` is the square."""
        return tuple(f"{self.label}[{power}]" for power in range(1, self.degree + 1))

    def encode(self, frame: pl.DataFrame, first_row: int = 1) -> list[Column]:
        """Return the powers, shape (n,) each, unrounded: pairs of floats from the square on."""
        base = evaluated(self.expression, frame, self.fills, self.label, first_row)
        found = powers(base, self.degree)
        for name, power in zip(self.names, found, strict=True):
            require_finite(power, name, frame, self.columns, first_row)
        return found

    def settled(self, levels: Mapping[str, Sequence[str]], fills: Mapping[str, float]) -> Polynomial:
        """Return the term with the fills of its columns."""
        return replace(self, fills={name: fills[name] for name in self.columns if name in fills})

    def whole(self) -> Polynomial:
        """Return the term itself: it has no levels."""
        return self
