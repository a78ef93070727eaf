"""Sources of rows: files, frames, arrays and databases, all as tables that give batches of clean columns."""

from __future__ import annotations

from reta.tables.open import open_table
from reta.tables.table import BATCH_ROWS, Column, ReadOptions, RowBatch, StartOver, Table

__all__ = ["BATCH_ROWS", "Column", "ReadOptions", "RowBatch", "StartOver", "Table", "open_table"]
