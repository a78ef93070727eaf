"""What a sheet of a workbook holds and claims, from its own XML, before a reader unfolds it in memory.

A sheet is kept as the rectangle from its first cell to its last: one stray cell in the last row and column of Excel's
grid, in a file of five kilobytes, asks for 400 GB. And the reader hands over neither what is hidden nor why.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reta.errors import DataError, FileError, RetaError
from reta.types import Note
from reta.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["SheetFacts", "sheet_facts"]

MOST_CELLS = 100_000_000
MOST_BYTES = 4 << 30  # of one part of the workbook, unfolded

_CHUNK = 1 << 20
_LARGE = 100 << 20
_MOST_TIMES = 200  # sheets unfold to some 20 times their size, bombs to 1,000
_UNVERIFIED = 1 << 18  # bytes: what is smaller unfolds to a quarter of a gigabyte at most, whatever it says

_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')  # as nearly all programs write a cell; ten times as quick as the next
_ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(row|c)[\s>/]")
_HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\bhidden=["'](?:1|true)["'][^>]*>""")
_HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\s[^>]*?\bhidden=["'](?:1|true)["'][^>]*>""")
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bt=["']e["'][^>]*>""")
_ENTITY_IN_NUMBER = re.compile(
    rb"""<(?:\w+:)?c\s(?![^>]*\bt=["'](?:str|inlineStr)["'])[^>]*>"""
    rb"""(?:<(?:\w+:)?f\b[^>]*/>|<(?:\w+:)?f\b[^>]*>[^<]*</(?:\w+:)?f>)?<(?:\w+:)?v[^>]*>[^<]*(?:&|<!)"""
)
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(slots=True)
class SheetFacts:
    """What was found in a sheet.

    Attributes
    ----------
    width, last_row
        The last column and the last row in which a cell stands, counted from 1.
    cells
        How many cells stand there.
    hidden_rows, errors
        Rows that are hidden, and cells that hold an error such as ``#DIV/0!``: how many, and the first.
    hidden_columns
        First and last of each run of columns that are hidden.
    filtered
        Whether a filter is at work.
    hidden_sheet
        Whether the sheet itself is hidden.
    """

    width: int = 0
    last_row: int = 0
    cells: int = 0
    hidden_rows: int = 0
    first_hidden_row: str = ""
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    errors: int = 0
    first_error: str = ""
    filtered: bool = False
    hidden_sheet: bool = False

    @property
    def area(self) -> int:
        """Cells of the rectangle that a reader makes of the sheet, from its corner on."""
        return self.last_row * self.width

    def notes(self) -> Iterator[Note]:
        """Say what somebody who looks at the sheet does not see."""
        if self.hidden_sheet:
            yield Note("warning", "the sheet is hidden in the workbook: it is read all the same")
        if self.hidden_rows:
            filtered = " by a filter" if self.filtered else ""
            yield _hidden(self.hidden_rows, "row", f"{filtered} (first: row {self.first_hidden_row})")
        if columns := sum(max(0, min(last, self.width) - first + 1) for first, last in self.hidden_columns):
            yield _hidden(columns, "column", "")
        if self.errors:
            cells = counted(self.errors, "cell")
            yield Note(
                "warning", f"{cells} with an error such as #DIV/0! (first: {self.first_error}): taken for missing"
            )


def _hidden(count: int, noun: str, why: str) -> Note:
    verb, others = ("is", "it is") if count == 1 else ("are", "they are")
    return Note("warning", f"{counted(count, noun)} of the sheet {verb} hidden{why}: {others} read like the others")


def sheet_facts(path: Path, sheet: str, description: str) -> SheetFacts | None:
    """Look through a sheet of an xlsx or xlsm file; ``None`` where the file is another.

    Raises
    ------
    DataError
        The sheet claims more cells than ``MOST_CELLS``.
    FileError
        A part of the workbook unfolds to more than ``MOST_BYTES``, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = _sheets(archive)
            if sheet not in found:
                return None
            _refuse_bombs(archive, description)
            facts = _looked_through(archive, found[sheet].part, f"{description}, sheet '{sheet}'")
    except RetaError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        told = str(error) or type(error).__name__
        raise FileError(f"{description} is no spreadsheet, or a damaged one: {told}") from error
    facts.hidden_sheet = found[sheet].hidden
    return facts


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The part of the archive that has a sheet, and whether the workbook hides it."""

    part: str
    hidden: bool


def _sheets(archive: zipfile.ZipFile) -> dict[str, _Sheet]:
    """Return the sheets by name; none where this is no workbook of Excel's."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    targets = {
        each.get("Id", ""): each.get("Target", "")
        for each in _tags(_small_part(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    found = {}
    for each in _tags(_small_part(archive, "xl/workbook.xml"), "sheet"):
        target = targets.get(next((text for name, text in each.items() if name.endswith(":id")), ""), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            found[each.get("name", "")] = _Sheet(part, each.get("state", "visible") != "visible")
    return found


def _small_part(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as part:
        return part.read(_CHUNK).decode("utf-8", errors="replace")


def _tags(text: str, name: str) -> list[dict[str, str]]:
    """Return the attributes of every tag of a name, whatever its prefix."""
    found = re.findall(rf"<(?:\w+:)?{name}\s([^>]*)>", text)
    return [{key: html.unescape(a or b) for key, a, b in _ATTRIBUTE.findall(attributes)} for attributes in found]


def _refuse_bombs(archive: zipfile.ZipFile, description: str) -> None:
    """Raise where a part unfolds to more than anybody's does; of texts, which are kept whole, the size is verified."""
    for entry in archive.infolist():
        dense = entry.file_size > _LARGE and entry.file_size > _MOST_TIMES * entry.compress_size
        if dense or entry.file_size > MOST_BYTES:
            raise FileError(
                f"{description} unfolds from {entry.compress_size:,} to {entry.file_size:,} bytes in {entry.filename},"
                f" and {MOST_BYTES:,} bytes or {_MOST_TIMES} times the size are the most that is read"
            )
        if entry.filename == "xl/sharedStrings.xml" and entry.compress_size > _UNVERIFIED:
            with archive.open(entry) as part:
                while part.read(_CHUNK):
                    pass


def _looked_through(archive: zipfile.ZipFile, name: str, source: str) -> SheetFacts:
    facts = SheetFacts()
    for piece in _pieces(archive, name):
        _count_cells(piece, facts)
        if facts.area > MOST_CELLS:
            raise DataError(
                f"{source} claims {facts.area:,} cells, as far as row {facts.last_row:,} and column {facts.width:,},"
                f" and {MOST_CELLS:,} are the most that is read: delete what stands far away from the table"
            )
        _look_for_hidden(piece, facts)
        _look_for_errors(piece, facts, source)
    return facts


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield the part in pieces that end where a row ends, or at least a tag."""
    with archive.open(name) as part:
        rest = b""
        while data := part.read(_CHUNK):
            data = rest + data
            cut = data.rfind(b"<row")
            cut = cut if cut > 0 else data.rfind(b"<")
            cut = cut if cut > 0 else len(data)
            rest = data[cut:]
            yield data[:cut]
        yield rest


def _count_cells(piece: bytes, facts: SheetFacts) -> None:
    """Take in how far the cells of a piece reach."""
    columns, rows = set(_COLUMN.findall(piece)), _ROW.findall(piece)
    n_cells = piece.count(b"<c ") + piece.count(b"<c>") + piece.count(b":c ") + piece.count(b":c>")
    if n_cells > len(rows):
        found = _CELL.findall(piece)
        columns, rows = {letters for letters, _ in found}, [number for _, number in found]
    facts.cells += n_cells
    if rows:
        facts.width = max(facts.width, *map(_column_number, columns))
        facts.last_row = max(facts.last_row, *map(int, set(rows)))
    if n_cells > len(rows):  # cells without a place of their own come one after the other
        marks = _ROW_OR_CELL.findall(piece)
        facts.width = max(facts.width, *(len(run) for run in b"".join(marks).split(b"row")))
        facts.last_row += marks.count(b"row")


def _look_for_hidden(piece: bytes, facts: SheetFacts) -> None:
    facts.filtered = facts.filtered or b"filterColumn" in piece
    if b"hidden" not in piece:
        return
    rows = [tag for tag in _HIDDEN_ROW.findall(piece) if not tag.endswith(b"/>")]
    facts.first_hidden_row = facts.first_hidden_row or _attribute(rows, "r")
    facts.hidden_rows += len(rows)
    for tag in _HIDDEN_COLUMN.findall(piece):
        first, last = _attribute([tag], "min"), _attribute([tag], "max")
        if first.isdigit() and last.isdigit():
            facts.hidden_columns.append((int(first), int(last)))


def _look_for_errors(piece: bytes, facts: SheetFacts, source: str) -> None:
    errors = _ERROR_CELL.findall(piece) if b't="e"' in piece or b"t='e'" in piece else []
    facts.first_error = facts.first_error or _attribute(errors, "r")
    facts.errors += len(errors)
    if (b"&" in piece or b"<!" in piece) and (found := _ENTITY_IN_NUMBER.search(piece)):
        raise DataError(
            f"{source} writes the number in {_attribute([found[0]], 'r')} with XML entities or comments, of which"
            " readers lose parts: open it in a spreadsheet program and save it again"
        )


def _attribute(tags: list[bytes], name: str) -> str:
    """Return an attribute of the first tag, empty where there is none."""
    for key, a, b in _ATTRIBUTE.findall(tags[0].decode("utf-8", errors="replace")) if tags else ():
        if key == name:
            return str(a or b)
    return ""


def _column_number(letters: bytes) -> int:
    """Return the number of a column that is called by letters: A is 1, XFD is 16,384."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
