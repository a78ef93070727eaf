"""The command line: parse, call, render."""

from __future__ import annotations

__all__: list[str] = []
