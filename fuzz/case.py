"""One case: a planted table, the damages done to it, and how it will be given to reta."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Literal, TypeAlias

from fuzz.table import Table, planted

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Case", "Damage", "Form", "Promise"]

Form: TypeAlias = Literal["text", "ndjson", "parquet", "arrow", "xlsx", "sqlite", "dict", "records", "pandas", "polars"]
Promise: TypeAlias = Literal["right", "right or refused", "refused", "anything but a crash"]

PROMISES: list[Promise] = ["right", "right or refused", "refused", "anything but a crash"]

TEXT: tuple[Form, ...] = ("text",)
FILES: tuple[Form, ...] = ("text", "ndjson", "parquet", "arrow", "xlsx", "sqlite")
MEMORY: tuple[Form, ...] = ("dict", "records", "pandas", "polars")
FORMS: tuple[Form, ...] = (*FILES, *MEMORY)
OBJECTS: tuple[Form, ...] = ("dict", "records", "pandas")


@dataclass
class Dialect:
    """How a text file is written."""

    delimiter: str = ","
    decimal: str = "."
    newline: str = "\n"
    encoding: str = "utf-8"
    mark: bytes = b""
    quoted: bool = False
    last_newline: bool = True
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    suffix: str = ".csv"


@dataclass
class Case:
    """What will be written and asked; damages change it in place."""

    seed: int
    form: Form
    table: Table
    dialect: Dialect = field(default_factory=Dialect)
    options: dict[str, str] = field(default_factory=dict)
    name_features: bool = False
    packed: str = ""
    n_files: int = 1
    predicting: bool = False
    may_be_levels: bool = False
    has_units: bool = False
    bytes_damages: list[Callable[[bytes], bytes]] = field(default_factory=list)
    promise: Promise = "right"
    needs: list[tuple[str, ...]] = field(default_factory=list)
    damages: list[str] = field(default_factory=list)

    @classmethod
    def of_seed(cls, seed: int, form: Form) -> Case:
        """Return the case before any damage."""
        return cls(seed, form, planted(Random(f"{seed}/table")))

    def promises(self, promise: Promise) -> None:
        """Ask no more of reta than this from now on; between being refused and anything at all, anything wins."""
        self.promise = max(self.promise, promise, key=PROMISES.index)

    def refused_unless(self, *options: str) -> Promise:
        """Expect a refusal, unless one of the options is given in the end, by another damage perhaps."""
        self.needs.append(options)
        return "right or refused"

    def final_promise(self) -> Promise:
        """Return what is promised once all damages are done."""
        if self.has_units and "bad-rows" in self.options:
            return "anything but a crash"  # no row is left, or few
        if ("missing",) in self.needs and self.options.get("missing") == "mean":
            return "anything but a crash"  # means stand where the planted relation had other numbers
        if self.promise != "anything but a crash" and any(not set(each) & self.options.keys() for each in self.needs):
            return "refused"
        return self.promise


@dataclass(frozen=True)
class Damage:
    """Something that happens to a source.

    Attributes
    ----------
    name
        As in the command that repeats a case.
    forms
        Where it can happen.
    do
        Changes the case; returns what to expect then.
    order
        Cells (0) come before the text (1), and the text before its bytes (2).
    """

    name: str
    forms: tuple[Form, ...]
    do: Callable[[Case, Random], Promise]
    order: int
