"""Interactions: every column of one factor times every column of the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product
from operator import mul
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

from reta.design.evaluate import require_finite
from reta.design.terms import Categorical, Numeric
from reta.design.transforms import Polynomial, Transform
from reta.double_double import DoubleDouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from reta.design.evaluate import Column

__all__ = ["Factor", "Product", "Term", "factors_of"]

T = TypeVar("T")
Factor: TypeAlias = Numeric | Categorical | Transform | Polynomial


@dataclass(frozen=True, slots=True)
class Product:
    """The interaction of two factors or more: ``region[south]:temp``.

    Attributes
    ----------
    factors
        In order; the columns of the first change fastest, as R has it.
    """

    factors: tuple[Factor, ...]

    @property
    def label(self) -> str:
        """The term as a formula has it."""
        return ":".join(factor.label for factor in self.factors)

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns, each once."""
        return tuple(dict.fromkeys(name for factor in self.factors for name in factor.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """A name for every combination of the factors' columns."""
        return tuple(":".join(names) for names in _combined([factor.names for factor in self.factors]))

    def encode(self, frame: pl.DataFrame, first_row: int = 1) -> list[Column]:
        """Return the products, shape (n,) each, unrounded where a factor is a polynomial."""
        encoded = [_unrounded(factor, factor.encode(frame, first_row)) for factor in self.factors]
        with np.errstate(all="ignore"):
            products = [reduce(mul, columns) for columns in _combined(encoded)]
        numeric = [name for f in self.factors if not isinstance(f, Categorical) for name in f.columns]
        for name, values in zip(self.names, products, strict=True):
            require_finite(values, name, frame, numeric, first_row)
        return products

    def settled(self, levels: Mapping[str, Sequence[str]], fills: Mapping[str, float]) -> Product:
        """Return the term with the levels and fills of its columns."""
        return Product(tuple(factor.settled(levels, fills) for factor in self.factors))

    def whole(self) -> Product:
        """Return the term with a column for every level, baselines too."""
        return Product(tuple(factor.whole() for factor in self.factors))


def _unrounded(factor: Factor, columns: list[Column]) -> list[Column]:
    """Return a polynomial's columns in pairs, the first power too, so that no product with one is rounded."""
    return [DoubleDouble.of(column) for column in columns] if isinstance(factor, Polynomial) else columns


Term: TypeAlias = Factor | Product


def factors_of(term: Term) -> tuple[Factor, ...]:
    """Return the factors of an interaction, or the term itself."""
    return term.factors if isinstance(term, Product) else (term,)


def _combined(columns: Sequence[Sequence[T]]) -> Iterator[tuple[T, ...]]:
    return (chosen[::-1] for chosen in product(*reversed(columns)))
