"""A case as a file, or as something in memory."""

from __future__ import annotations

import datetime as dt
import io
import json
import sqlite3
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import xlsxwriter

from fuzz.table import Row, Table

if TYPE_CHECKING:
    from pathlib import Path

    from fuzz.case import Case

__all__ = ["in_memory", "written"]

SUFFIXES = {"ndjson": ".ndjson", "parquet": ".parquet", "arrow": ".arrow", "xlsx": ".xlsx", "sqlite": ".db"}


def written(case: Case, folder: Path) -> str:
    """Write the case to a file, or to several, and return its path or their pattern."""
    if case.n_files > 1:
        return _in_parts(case, folder)
    path = folder / f"rows{SUFFIXES.get(case.form, case.dialect.suffix)}"
    path.write_bytes(_damaged(case, _content(case, folder)))
    return str(path)


def _content(case: Case, folder: Path) -> bytes:
    writers = {"text": _text, "ndjson": _ndjson, "parquet": _parquet, "arrow": _arrow, "xlsx": _xlsx}
    return _sqlite(case, folder) if case.form == "sqlite" else writers[case.form](case)


def _damaged(case: Case, data: bytes) -> bytes:
    for damage in case.bytes_damages:
        data = damage(data)
    return data


def _in_parts(case: Case, folder: Path) -> str:
    """Write the rows to several text files, their columns turned by one place from file to file."""
    size = -(-len(case.table.rows) // case.n_files)
    for number in range(case.n_files):
        rows = case.table.rows[number * size : (number + 1) * size]
        even = all(len(row.cells) == len(case.table.names) for row in case.table.rows)
        turns = number if even else 0
        turned = [Row(_turned(row.cells, turns), None) for row in rows]
        data = _text(replace(case, table=Table(_turned(case.table.names, turns), [], [], turned)))
        (folder / f"part-{number}{case.dialect.suffix}").write_bytes(_damaged(case, data))
    return str(folder / f"part-*{case.dialect.suffix}")


def _turned(cells: list[Any], places: int) -> list[Any]:
    return [*cells[places:], *cells[:places]] if len(cells) > places else list(cells)


def in_memory(case: Case) -> Any:
    """Return the case as Python data."""
    columns = {
        name: [_value(row.cells[place]) for row in case.table.rows] for place, name in enumerate(case.table.names)
    }
    if case.form == "records":
        return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    if case.form == "pandas":
        series = [
            pd.Series([_value(row.cells[place]) for row in case.table.rows]) for place in range(len(case.table.names))
        ]
        frame = pd.concat(series, axis=1) if series else pd.DataFrame()
        frame.columns = case.table.names
        return frame
    if case.form == "polars":
        return pl.DataFrame([_series(name, cells) for name, cells in columns.items()])
    return columns


def _text(case: Case) -> bytes:
    dialect = case.dialect
    lines = [
        *dialect.before,
        dialect.delimiter.join(_quoted(case, name) for name in case.table.names),
        *(dialect.delimiter.join(_quoted(case, cell) for cell in row.cells) for row in case.table.rows),
        *dialect.after,
    ]
    text = dialect.newline.join(lines) + dialect.newline * dialect.last_newline
    return dialect.mark + text.encode(dialect.encoding, errors="replace")


def _quoted(case: Case, cell: Any) -> str:
    if isinstance(cell, Decimal):
        text = f"{cell:f}".replace(".", case.dialect.decimal)
    elif isinstance(cell, bool):
        text = str(cell).lower()
    else:
        text = "" if cell is None else str(cell)
    if text.startswith("\1"):
        return f'"{text[1:]}'
    needs = case.dialect.quoted or case.dialect.delimiter in text
    return f'"{text}"' if needs else text


def _ndjson(case: Case) -> bytes:
    lines = []
    for row in case.table.rows:
        pairs = zip(case.table.names, row.cells, strict=True)
        lines.append("{" + ", ".join(f"{json.dumps(name)}: {_json(cell)}" for name, cell in pairs) + "}\n")
    return "".join(lines).encode()


def _json(cell: Any) -> str:
    return f"{cell:f}" if isinstance(cell, Decimal) else json.dumps(cell, default=str)


def _value(cell: Any) -> Any:
    """Return a planted number as a float, or as an integer where it is one; all else as it is."""
    if not isinstance(cell, Decimal):
        return cell
    return int(cell) if cell == int(cell) else float(cell)


def _series(name: str, cells: list[Any]) -> pl.Series:
    """Return a typed column; of text where there are words, as frames have it."""
    present = [cell for cell in cells if cell is not None]
    if any(isinstance(cell, str) for cell in present):
        return pl.Series(name, [cell if cell is None else str(cell) for cell in cells], dtype=pl.String)
    if any(isinstance(cell, float) for cell in present) or len(set(map(type, present)) & {bool, int}) > 1:
        return pl.Series(name, [cell if cell is None else float(cell) for cell in cells], dtype=pl.Float64)
    if any(type(cell) is int and abs(cell) >= 2**63 for cell in present):
        return pl.Series(name, cells, dtype=pl.Int128)
    return pl.Series(name, cells)


def _frame(case: Case) -> pl.DataFrame:
    columns = [[_value(row.cells[place]) for row in case.table.rows] for place in range(len(case.table.names))]
    return pl.DataFrame(
        [_series(name or "unnamed", cells) for name, cells in zip(case.table.names, columns, strict=True)]
    )


def _parquet(case: Case) -> bytes:
    file = io.BytesIO()
    _frame(case).write_parquet(file)
    return file.getvalue()


def _arrow(case: Case) -> bytes:
    file = io.BytesIO()
    _frame(case).write_ipc(file)
    return file.getvalue()


def _xlsx(case: Case) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, case.table.names)
        for number, row in enumerate(case.table.rows, start=1):
            for place, cell in enumerate(row.cells):
                value = _value(cell)
                if isinstance(value, int) and not isinstance(value, bool):
                    value = float(value)
                if isinstance(value, dt.date):
                    sheet.write_datetime(number, place, value)
                elif value is not None:
                    sheet.write(number, place, value)
    return file.getvalue()


def _sqlite(case: Case, folder: Path) -> bytes:
    path = folder / "writing.db"
    connection = sqlite3.connect(path)
    columns = ", ".join(f'"{name or "unnamed"}"' for name in case.table.names)
    connection.execute(f"CREATE TABLE crops ({columns})")
    marks = ", ".join("?" * len(case.table.names))
    rows = [[_bound(_value(cell)) for cell in row.cells] for row in case.table.rows]
    connection.executemany(f"INSERT INTO crops VALUES ({marks})", rows)
    connection.commit()
    connection.close()
    data = path.read_bytes()
    path.unlink()
    return data


def _bound(value: Any) -> Any:
    """Return what SQLite can hold: integers of 64 bits."""
    return float(value) if isinstance(value, int) and abs(value) >= 2**63 else value
