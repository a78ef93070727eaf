"""How messages of every layer put things."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """Return "1 row" or "1,500 rows"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
