"""Damages to how a text file is written."""

from __future__ import annotations

import codecs
from decimal import Decimal
from typing import TYPE_CHECKING

from fuzz.case import TEXT, Damage
from fuzz.table import Row

if TYPE_CHECKING:
    from random import Random

    from fuzz.case import Case, Promise

DIALECTS = [(";", ","), (";", "."), ("\t", "."), ("\t", ","), ("|", "."), ("|", ",")]
ENCODINGS = [
    ("utf-16", b""),
    ("utf-8", codecs.BOM_UTF8),
    ("latin-1", b""),
    ("cp1252", b""),
    ("utf-16-le", codecs.BOM_UTF16_LE),
]


NEEDLESS = {
    "decimal": [".", ","],
    "delimiter": [",", ";", "tab", "|", " "],
    "encoding": ["utf-8", "latin-1", "utf-16", "ascii", "punycode"],
    "header": [None],
    "no-header": [None],
    "skip-rows": ["1", "2"],
    "symbols": [None],
    "thousands": ["'", " "],
    "digits": ["0", "15"],
    "missing-values": ["n/a", "-999999"],
    "missing": ["mean"],
}


def dialect(case: Case, rng: Random) -> Promise:
    """Another delimiter, and a decimal comma perhaps."""
    case.dialect.delimiter, case.dialect.decimal = rng.choice(DIALECTS)
    digits = {
        len(str(cell).partition(".")[2]) for row in case.table.rows for cell in row.cells if isinstance(cell, Decimal)
    }
    return "right or refused" if digits <= {0, 3} else "right"


def marks_said(case: Case, rng: Random) -> Promise:
    """The dialect is told, by options that agree with it."""
    case.options["delimiter"] = {"\t": "tab"}.get(case.dialect.delimiter, case.dialect.delimiter)
    case.options["decimal"] = case.dialect.decimal
    return "right"


def thousands(case: Case, rng: Random) -> Promise:
    """A column of large numbers whose thousands are grouped; the mark is told perhaps."""
    name = rng.choice(case.table.numbers)
    mark = "." if case.dialect.decimal == "," else ","
    for row in case.table.rows:
        if row.values is not None and isinstance(row.cells[case.table.place(name)], Decimal):
            value = Decimal(rng.randint(10**4, 10**8)).scaleb(-2)
            text = f"{value:,}".replace(",", "\0").replace(".", case.dialect.decimal).replace("\0", mark)
            case.table.put(row, name, value, text)
    if rng.random() < 0.7:
        case.options |= {"thousands": mark, "decimal": case.dialect.decimal}
    return "right or refused"


def percent(case: Case, rng: Random) -> Promise:
    """A column with its unit in every cell."""
    place = case.table.place(rng.choice(case.table.numbers))
    case.has_units = case.may_be_levels = True
    unit = rng.choice(["{}%", "R$ {}", "{} kg", "$ {}", "{}°C"])
    for row in case.table.rows:
        if isinstance(row.cells[place], Decimal):
            row.cells[place] = unit.format(str(row.cells[place]).replace(".", case.dialect.decimal))
    return "right or refused"


def spelling(case: Case, rng: Random) -> Promise:
    """Numbers as people and programs spell them."""
    for row in case.table.rows:
        for place, cell in enumerate(row.cells):
            if isinstance(cell, Decimal) and rng.random() < 0.3:
                row.cells[place] = _spelled(cell, rng).replace(".", case.dialect.decimal)
    return "right"


def spaces(case: Case, rng: Random) -> Promise:
    """Spaces round names and cells."""
    case.table.names = [f"{' ' * rng.randint(0, 2)}{name}{' ' * rng.randint(0, 2)}" for name in case.table.names]
    for row in case.table.rows:
        if rng.random() < 0.5:
            row.cells = [f" {_told(case, cell)} " for cell in row.cells]
    return "right"


def quotes(case: Case, rng: Random) -> Promise:
    """Every cell in quotes."""
    case.dialect.quoted = True
    return "right"


def line_ends(case: Case, rng: Random) -> Promise:
    """Windows' line ends, no end after the last line, blank lines at the end."""
    case.dialect.newline = rng.choice(["\r\n", "\n"])
    case.dialect.last_newline = rng.random() < 0.5
    case.dialect.after += [""] * rng.randint(0, 3)
    return "right"


def old_line_ends(case: Case, rng: Random) -> Promise:
    """The line ends of old Macs."""
    case.dialect.newline = "\r"
    return "right or refused"


def encoding(case: Case, rng: Random) -> Promise:
    """Another encoding, and a name that is not ASCII."""
    case.dialect.encoding, case.dialect.mark = rng.choice(ENCODINGS)
    old = case.table.features[0]
    new = "umidade média"
    case.table.features[0] = new
    for names in (case.table.numbers, case.table.spoilable):
        names[:] = [new if name == old else name for name in names]
    case.table.names = [name.replace(old, new) if name.strip() == old else name for name in case.table.names]
    return "right"


def blank_lines(case: Case, rng: Random) -> Promise:
    """Blank lines anywhere below the header."""
    for _ in range(rng.randint(1, 3)):
        case.table.rows.insert(rng.randint(0, len(case.table.rows)), Row([], None))
    return "right" if len(case.table.names) > 1 else "right or refused"


def lines_of_delimiters(case: Case, rng: Random) -> Promise:
    """Lines that hold delimiters only, as spreadsheets write below a table."""
    blank = Row([None] * len(case.table.names), None)
    case.table.rows += [Row(list(blank.cells), None) for _ in range(rng.randint(1, 5))]
    return "right or refused"


def title(case: Case, rng: Random) -> Promise:
    """Lines above the header."""
    case.dialect.before += [rng.choice(["Harvest 2026", "# made by hand", "Station 7;;", ",,", "sep=;"])] * rng.randint(
        1, 2
    )
    return "right or refused"


def footer(case: Case, rng: Random) -> Promise:
    """A total or a remark below the rows."""
    case.dialect.after.append(rng.choice(["Total", "source: field book", "# end", "Total,,"]))
    return "right or refused"


def repeated_header(case: Case, rng: Random) -> Promise:
    """The header once more among the rows, as joined files have it."""
    case.table.rows.insert(rng.randint(1, len(case.table.rows)), Row(list(case.table.names), None))
    return "right or refused"


def ragged(case: Case, rng: Random) -> Promise:
    """A row with a cell too few or too many."""
    row = rng.choice([row for row in case.table.rows if row.values is not None])
    row.values = None
    if rng.random() < 0.5 and len(row.cells) > 2:
        row.cells.pop(rng.randrange(len(row.cells)))
    else:
        row.cells.insert(rng.randint(0, len(row.cells)), Decimal(7))
    if rng.random() < 0.5:
        case.options["bad-rows"] = "drop"
    return case.refused_unless("bad-rows")


def trailing_delimiters(case: Case, rng: Random) -> Promise:
    """A delimiter at the end of every line, the header's perhaps not."""
    if rng.random() < 0.7:
        case.table.names.append("")
    case.name_features = True
    for row in case.table.rows:
        row.cells.append(None)
    return "right or refused"


def row_names(case: Case, rng: Random) -> Promise:
    """Row names without a name of their own, as R writes them."""
    for index, row in enumerate(case.table.rows, start=1):
        row.cells.insert(0, index)
    case.name_features = True
    if rng.random() < 0.5:
        case.table.names.insert(0, "")
    if all(row.cells[-1:] == [None] for row in case.table.rows):
        return "anything but a crash"  # a name too few, or a delimiter too many: the file does not tell
    return "right or refused"


def several_files(case: Case, rng: Random) -> Promise:
    """The rows in several files, each with its columns in another order."""
    case.n_files = rng.randint(2, 3)
    return "right" if all(len(row.cells) == len(case.table.names) for row in case.table.rows) else "right or refused"


def needless_options(case: Case, rng: Random) -> Promise:
    """Options that nobody asked for, and that may not be true."""
    for name in rng.sample(list(NEEDLESS), rng.randint(1, 2)):
        case.options.setdefault(name, rng.choice(NEEDLESS[name]))
    return "right or refused"


def stray_quote(case: Case, rng: Random) -> Promise:
    """A quote that nobody closes."""
    row = rng.choice([row for row in case.table.rows if row.cells])
    place = rng.randrange(len(row.cells))
    row.cells[place] = f"\1{_told(case, row.cells[place])}"
    return "refused"


def _told(case: Case, cell: object) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", case.dialect.decimal)
    return "" if cell is None else str(cell)


def _spelled(cell: Decimal, rng: Random) -> str:
    text = f"{cell:f}"
    forms = [
        f"{cell:e}",
        f"{cell:E}",
        text if text.startswith("-") else f"+{text}",
        f"{text}e0",
        f"{text}0" if "." in text else text,
    ]
    if text.startswith("0."):
        forms.append(text[1:])
    return rng.choice(forms)


TEXT_DAMAGES = [
    Damage("dialect", TEXT, dialect, 1),
    Damage("marks_said", TEXT, marks_said, 2),
    Damage("thousands", TEXT, thousands, 2),
    Damage("percent", TEXT, percent, 2),
    Damage("spelling", TEXT, spelling, 2),
    Damage("encoding", TEXT, encoding, 2),
    Damage("trailing_delimiters", TEXT, trailing_delimiters, 2),
    Damage("row_names", TEXT, row_names, 2),
    Damage("ragged", TEXT, ragged, 3),
    Damage("lines_of_delimiters", TEXT, lines_of_delimiters, 3),
    Damage("repeated_header", TEXT, repeated_header, 3),
    Damage("spaces", TEXT, spaces, 4),
    Damage("blank_lines", TEXT, blank_lines, 4),
    Damage("stray_quote", TEXT, stray_quote, 4),
    Damage("quotes", TEXT, quotes, 4),
    Damage("line_ends", TEXT, line_ends, 4),
    Damage("old_line_ends", TEXT, old_line_ends, 4),
    Damage("several_files", TEXT, several_files, 5),
    Damage("needless_options", TEXT, needless_options, 5),
    Damage("title", TEXT, title, 4),
    Damage("footer", TEXT, footer, 4),
]
