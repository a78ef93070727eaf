"""One pass over the files of a table: the absolute lines, the counts, and what is said at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reta.errors import DataError
from reta.tables.labels import rewritten_labels
from reta.tables.symbols import SymbolTally
from reta.tables.text.problems import bad_fault
from reta.types import Note
from reta.wording import LOSES_DIGITS, counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from reta.tables.text.plan import Plan
    from reta.tables.text.quotes import Fault
    from reta.tables.text.report import BlockReport, Rewritten

__all__ = ["Ledger"]


class _Place:
    """The first of several things, and how many there were."""

    def __init__(self) -> None:
        self.count = 0
        self.first = ""

    def add(self, count: int, place: str) -> None:
        self.first = self.first or (place if count else "")
        self.count += count

    def __str__(self) -> str:
        return f"{self.count:,} (first: {self.first})"


class Ledger:
    """Adds up the reports of a pass, block by block, in the order of the source.

    Parameters
    ----------
    description
        What messages call the whole table.
    n_files
        How many files it has: with one, messages need not name it twice.

    Attributes
    ----------
    refusing
        Whether a missing value was met that the policy forbids: later blocks are only counted.
    rows
        Rows that stayed.
    """

    def __init__(self, description: str, n_files: int = 1) -> None:
        self.refusing = False
        self.rows = 0
        self._description = description
        self._n_files = n_files
        self._plan: Plan | None = None
        self._lines = 0
        self._seen = 0
        self._bad = _Place()
        self._missing_rows = 0
        self._missing: dict[str, _Place] = {}
        self._stripped = 0
        self._rounded: dict[str, str] = {}
        self._symbols = SymbolTally()
        self._rewritten: dict[str, Rewritten] = {}
        self._empty = _Place()

    def add(self, report: BlockReport) -> None:
        """Take in the next block.

        Raises
        ------
        DataError
            Something in it cannot be read.
        """
        if report.plan is not self._plan:
            self._plan = report.plan
            self._lines = report.plan.lines_before
        if report.problem is not None:
            raise DataError(report.problem.message(self._label(), self._lines))
        self.rows += report.clean.height
        self._seen += report.clean.height + report.bad_rows + report.missing_rows
        self._bad.add(report.bad_rows, self._place(report.first_bad))
        self._missing_rows += report.missing_rows
        for cells in report.missing:
            self._missing.setdefault(cells.name, _Place()).add(cells.count, self._place(cells.line))
        self._stripped += report.stripped
        for met in report.rounded:
            where = f"{self._label()}, line {self._lines + met.line}"
            self._rounded.setdefault(met.name, f"`{met.name}` holds {met.value} in {where}: {LOSES_DIGITS}")
        self._empty.add(report.empty.count, self._place(report.empty.first))
        for symbols in report.symbols:
            self._symbols.add(symbols.name, symbols.cells, f"{self._label()}, line {self._lines + symbols.line}")
        for rewritten in report.rewritten:
            self._rewritten.setdefault(rewritten.name, rewritten)
        self.refusing = bool(self._missing) and report.plan.policy == "error"
        self._lines += report.n_lines

    def stop(self, fault: Fault) -> None:
        """Raise for the fault that ends the last block."""
        raise DataError(bad_fault(fault, fault.lines + 1).message(self._label(), self._lines))

    def notes(self) -> list[Note]:
        """Say what happened to the rows.

        Raises
        ------
        DataError
            There were none, or values are missing that may not.
        """
        if not self._seen:
            raise DataError(f"{self._description} has a header but no rows")
        if self.refusing:
            raise DataError(self._refusal())
        notes = []
        if self._stripped:
            notes.append(Note("assumed", f"spaces round {self._stripped:,} cells left out"))
        if self._empty.count:
            lines = counted(self._empty.count, "line")
            notes.append(Note("assumed", f"{lines} of empty cells left out (first: {self._empty.first})"))
        notes.extend(self._symbols.notes())
        notes.extend(rewritten_labels(*told) for told in self._told_labels())
        notes.extend(Note("warning", self._rounded[name]) for name in self._in_order(self._rounded))
        if self._bad.count:
            lost = f"{counted(self._bad.count, 'row')} left out, unreadable (first: {self._bad.first})"
            notes.append(Note("dropped", lost))
        if self._missing_rows:
            notes.append(
                Note("dropped", f"{counted(self._missing_rows, 'row')} left out for missing values: {self._counts()}")
            )
        return notes

    def _told_labels(self) -> Iterator[tuple[str, str, str]]:
        for name in self._in_order(self._rewritten):
            yield name, self._rewritten[name].written, self._rewritten[name].label

    def _label(self) -> str:
        return self._plan.label if self._plan else self._description

    def _place(self, line: int) -> str:
        where = f"line {self._lines + line}"
        return where if self._n_files == 1 else f"{self._label()}, {where}"

    def _counts(self) -> str:
        return ", ".join(f"`{name}` {self._missing[name]}" for name in self._in_order(self._missing))

    def _in_order(self, names: Collection[str]) -> list[str]:
        """Return the names in the order that the columns were asked for, whichever was met first."""
        wanted = self._plan.wanted if self._plan else ()
        return [column.name for column in wanted if column.name in names]

    def _refusal(self) -> str:
        ways = "Leave such rows out with --missing drop, or fill features with their mean: --missing mean"
        return f"missing values in {self._description}: {self._counts()}. {ways}"
