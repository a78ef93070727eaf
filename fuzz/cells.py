"""Damages to names and cells, whatever the source they are written to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from fuzz.case import FORMS, MEMORY, OBJECTS, Damage

if TYPE_CHECKING:
    from random import Random

    from fuzz.case import Case, Promise
    from fuzz.table import Row

WORDS = ["n/a", "missing", "--", "?", "not measured", "#N/A", "null", "-"]
NUMBERS = ["-999999", "-777777.5"]  # no planted cell comes near
INFINITE = ("parquet", "arrow", *MEMORY)  # forms that have infinity and NaN
STRAY = ["abc", "12a", "0x1F", "1_000", "1..2", "--3", "1e400", "inf", "-Infinity", "\u0661\u0662", "1 2", "1e", "+"]


def missing_cells(case: Case, rng: Random) -> Promise:
    """Some cells are empty, or say NA; left out when asked for, and refused otherwise."""
    dropped = rng.random() < 0.7
    if dropped:
        case.options["missing"] = "drop"
    for row in _some_rows(case, rng, 3):
        _spoil(case, row, rng, rng.choice(_nothing(case)))
    return "right" if dropped else case.refused_unless("missing")


def named_missing(case: Case, rng: Random) -> Promise:
    """Some cells say by a word, or by a number that no other cell has, that there is nothing."""
    word: Any = rng.choice([*WORDS, *NUMBERS])
    number = word in NUMBERS
    named = number or rng.random() < 0.7
    if named:
        case.options |= {"missing": "drop", "missing-values": word}
    cell = Decimal(word) if number else word
    for row in _some_rows(case, rng, 3):
        _spoil(case, row, rng, cell)
    return "right or refused" if named else case.refused_unless("bad-rows")


def stray_cell(case: Case, rng: Random) -> Promise:
    """A cell that is no number."""
    dropped = rng.random() < 0.5
    if dropped:
        case.options["bad-rows"] = "drop"
    for row in _some_rows(case, rng, 2):
        _spoil(case, row, rng, rng.choice([*STRAY, float("inf")] if case.form in INFINITE else STRAY))
    return "right or refused" if dropped else case.refused_unless("bad-rows")


def date_cell(case: Case, rng: Random) -> Promise:
    """A date among numbers."""
    date: Any = dt.date(2026, rng.randint(1, 12), rng.randint(1, 28))
    if case.form in MEMORY:
        others = [
            np.datetime64(date),
            dt.datetime.fromisoformat("2026-01-02 03:00"),
            dt.timedelta(days=2),
            np.timedelta64(3, "h"),
            dt.time(4),
        ]
        date = rng.choice([date, *others])
    elif case.form != "xlsx":
        date = date.isoformat()
    row = _some_rows(case, rng, 1)[0]
    _spoil(case, row, rng, date)
    return case.refused_unless("bad-rows")


def wide_integers(case: Case, rng: Random) -> Promise:
    """A feature of integers beyond 2^53, beside fractions perhaps."""
    name = rng.choice(case.table.features)
    spread = 10 ** rng.randint(16, 19)
    for row in _whole(case):
        case.table.put(row, name, Decimal(rng.randint(2**53, 2**53 + spread)))
    return "right"


def true_and_false(case: Case, rng: Random) -> Promise:
    """A feature of two values, written as true and false."""
    name = rng.choice(case.table.features)
    if case.table.spoilable == [name]:
        return "right"
    rows = _whole(case)
    for index, row in enumerate(rows):
        truth = rng.random() < 0.5 if index > 1 else bool(index)
        case.table.put(row, name, Decimal(int(truth)), truth)
    case.table.spoilable.remove(name)
    return "right" if len(rows) == len(case.table.rows) else "right or refused"


def repeated_name(case: Case, rng: Random) -> Promise:
    """Two columns of one name."""
    _new_column(case, rng, rng.choice(case.table.numbers), lambda _: Decimal(rng.randint(0, 99)))
    return "refused"


def text_column(case: Case, rng: Random) -> Promise:
    """A column of words that no feature is meant to be."""
    case.name_features = True
    _new_column(case, rng, "plot", lambda index: f"{rng.choice('abc')} {index}")
    return "right"


def date_column(case: Case, rng: Random) -> Promise:
    """A column of dates that no feature is meant to be."""
    case.name_features = True
    first = dt.date(2026, 1, 1)
    _new_column(case, rng, "day", lambda index: (first + dt.timedelta(index)) if case.form != "sqlite" else str(first))
    return "right"


def empty_column(case: Case, rng: Random) -> Promise:
    """A column without a single cell, and without a name perhaps."""
    case.name_features = True
    _new_column(case, rng, "" if case.form == "text" and rng.random() < 0.5 else "notes", lambda _: None)
    return "right or refused"


def shuffled(case: Case, rng: Random) -> Promise:
    """Rows and columns in another order."""
    rng.shuffle(case.table.rows)
    case.name_features = True
    order = rng.sample(range(len(case.table.names)), len(case.table.names))
    case.table.names = [case.table.names[place] for place in order]
    for row in case.table.rows:
        row.cells = [row.cells[place] if place < len(row.cells) else None for place in order]
    return "right"


def mixed_types(case: Case, rng: Random) -> Promise:
    """Each cell of a column in a type of its own."""
    place = case.table.place(rng.choice(case.table.numbers))
    makers = [float, Decimal, np.float64, lambda value: int(value) if value == int(value) else float(value)]
    if case.form in ("sqlite", "xlsx"):
        makers = [float, str, lambda value: int(value) if value == int(value) else float(value)]
    for row in _whole(case):
        if isinstance(row.cells[place], Decimal):
            row.cells[place] = rng.choice(makers)(row.cells[place])
    return "right"


def stored_as_text(case: Case, rng: Random) -> Promise:
    """A column of numbers stored as text, which sources with types may have on purpose."""
    case.may_be_levels = case.form not in ("xlsx", "sqlite")
    place = case.table.place(rng.choice(case.table.numbers))
    for row in _whole(case):
        row.cells[place] = _plain(row.cells[place])
    return "right or refused"


def _nothing(case: Case) -> list[Any]:
    """What stands for a missing cell in such a source."""
    if case.form == "text":
        return ["", "NA", "NaN"]
    return [None, float("nan")] if case.form in INFINITE else [None]


def _plain(cell: Any) -> Any:
    return f"{cell:f}" if isinstance(cell, Decimal) else cell


def _whole(case: Case) -> list[Row]:
    """Rows that count and have all their cells."""
    return [row for row in case.table.rows if row.values is not None]


def _some_rows(case: Case, rng: Random, most: int) -> list[Row]:
    rows = _whole(case)
    if rng.random() < 0.3:
        return rows[-1:]
    return rng.sample(rows, min(len(rows), rng.randint(1, most)))


def _spoil(case: Case, row: Row, rng: Random, cell: Any) -> None:
    """Put the cell in place of a number that is needed; the row no longer counts."""
    place = case.table.place(rng.choice(case.table.spoilable))
    if place < len(row.cells):
        row.cells[place] = cell
        row.values = None


def _new_column(case: Case, rng: Random, name: str, cell: Any) -> None:
    place = rng.randint(0, len(case.table.names))
    case.table.names.insert(place, name)
    for index, row in enumerate(case.table.rows):
        row.cells.insert(place, cell(index))


CELL_DAMAGES = [
    Damage("wide_integers", FORMS, wide_integers, 0),
    Damage("true_and_false", FORMS, true_and_false, 0),
    Damage("missing_cells", FORMS, missing_cells, 0),
    Damage("named_missing", FORMS, named_missing, 0),
    Damage("stray_cell", FORMS, stray_cell, 0),
    Damage("date_cell", ("text", "ndjson", "xlsx", "sqlite", *OBJECTS), date_cell, 0),
    Damage("text_column", FORMS, text_column, 0),
    Damage("date_column", FORMS, date_column, 0),
    Damage("empty_column", FORMS, empty_column, 0),
    Damage("mixed_types", ("sqlite", "xlsx", *OBJECTS), mixed_types, 0),
    Damage("stored_as_text", ("ndjson", "xlsx", "sqlite", *MEMORY), stored_as_text, 0),
    Damage("shuffled", FORMS, shuffled, 0),
    Damage("repeated_name", ("text", "ndjson", "xlsx", "pandas"), repeated_name, 0),
]
