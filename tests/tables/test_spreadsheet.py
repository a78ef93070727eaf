from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import xlsxwriter

from reta.errors import DataError, FileError, UsageError
from reta.tables import ReadOptions, Table, open_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = ["temp", "rainfall", "region"]
ROWS = [[75, 63.5, "north"], [None, 64.25, "NA"], [81, 0.1, "south"]]


def write(path: Path, rows: list[list[Any]], *, sheet: str = "Data", top: int = 0, more: tuple[str, ...] = ()) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as workbook:
        worksheet = workbook.add_worksheet(sheet)
        for index, row in enumerate(rows):
            worksheet.write_row(top + index, 0, row)
        for name in more:
            workbook.add_worksheet(name)
    return path


def kinds(table: Table) -> dict[str, str]:
    return {column.name: column.kind for column in table.columns}


def test_cells_come_with_their_kinds_and_rows_with_the_numbers_that_are_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [HEADER, *ROWS], top=2)
    table = open_table(path, ReadOptions(missing="drop"))
    assert kinds(table) == {"temp": "number", "rainfall": "number", "region": "text"}
    assert table.n_rows == 3
    (batch,) = table.batches(["rainfall", "temp"])
    assert batch.rows() == [(63.5, 75.0), (0.1, 81.0)]
    with pytest.raises(DataError, match=r"missing values in .*crops.xlsx: `temp` 1 \(first: sheet 'Data', row 5\)"):
        list(open_table(path).batches(["temp"]))


def test_na_is_a_missing_label(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [HEADER, *ROWS])
    (batch,) = open_table(path).batches(["region"], text=["region"], may_miss=["region"])
    assert batch["region"].to_list() == ["north", None, "south"]


@pytest.mark.parametrize("stray", ["n/a", "12,5", True])
def test_a_stray_cell_among_numbers_is_not_lost(tmp_path: Path, stray: object) -> None:
    path = write(tmp_path / "crops.xlsx", [["a"], *[[index / 4] for index in range(1500)], [stray], [2]])
    with pytest.raises(
        DataError, match=rf"(?i)`a` holds '{stray}' in .*crops.xlsx, sheet 'Data', row 1502: not a number"
    ):
        list(open_table(path).batches(["a"]))
    assert pl.concat(open_table(path, ReadOptions(bad_rows="drop")).batches(["a"])).height == 1501


def test_blank_rows_are_left_out_and_still_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [["a", "b"], [1, 2], [], [], [3, "x"], [], [5, 6], [7, 8]])
    table = open_table(path)
    assert table.n_rows == 4
    assert pl.concat(table.batches(["a"], batch_rows=3))["a"].to_list() == [1.0, 3.0, 5.0, 7.0]
    with pytest.raises(DataError, match=r"`b` holds 'x' in .*, row 5"):
        list(table.batches(["b"]))


def test_dates_and_booleans(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [["day", "ok"], [dt.date(2026, 1, 2), True], [dt.date(2026, 1, 3), False]])
    table = open_table(path)
    assert kinds(table) == {"day": "date", "ok": "boolean"}
    (batch,) = table.batches(["ok"])
    assert batch["ok"].to_list() == [1.0, 0.0]


def test_numbers_stored_as_text_are_numbers_and_said(tmp_path: Path) -> None:
    table = open_table(write(tmp_path / "crops.xlsx", [["a"], ["1.5"], ["2"]]))
    (batch,) = table.batches(["a"])
    assert batch["a"].to_list() == [1.5, 2.0]
    assert table.notes[0].text == "`a` is stored as text and reads as numbers: used as numbers"


def test_sheets_are_chosen_by_name(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [["a"], [1]], more=("Empty",))
    table = open_table(path)
    assert table.notes[0].text == "the first of 2 sheets: 'Data', 'Empty'"
    assert open_table(path, ReadOptions(sheet="Data")).notes == []
    with pytest.raises(UsageError, match=r"crops.xlsx has no sheet 'Dat'; it has 'Data', 'Empty'"):
        open_table(path, ReadOptions(sheet="Dat"))
    with pytest.raises(DataError, match=r"crops.xlsx, sheet 'Empty' is empty"):
        open_table(path, ReadOptions(sheet="Empty"))


def test_headers_follow_the_rules_of_text_files(tmp_path: Path) -> None:
    path = tmp_path / "crops.xlsx"
    with pytest.raises(DataError, match=r"sheet 'Data' has two columns named `a`, at positions 1 and 3"):
        open_table(write(path, [["a", "b", "a"], [1, 2, 3]]))
    table = open_table(write(path, [[" a ", None, "b"], [1, 2, 3]]))
    assert [column.name for column in table.columns] == ["a", "column_2", "b"]
    table = open_table(write(path, [[1, 2], [3, 4]]), ReadOptions(header=False))
    assert [column.name for column in table.columns] == ["column_1", "column_2"]
    assert pl.concat(table.batches(["column_2"]))["column_2"].to_list() == [2.0, 4.0]
    assert open_table(write(path, [[1, 2], [3, 4]])).notes[0].kind == "warning"


def test_a_header_without_rows(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"crops.xlsx, sheet 'Data' has a header but no rows$"):
        open_table(write(tmp_path / "crops.xlsx", [["a", "b"]]))


NUMBERS = [["a", "b", "y"], *[[index, index * index % 7, 2.5 * index + index % 3] for index in range(1, 9)]]


def edited(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Write the workbook again with one part of it changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, change(data) if name == part else data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("row", "column", "cells"), [(1_048_575, 16_383, "17,179,869,184"), (20_000, 16_383, "327,696,384")]
)
def test_60_a_cell_far_away_is_refused_before_anything_is_unfolded(
    tmp_path: Path, row: int, column: int, cells: str
) -> None:
    path = tmp_path / "crops.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        for index, cells_of_row in enumerate(NUMBERS):
            sheet.write_row(index, 0, cells_of_row)
        sheet.write(row, column, 1)
    with pytest.raises(
        DataError, match=rf"sheet 'Data' claims {cells} cells, as far as row .*100,000,000 are the most"
    ):
        open_table(path)


def test_60_cells_without_a_place_of_their_own_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", NUMBERS)
    rows = b"<row>" + b"<c><v>1</v></c>" * 11_000 + b"</row>" + b"<row><c><v>1</v></c></row>" * 10_000
    edited(path, SHEET, lambda data: data[: data.index(b"<sheetData>") + 11] + rows + b"</sheetData></worksheet>")
    with pytest.raises(DataError, match=r"claims 110,000,000 cells"):
        open_table(path)


def test_60_texts_that_unfold_a_thousand_times_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", NUMBERS)
    bomb = b"<si><t>" + b"a" * (150 << 20) + b"</t></si></sst>"
    edited(path, "xl/sharedStrings.xml", lambda data: data.replace(b"</sst>", bomb))
    with pytest.raises(
        FileError, match=r"unfolds from [0-9,]+ to 157,286,\d+ bytes in xl/sharedStrings.xml, and .* 200 times"
    ):
        open_table(path)


@pytest.mark.parametrize(
    ("cell", "written"),
    [(b'<c r="C3"><v>7</v>', b'<c r="C3"><v>1&#50;7</v>'), (b'<c r="C3"><v>7</v>', b'<c r="C3"><v>1<!-- x -->7</v>')],
)
def test_64_entities_in_numbers_are_refused(tmp_path: Path, cell: bytes, written: bytes) -> None:
    """The reader of spreadsheets takes ``1&#50;7`` for 1."""
    path = edited(write(tmp_path / "crops.xlsx", NUMBERS), SHEET, lambda data: data.replace(cell, written))
    with pytest.raises(DataError, match=r"sheet 'Data' writes the number in C3 with XML entities or comments"):
        open_table(path)


def test_64_entities_that_nobody_defined_are_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", NUMBERS)
    edited(path, "xl/sharedStrings.xml", lambda data: data.replace(b"<t>a</t>", b"<t>&bogus;</t>"))
    with pytest.raises(FileError, match=r"is no spreadsheet, or a damaged one: .*unrecognized entity `&bogus;`[^\n]*$"):
        open_table(path)


@pytest.mark.parametrize("number_format", ["[h]:mm:ss", "hh:mm", "yyyy-mm-dd"])
def test_64_durations_and_times_among_numbers_are_named(tmp_path: Path, number_format: str) -> None:
    path = tmp_path / "crops.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        for index, row in enumerate(NUMBERS):
            sheet.write_row(index, 0, row)
        sheet.write(3, 1, 5 / 24, workbook.add_format({"num_format": number_format}))
    table = open_table(path)
    assert kinds(table) == {"a": "number", "b": "number", "y": "number"}
    with pytest.raises(
        DataError, match=r"`b` holds '.*' in .*, row 4: a date, not a number. Make a number of it first"
    ):
        list(table.batches(["b"]))
    assert pl.concat(table.batches(["a", "y"])).height == 8


def test_64_a_column_of_durations_is_no_column_of_numbers(tmp_path: Path) -> None:
    path = tmp_path / "crops.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet, duration = workbook.add_worksheet(), workbook.add_format({"num_format": "[h]:mm:ss"})
        sheet.write_column(0, 0, ["a"])
        sheet.write_column(1, 0, [0.25, 1.5, 2.0], duration)
    assert kinds(open_table(path)) == {"a": "date"}


def test_68_titles_above_the_header_are_named_with_the_way_out(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [["Harvest 2026"], [], ["made by hand"], *NUMBERS])
    with pytest.raises(DataError, match=r"by its looks the first 3 rows are titles, .*Say --skip-rows 3, or --header"):
        open_table(path)
    table = open_table(path, ReadOptions(skip_rows=3))
    assert [column.name for column in table.columns] == ["a", "b", "y"]
    with pytest.raises(DataError, match=r"`Harvest 2026` holds 'made by hand' in .*, row 3"):
        list(open_table(path, ReadOptions(header=True)).batches(["Harvest 2026", "column_2"]))
    with pytest.raises(DataError, match=r"has nothing below its first 50 rows"):
        open_table(path, ReadOptions(skip_rows=50))


def test_68_rows_keep_the_numbers_that_are_shown_below_a_title(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [["Harvest 2026"], [], *NUMBERS, ["x", 1, 2]])
    with pytest.raises(DataError, match=r"`a` holds 'x' in .*, row 12: not a number"):
        list(open_table(path, ReadOptions(skip_rows=1)).batches(["a"]))


def test_68_symbols_are_named_and_left_out_when_asked(tmp_path: Path) -> None:
    rows = [["share", "price"], ["45%", "R$ 2.300,27"], ["50%", "R$ 1.200,00"], ["5,5%", "R$ 10,50"]]
    path = write(tmp_path / "crops.xlsx", rows)
    with pytest.raises(DataError, match=r"`share` holds '45%' in .*, row 2: a number with a symbol. Leave .*--symbols"):
        list(open_table(path).batches(["share"]))
    options = ReadOptions(symbols=True, decimal=",", thousands=".")
    table = open_table(path, options)
    (batch,) = table.batches(["share", "price"])
    assert batch.rows() == [(45.0, 2300.27), (50.0, 1200.0), (5.5, 10.5)]
    assert "`price`: 'R$' left out of 3 cells" in table.notes[-1].text
    path = write(tmp_path / "mixed.xlsx", [["share"], ["45%"], ["50 kg"]])
    with pytest.raises(DataError, match=r"`share` has '%' in .*, row 2 and 'kg' in .*, row 3"):
        list(open_table(path, options).batches(["share"]))


def test_68_what_the_sheet_hides_is_said(tmp_path: Path) -> None:
    path = tmp_path / "crops.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        for index, row in enumerate(NUMBERS):
            sheet.write_row(index, 0, row)
        for row in (4, 6):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.autofilter(0, 0, 8, 2)
        sheet.filter_column(0, "x > 3")
        sheet.set_column(1, 1, None, None, {"hidden": True})
        sheet.set_column(9, 16_383, None, None, {"hidden": True})
        workbook.add_worksheet("Secret").hide()
    told = [note.text for note in open_table(path).notes]
    assert told == [
        "the first of 2 sheets: 'Data', 'Secret'",
        "2 rows of the sheet are hidden by a filter (first: row 5): they are read like the others",
        "1 column of the sheet is hidden: it is read like the others",
    ]
    secret = edited(path, "xl/workbook.xml", lambda data: data.replace(b'name="Data"', b'name="Data" state="hidden"'))
    assert "the sheet is hidden in the workbook" in " ".join(note.text for note in open_table(secret).notes)


def test_errors_of_formulas_count_as_missing_and_are_said(tmp_path: Path) -> None:
    path = tmp_path / "crops.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Data")
        for index, row in enumerate(NUMBERS):
            sheet.write_row(index, 0, row)
        sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")
    table = open_table(path, ReadOptions(missing="drop"))
    assert [note.text for note in table.notes] == [
        "1 cell with an error such as #DIV/0! (first: B4): taken for missing"
    ]
    assert pl.concat(table.batches(["b"])).height == 7


def test_54_thousands_marks_group_by_threes(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [["a"], ["1,234"], ["2,5"], ["3"]])
    with pytest.raises(DataError, match=r"`a` holds '2,5' in .*, row 3: not a number"):
        list(open_table(path, ReadOptions(thousands=",")).batches(["a"]))


def test_a_damaged_workbook_is_a_file_error(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [HEADER, *ROWS])
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(FileError, match=r"crops.xlsx is no spreadsheet, or a damaged one: [^\n]*$"):
        open_table(path)


def write_ods(path: Path, rows: list[list[Any]]) -> None:
    """Write the least that makes an OpenDocument spreadsheet."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'

    urn = "urn:oasis:names:tc:opendocument:xmlns"
    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    content = (
        f'<office:document-content xmlns:office="{urn}:office:1.0" xmlns:table="{urn}:table:1.0"'
        f' xmlns:text="{urn}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Data">{body}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{urn}:manifest:1.0"/>')
        archive.writestr("content.xml", content)


def test_opendocument(tmp_path: Path) -> None:
    write_ods(tmp_path / "crops.ods", [["rainfall", "region"], [63.5, "north"], [64.25, "south"], ["n/a", "x"]])
    table = open_table(tmp_path / "crops.ods", ReadOptions(bad_rows="drop"))
    (batch,) = table.batches(["rainfall", "region"], text=["region"])
    assert batch.rows() == [(63.5, "north"), (64.25, "south")]
    assert "`rainfall` holds 'n/a' in " in table.notes[-1].text
    assert "crops.ods, sheet 'Data', row 4" in table.notes[-1].text


def test_without_the_extra_the_way_to_install_it_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "crops.xlsx", [HEADER, *ROWS])
    script = f"""
import sys
sys.modules["fastexcel"] = None
from reta.errors import ExtraMissing
from reta.tables import open_table
try:
    open_table({str(path)!r})
except ExtraMissing as error:
    assert "pip install 'reta[excel]'" in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, timeout=60)
