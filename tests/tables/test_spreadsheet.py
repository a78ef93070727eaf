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
    with pytest.raises(DataError, match=r"crops.xlsx has columns but no rows"):
        list(open_table(write(tmp_path / "crops.xlsx", [["a", "b"]])).batches(["a"]))


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
